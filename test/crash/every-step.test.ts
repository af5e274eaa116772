/**
 * A run stopped at every step it takes, before the step and after it, one step in each trial: what the next run makes of what
 * is left, ledger included, is what a run without a stop makes. The ports are wrapped; the product knows nothing of it.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";
import type { UnitClaim } from "../../lambda/ports/units.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { ledgerOf, runAt } from "../support/ledger.ts";
import { type MemoryExport, memoryExports, TABLE } from "../support/memory-exports.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, queries } from "../support/migration.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";

const NOW = new Date();
const now = () => NOW;
const SAMPLE = [...sampleItems({ items: 120, seed: 21, now: NOW })];
const schema = { tables, items };
const options = { units: 3, concurrency: 1, seed: 1, sample: 2 };
const names = Object.keys(tables);

class Stopped extends Error {}

/** Every call of a port is a step. Stops at the one of that number; counts them all where there is none. */
function stopping(at: number, when: "before" | "after") {
  let step = 0;
  const told: string[] = [];
  const count = async <R>(name: string, work: () => Promise<R>): Promise<R> => {
    step += 1;
    told.push(name);
    const here = step === at;
    if (here && when === "before") throw new Stopped(name);
    const result = await work();
    if (here) throw new Stopped(name);
    return result;
  };
  const claimOf = (claim: UnitClaim): UnitClaim => ({
    ...claim,
    commit: (page) => count("commit", () => claim.commit(page)),
  });
  const around = ({
    runs,
    exports,
    queue,
    repeats,
    tables: port,
    proof,
    spots,
    quarantine,
    place,
  }: Target): Target => ({
    place,
    quarantine: { each: (run, take) => quarantine.each(run, take) },
    exports: {
      next: (run, atHand) => count("next export", () => exports.next(run, atHand)),
      facts: (run) => exports.facts(run),
    },
    runs: {
      open: (request) => count("open", () => runs.open(request)),
      enter: (run, phase, report) => count(`enter ${phase}`, () => runs.enter(run, phase, report)),
      list: () => runs.list(),
    },
    queue: {
      plan: (run, units) => count("plan", () => queue.plan(run, units)),
      claim: async (run) => {
        const claim = await count("claim", () => queue.claim(run));
        return claim === undefined ? undefined : claimOf(claim);
      },
      progress: (run) => queue.progress(run),
      tally: (run) => queue.tally(run),
    },
    tables: {
      check: (source) => count("check", () => port.check(source)),
      prepare: (run) => count("prepare", () => port.prepare(run)),
      complete: (run, prune, signal) => count("complete", () => port.complete(run, prune, signal)),
    },
    repeats: {
      find: (run) => count("find", () => repeats.find(run)),
      keep: (run, unit, page, next) => count("keep", () => repeats.keep(run, unit, page, next)),
      decide: (run, decode) => count("decide", () => repeats.decide(run, decode)),
    },
    proof: {
      ledger: (run) => count("ledger", () => proof.ledger(run)),
      contents: (run, signal) => count("contents", () => proof.contents(run, signal)),
      relations: (run, signal) => count("relations", () => proof.relations(run, signal)),
    },
    spots: {
      sample: (run, seed, each) => count("sample", () => spots.sample(run, seed, each)),
      rows: (run, given) => spots.rows(run, given),
    },
  });
  return { around, told };
}

/** Tables, ledger and report, without what tells the time. */
async function stateOf({ url }: TestDatabase) {
  const ledger = await ledgerOf(url, "contributions", "passes", "parked", "units", "refusals");
  const constraints = await queries(url, [
    "select conname, convalidated from pg_constraint where connamespace = 'public'::regnamespace order by conname",
  ]);
  return { rows: await dump(url, names), run: await runAt(url), ledger, constraints };
}

/** A part of the items, what came after them with some that went, and what came back: all of them in the end. */
function exportsOf(list: readonly Item[]): readonly MemoryExport[] {
  const [first, second] = [list.slice(0, 80), list.slice(80)];
  const gone = first.filter((_, at) => at % 9 === 0);
  const keyOf = ({ PK = { S: "" }, SK = { S: "" } }: Item): Item => ({ PK, SK });
  const facts = { place: "memory", table: TABLE, records: 0, images: "new and old" } as const;
  const hour = (at: number): Date => new Date(Date.UTC(2026, 0, 14, at));
  return [
    { ...facts, id: "F", to: hour(1), items: first },
    {
      ...{ ...facts, id: "W1", from: hour(1), to: hour(2) },
      changes: [
        ...second.map((after) => ({ key: keyOf(after), after, before: "nothing" as const })),
        ...gone.map((before) => ({ key: keyOf(before), before })),
      ],
    },
    {
      ...{ ...facts, id: "W2", from: hour(2), to: hour(3) },
      changes: gone.map((after) => ({ key: keyOf(after), after, before: "nothing" as const })),
    },
  ];
}

const SOURCES = {
  "items of a source": () => memorySource(SAMPLE),
  "a full export and its windows": () => memoryExports(exportsOf(SAMPLE)),
} satisfies Readonly<Record<string, () => ItemSource>>;

describe.each(Object.entries(SOURCES))("%s", (_, sourceOf) => {
  const trial = (url: string, around?: (target: Target) => Target) =>
    migrateTrial({ url, schema, source: sourceOf(), options, now, ...(around === undefined ? {} : { around }) });

  let calm: Awaited<ReturnType<typeof stateOf>>;
  let steps: readonly string[];
  beforeAll(async () => {
    await using quiet = await createDatabase();
    const { around, told } = stopping(0, "before");
    const report = await trial(quiet.url, around);
    expect(report.verdict).toBe("verified");
    calm = await stateOf(quiet);
    steps = told;
  });

  describe.each(["before", "after"] as const)("I3, I5: a run stopped %s a step", (when) => {
    it("is gone on with as if nothing had been, whichever step it was", async () => {
      expect(new Set(steps).size).toBeGreaterThan(12);
      expect(steps.filter((name) => name === "commit").length).toBeGreaterThanOrEqual(3);
      const isOfExports = steps.includes("next export");
      for (const [at, name] of steps.entries()) {
        // After one step is before the next: some of them, and all of them both ways where there is time.
        if (!IS_THOROUGH && at % (isOfExports ? 18 : 9) !== (when === "before" ? 0 : 2)) continue;
        await using database = await createDatabase();
        const { around } = stopping(at + 1, when);
        await expect(trial(database.url, around), name).rejects.toThrow(name);
        const report = await trial(database.url);
        // Stopped after the very last step the run had ended: the next one is a second pass, where anything is read again, and finds nothing to do.
        const isSecond = when === "after" && name === "enter ended" && !isOfExports;
        expect([name, report.verdict, report.pass]).toEqual([name, "verified", isSecond ? 2 : 1]);
        if (isSecond) expect(report.items.migrated).toBe(0);
        else expect(await stateOf(database), name).toEqual(calm);
      }
    });
  });
});
