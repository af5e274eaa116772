/** The function as it is deployed, with a clock that kills. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { ENVIRONMENT, METRICS } from "../../lambda/contract.ts";
import { tables } from "../../schema/tables.ts";
import { bundleFunction } from "../support/bundle.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { progressOn } from "../support/ledger.ts";
import { dump, query } from "../support/migration.ts";
import {
  AMPLE,
  checkLines,
  environmentOf,
  metricNames,
  reported,
  resultOf,
  sourceOf,
  tableOf,
  withFunction,
} from "./functions.ts";

const ITEMS = 600;
/** With `SLOW` the copy takes half a minute: it never ends within this, and a cold start always does. */
const SHORT = 8_000;
const SLOW = { maxReadUnits: 2, concurrency: 2 };

let clean: string;
beforeAll(async () => {
  clean = await tableOf(sampleItems({ items: ITEMS, seed: 5, now: new Date() }));
});

describe("the bundle", () => {
  it("is small, and nothing of the terminal is in it", async () => {
    const bundle = await bundleFunction();
    expect(bundle.bytes).toBeLessThan(2_000_000);
    const packages = new Set(bundle.inputs.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]));
    expect([...packages]).toEqual(expect.arrayContaining(["pg", "pino", "zod", "@aws-sdk/client-dynamodb"]));
    expect(["commander", "ora", "dynalite"].filter((name) => packages.has(name))).toEqual([]);
    expect(bundle.inputs.filter((file) => /^(bin|lib|test)\//.test(file))).toEqual([]);
  });

  it("migrates and proves all of a table when it is given an empty event", async () => {
    await using database = await createDatabase();
    const lines = await withFunction(environmentOf(clean, database), async (service) => {
      expect(resultOf(await service.invoke({}, AMPLE))).toMatchObject({
        verdict: "verified",
        pass: 1,
        items: { read: ITEMS, quarantined: 0 },
        discrepancies: 0,
      });
      expect(resultOf(await service.invoke({ action: "verify" }, AMPLE)).verdict).toBe("verified");
      expect(service.coldStarts).toBe(1);
    });
    expect(new Set(metricNames(lines))).toEqual(new Set(Object.keys(METRICS.units)));
    const whole = { verdict: "verified", run: 1, pass: 1, Verified: 1, ItemsRead: ITEMS, Discrepancies: 0 };
    expect(reported(lines)[0]).toMatchObject(whole);
  });
});

describe("I3: when time runs out", () => {
  it("the answer is incomplete, and the next invocation does the rest", async () => {
    await using database = await createDatabase();
    const lines = await withFunction(environmentOf(clean, database), async (service) => {
      const { verdict, items } = resultOf(await service.invoke(SLOW, SHORT));
      expect(verdict).toBe("incomplete");
      expect(items?.read).toBeGreaterThan(0);
      expect(items?.read).toBeLessThan(ITEMS);
      const whole = resultOf(await service.invoke({}, AMPLE));
      expect(whole).toMatchObject({ verdict: "verified", run: 1, pass: 1, items: { read: ITEMS, unchanged: 0 } });
      expect(service.coldStarts).toBe(1);
    });
    const [incomplete] = reported(lines);
    expect(incomplete).toMatchObject({ verdict: "incomplete", Verified: 0 });
    expect(incomplete).not.toHaveProperty("Discrepancies");
  });

  it("one that hangs is killed in the middle of the copy, and a cold start goes on", async () => {
    await using database = await createDatabase();
    await withFunction(environmentOf(clean, database), async (service) => {
      const killed = service.invoke(SLOW, SHORT);
      let ended = false;
      void killed.finally(() => {
        ended = true;
      });
      while (!ended && (await pagesIn(database)) === 0) await sleep(20);
      service.hang();
      expect((await killed).error).toBe("Sandbox.Timedout");
      const pages = await pagesIn(database);
      expect(pages).toBeGreaterThan(0);
      const whole = resultOf(await service.invoke({}, AMPLE));
      expect(whole).toMatchObject({ verdict: "verified", run: 1, pass: 1, items: { read: ITEMS, unchanged: 0 } });
      expect(await pagesIn(database)).toBeGreaterThan(pages);
      expect(service.coldStarts).toBe(2);
    });
  });
});

/** Pages committed so far; 0 before there is a ledger. */
async function pagesIn({ url }: TestDatabase): Promise<number> {
  return (await progressOn(async (sql) => ({ rows: await query(url, sql) }))).pages;
}

/** The operator's own command line, at work on what the functions are at work on. */
async function terminal(table: string, { url }: TestDatabase): Promise<number | null> {
  const child = spawn(process.execPath, ["bin/cli.ts", "migrate", "--source", sourceOf(table), "--target", url], {
    cwd: join(import.meta.dirname, "../.."),
    stdio: "ignore",
  });
  await once(child, "exit");
  return child.exitCode;
}

it("I11: two functions and a terminal on one run end well, and the result is that of one", async () => {
  await using shared = await createDatabase();
  await using alone = await createDatabase();
  const verdicts: string[] = [];
  const one = (database: TestDatabase) =>
    withFunction(environmentOf(clean, database), async (service) => {
      const { verdict, findings } = resultOf(await service.invoke({ concurrency: 2 }, AMPLE));
      verdicts.push(findings?.[0]?.where ?? verdict);
    });
  const [, , status] = await Promise.all([one(shared), one(shared), terminal(clean, shared)]);
  // Whoever comes last may find the run ended, and prove a second pass; or be told that it has moved on.
  for (const verdict of verdicts) expect(["verified", "moved-on"]).toContain(verdict);
  expect([0, 3]).toContain(status);
  await one(alone);
  const names = Object.keys(tables);
  expect(await dump(shared.url, names)).toEqual(await dump(alone.url, names));
  const [audit] = await query<{ lines: number; again: number }>(
    shared.url,
    "select count(*)::int as lines, count(*) filter (where pass > 1)::int as again from migration_ledger.contribution",
  );
  expect(audit).toMatchObject({ again: 0 });
  expect(audit?.lines).toBeGreaterThan(ITEMS);
});

it("a wrong event and a wrong environment are refused together, with what was expected", async () => {
  await withFunction({ [ENVIRONMENT.logLevel]: "loud" }, async (service) => {
    const { verdict, findings = [] } = resultOf(await service.invoke({ action: "dance", units: "many", x: 1 }, AMPLE));
    expect(verdict).toBe("refused");
    const told = findings.map(({ where, problem }) => `${where}: ${problem}`).join("\n");
    expect(told).toMatch(new RegExp(`${ENVIRONMENT.source}: is not set: .*dynamodb:TABLE`));
    expect(told).toMatch(new RegExp(`${ENVIRONMENT.target}: is not set: .*postgres://`));
    expect(told).toMatch(/LOG_LEVEL: .*"info"/);
    expect(told).toMatch(/event.action: .*"migrate"\|"verify"/);
    expect(told).toMatch(/event.units: .*whole number from 1 to 100,000/);
    expect(told).toMatch(/"x"/);
  });
});

it("a line that is not as CloudWatch reads it would be found", () => {
  const good = { level: "INFO", timestamp: "2026-01-01T00:00:00.000Z" };
  checkLines([JSON.stringify(good)]);
  for (const planted of [{ ...good, level: 30 }, { ...good, timestamp: "today" }, "text"])
    expect(() => checkLines([JSON.stringify(planted)])).toThrow();
});
