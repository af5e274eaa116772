/** Copies of one item, in a run that is interrupted while it decides which of them counts, and in two pages at the same time. */
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";
import { runStop } from "../../lambda/verbs/stop.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { ledgerOf, linesOf, lockOn } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, query, verifyTrial } from "../support/migration.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";
import { BOB, ONE, OTHER, REFUSED, schema, user } from "../support/users.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

describe("I3, I5: interrupted while they are decided", () => {
  const MANY = Array.from({ length: 60 }, (_, n) => [
    user(`u${n}`, "one"),
    user(`u${n}`, "other"),
    user(`u${n}`, "one"),
  ]);
  const list = [BOB, ONE, OTHER, REFUSED, ...MANY.flat()];
  const stateOf = async (url: string) => ({
    rows: await dump(url, ["users"]),
    ledger: await ledgerOf(url, "quarantine", "copies", "items"),
  });
  const trial = (url: string, around?: (target: Target) => Target, signal?: AbortSignal) =>
    migrateTrial({
      url,
      schema,
      source: memorySource(list, "memory:test", 40),
      options: { units: 2, concurrency: 1, seed: 1, sample: 3 },
      ...(around === undefined ? {} : { around }),
      ...(signal === undefined ? {} : { signal }),
    });
  class Stopped extends Error {}
  const stopping =
    (
      at: number,
      when: "before" | "after",
      told: string[] = [],
      stop: () => unknown = () => {
        throw new Stopped(String(at));
      },
    ) =>
    (target: Target): Target => {
      const { repeats } = target;
      const count = async <R>(name: string, work: () => Promise<R>): Promise<R> => {
        told.push(name);
        const here = told.length === at;
        if (here && when === "before") await stop();
        const result = await work();
        if (here && when === "after") await stop();
        return result;
      };
      return {
        ...target,
        repeats: {
          find: (run) => count("find", () => repeats.find(run)),
          keep: (run, unit, page, next) => count("keep", () => repeats.keep(run, unit, page, next)),
          decide: (run, decode) => count("decide", () => repeats.decide(run, decode)),
        },
      };
    };

  it("is gone on with, at every step, as if nothing had been", async () => {
    const told: string[] = [];
    const calmReport = await trial(database.url, stopping(0, "before", told));
    const calm = await stateOf(database.url);
    expect(calmReport.items).toMatchObject({ read: 184, migrated: 62, quarantined: 62, repeated: 60 });
    expect(told.filter((name) => name === "decide").length).toBeGreaterThan(2);
    for (const when of ["before", "after"] as const) {
      // After one step is before the next: each second place, and all of them both ways where there is time.
      for (let at = IS_THOROUGH || when === "before" ? 1 : 3; at <= told.length; at += IS_THOROUGH ? 1 : 6) {
        await using other = await createDatabase();
        await expect(trial(other.url, stopping(at, when))).rejects.toThrow(Stopped);
        const report = await trial(other.url);
        expect([report.verdict, report.items], `${when} ${at}`).toEqual([calmReport.verdict, calmReport.items]);
        expect(await stateOf(other.url), `${when} ${at}`).toEqual(calm);
      }
    }
    // Time that runs out instead: incomplete, and gone on with.
    for (const at of [1, 2, told.length - 1]) {
      await using other = await createDatabase();
      const time = new AbortController();
      const report = await trial(
        other.url,
        stopping(at, "after", [], () => time.abort()),
        time.signal,
      );
      expect(report.verdict).toBe("incomplete");
      expect((await trial(other.url)).items).toEqual(calmReport.items);
      expect(await stateOf(other.url)).toEqual(calm);
    }
  });

  it.each([
    ["by time that runs out after each page", "after", 1],
    ["by an operator after each page", "stop", 1],
    ["by death while each page is kept", "before", 2],
  ] as const)("a unit is read once, however often it is interrupted: %s", async (_, how, most) => {
    const source = memorySource(list, "memory:test", 20);
    const read: string[] = [];
    let isAgain = false;
    const counting: ItemSource = {
      ...source,
      async *read(unit, cursor, signal) {
        for await (const page of source.read(unit, cursor, signal)) {
          if (isAgain) read.push(`${unit} ${page.next}`);
          yield page;
        }
      },
    };
    const options = { units: 1, concurrency: 1, seed: 1, sample: 0 };
    const attempt = async (around: (target: Target) => Target, signal?: AbortSignal) =>
      migrateTrial({ url: database.url, schema, source: counting, options, around, ...(signal && { signal }) });
    const interrupted = async (at: number) => {
      const told: string[] = [];
      const time = new AbortController();
      const ways = {
        after: () => time.abort(),
        stop: () => runStop({ target: database.url, run: undefined }),
        before: undefined,
      };
      const when = how === "before" ? "before" : "after";
      await attempt(stopping(at, when, told, ways[how]), time.signal).catch((error: unknown) => {
        if (!(error instanceof Stopped)) throw error;
      });
      return told;
    };
    await interrupted(1);
    isAgain = true;
    const pages = Math.ceil(list.length / 20);
    // Each attempt keeps one page, and dies, where it does, at the second one.
    const at = how === "before" ? 3 : 2;
    let attempts = 0;
    while ((await interrupted(at)).includes("decide") === false && attempts < 99) attempts += 1;
    expect(attempts).toBeGreaterThan(pages - 2);
    for (const [page, times] of Map.groupBy(read, (page) => page)) expect(times.length, page).toBeLessThanOrEqual(most);
    expect(new Set(read).size).toBe(pages);
    await attempt((target) => target);
    const state = await stateOf(database.url);
    await using other = await createDatabase();
    await trial(other.url);
    expect(state).toEqual(await stateOf(other.url));
  });

  it("two processes at once decide each of them once", async () => {
    const calmReport = await trial(database.url);
    const calm = await stateOf(database.url);
    await using other = await createDatabase();
    const both = await Promise.allSettled([trial(other.url), trial(other.url)]);
    expect(both.some(({ status }) => status === "fulfilled")).toBe(true);
    const report = await verifyTrial({ target: other.url, schema, options: {} }, memorySource(list));
    expect([report.items, report.verdict]).toEqual([calmReport.items, calmReport.verdict]);
    expect(await stateOf(other.url)).toEqual(calm);
  });

  it("a source that does not give again what it gave is refused before anything is decided, and with it whole the next run goes on", async () => {
    await trial(database.url);
    const calm = await stateOf(database.url);
    await using other = await createDatabase();
    // Everything stands elsewhere by now, and one version of the last item is gone.
    const changed = memorySource(list.toSpliced(-2, 1).toReversed(), "memory:test", 40);
    const whole = memorySource(list, "memory:test", 40);
    let readings = 0;
    const read: ItemSource["read"] = (unit, cursor, signal) => {
      readings += 1;
      return (readings > 2 ? changed : whole).read(unit, cursor, signal);
    };
    const told: string[] = [];
    const options = { units: 2, concurrency: 1 };
    const refused = migrateTrial({
      url: other.url,
      schema,
      source: { ...whole, read },
      options,
      around: stopping(0, "before", told),
    });
    await expect(refused).rejects.toMatchObject({ code: "source-changed" });
    expect(told).not.toContain("decide");
    expect((await linesOf<{ fate: string | null }>(other.url, "copies")).filter(({ fate }) => fate !== null)).toEqual(
      [],
    );
    await trial(other.url);
    expect(await stateOf(other.url)).toEqual(calm);
  });
});

describe("I5: two pages with one item at the same time", () => {
  const mapped = defineTables({ things: { r: text().primaryKey(), v: text() } });
  const placed = {
    tables: mapped,
    items: defineItems(mapped, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("Thing", { pk: "T#{id}" }, ({ attr }) => [into("things", { r: attr("R"), v: attr("V") })]),
    ]),
  };
  const thing = (R: string, V: string): Item => ({ PK: { S: "T#1" }, R: { S: R }, V: { S: V } });

  /** Holds the ledger's lines until both pages have asked what is known of their items, and wait. */
  const together =
    (url: string) =>
    (target: Target): Target => {
      const both = Promise.withResolvers<void>();
      let [arrived, released] = [0, Promise.resolve()];
      const arrive = async (): Promise<void> => {
        arrived += 1;
        if (arrived === 2) {
          const holder = new pg.Client({ connectionString: url });
          await holder.connect();
          await holder.query(`begin; ${lockOn("item", "exclusive")}`);
          released = expect
            .poll(async () => (await query(url, WAITING))[0])
            .toEqual({ waiting: 2 })
            .finally(() => holder.end());
          both.resolve();
        }
        await both.promise;
      };
      const claim: Target["queue"]["claim"] = async (run) => {
        const claimed = await target.queue.claim(run);
        if (claimed === undefined) return undefined;
        const commit: typeof claimed.commit = async (page) => {
          await arrive();
          await claimed.commit(page);
          await released;
        };
        return { ...claimed, commit };
      };
      return { ...target, queue: { ...target.queue, claim } };
    };
  const WAITING =
    "select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";

  it.each<[string, Item[], Item, Item]>([
    ["that is new and gives one row", [], thing("a", "1"), thing("a", "2")],
    ["that is new and gives two", [], thing("a", "1"), thing("b", "2")],
    ["that is new and gives two, the other way round", [], thing("b", "2"), thing("a", "1")],
    ["that has changed", [thing("a", "0")], thing("a", "1"), thing("a", "2")],
    ["that has changed and gives two rows", [thing("a", "0")], thing("b", "1"), thing("c", "2")],
  ])("%s", async (_, before, one, other) => {
    const { url } = database;
    if (before.length > 0) await migrateTrial({ url, schema: placed, items: before });
    const options = { units: 2, concurrency: 2 };
    const report = await migrateTrial({ url, schema: placed, items: [one, other], options, around: together(url) });
    expect(report.discrepancies.map(({ problem }) => problem)).toEqual(["1 item is in quarantine: repeated-key"]);
    expect(report.items).toMatchObject({ read: 2, migrated: 1, quarantined: 1 });
    await using alone = await createDatabase();
    await migrateTrial({ url: alone.url, schema: placed, items: [other, one], options: { units: 1 } });
    expect(await dump(url, ["things"])).toEqual(await dump(alone.url, ["things"]));
  });
});
