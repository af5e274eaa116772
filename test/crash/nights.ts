/** A night with a fault in it, held against a calm one: whether a migration survives it, or how it ends, and that all is well in the end. */
import { beforeAll, beforeEach, expect } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import type { Options } from "../../lambda/options.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial } from "../support/migration.ts";
import { proxied, type TcpProxy } from "../support/tcp-proxy.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";
import { EXPECTED, type Fault } from "./expected-faults.ts";

/** Faults are planted at some of the pages, of which there are enough in either case. */
const [ITEMS, PAGE] = IS_THOROUGH ? [1_500, 50] : [300, 25];
export const SAMPLE = [...sampleItems({ items: ITEMS, seed: 8, now: new Date() })];
export const memory = () => memorySource(SAMPLE, "memory:test", PAGE);
export const schema = { tables, items };
export const NOW = new Date();
export const OPTIONS = { units: 8, concurrency: 4 };

const names = Object.keys(tables);

interface Calm {
  readonly rows: Record<string, string[]>;
  readonly audit: unknown[];
}

/** What a night without any fault leaves; the hash of an item depends on where it comes from. */
async function calmNight(source: ItemSource): Promise<Calm> {
  await using quiet = await createDatabase();
  const report = await migrateTrial({ url: quiet.url, schema, source, options: OPTIONS, now: () => NOW });
  expect(report.verdict).toBe("verified");
  return { rows: await dump(quiet.url, names), audit: await linesOf(quiet.url, "contributions") };
}

/** Runs a migration with a fault in it, and says what came of it; in either case all is as after a calm night in the end. */
async function outcomeOf(work: () => Promise<Report>): Promise<string> {
  let report: Report;
  try {
    report = await work();
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return `ends with ${error.code}`;
  }
  expect(report.discrepancies).toEqual([]);
  expect(report).toMatchObject({ verdict: "verified", pass: 1, items: { read: SAMPLE.length, unchanged: 0 } });
  return "survived";
}

interface Trial {
  readonly around?: (target: Target) => Target;
  readonly source?: ItemSource;
  readonly options?: Options;
  /** Somebody else's name, where the one who owns everything would not do. */
  readonly asUrl?: string;
  /** Takes the fault away again, so that the next call can end well. */
  readonly mend?: () => unknown;
}

export interface Nights {
  /** Each test's own, and what stands before it. */
  readonly database: TestDatabase;
  readonly proxy: TcpProxy;
  readonly through: string;
  tried(fault: Fault, trial: Trial): Promise<void>;
  /** What was tried in this file, by what came of it. */
  readonly observed: ReadonlyMap<Fault, string>;
}

/** Of a file: `calmly` is the source that its calm night is of. */
export function nights(calmly: () => ItemSource): Nights {
  let calm: Calm;
  let night: Pick<Nights, "database" | "proxy" | "through">;
  const observed = new Map<Fault, string>();
  beforeAll(async () => {
    calm = await calmNight(calmly());
  });
  beforeEach(async () => {
    const database = await createDatabase();
    night = { database, ...(await proxied(database)) };
    return async () => {
      await night.proxy[Symbol.asyncDispose]();
      await database.drop();
    };
  });
  const tried: Nights["tried"] = async (fault, { around, source = calmly(), options = OPTIONS, asUrl, mend }) => {
    const trial = (more: Pick<Trial, "around" | "source" | "options">) =>
      migrateTrial({ url: asUrl ?? night.through, schema, now: () => NOW, ...more });
    const outcome = await outcomeOf(() => trial({ source, options, ...(around === undefined ? {} : { around }) }));
    observed.set(fault, outcome);
    expect(outcome).toBe(EXPECTED[fault]);
    await mend?.();
    if (outcome !== "survived")
      expect(await trial({ source, options: OPTIONS })).toMatchObject({
        verdict: "verified",
        pass: 1,
        discrepancies: [],
      });
    expect(await dump(night.database.url, names)).toEqual(calm.rows);
    expect(await linesOf(night.database.url, "contributions")).toEqual(calm.audit);
  };
  return {
    get database() {
      return night.database;
    },
    get proxy() {
      return night.proxy;
    },
    get through() {
      return night.through;
    },
    tried,
    observed,
  };
}

/** The faults of an engine that stand in the table, as its file must have met them. */
export const expectedOf = (engine: string): Map<string, string> =>
  new Map(Object.entries(EXPECTED).filter(([fault]) => fault.startsWith(`${engine}: `)));
