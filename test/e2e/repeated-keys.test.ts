/** An item that stands in its source more than once: told by its key and its positions, kept whole, and mended without going in circles. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reportText } from "../../lambda/adapters/report/text.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { bigint, defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { runStop } from "../../lambda/verbs/stop.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { ledgerOf, linesOf, lockOn } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, query, repairTrial, verifyTrial, versions } from "../support/migration.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";

const tables = defineTables({ users: { id: text().primaryKey(), email: text(), age: bigint() } });
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, ignoreItem }) => [
  item("User", { pk: "USER#{id}", sk: "METADATA" }, ({ key, attr }) => [
    into("users", { id: key.id, email: attr("Email"), age: attr("Age") }),
  ]),
  ignoreItem("Gone", { pk: "USER#{id}", sk: "METADATA", where: { State: "gone" } }, "deleted users"),
]);
const schema = { tables, items };
const user = (id: string, email: string, Age: Item[string] = { N: "36" }, more: Item = {}): Item => ({
  PK: { S: `USER#${id}` },
  SK: { S: "METADATA" },
  Email: { S: email },
  Age,
  ...more,
});
const [BOB, ONE, OTHER] = [user("bob", "bob@x"), user("ada", "one@x"), user("ada", "other@x")];
const REFUSED = user("ada", "refused@x", { N: "37.5" });
const IGNORED = user("ada", "gone@x", { N: "1" }, { State: { S: "gone" } });

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[], options = {}, around?: (target: Target) => Target) =>
  beginTrial({ url: database.url, schema, items: list, options, ...(around === undefined ? {} : { around }) });
const repair = async (list: readonly Item[]): Promise<Report> =>
  await repairTrial({ target: database.url, schema, options: {}, force: false }, memorySource(list));
const emails = () => query<{ id: string; email: string }>(database.url, "select id, email from users order by id");
const reasons = ({ quarantine }: Report) => quarantine.map(({ reason, count }) => `${count} ${reason}`);
const kept = async () =>
  (await linesOf<{ position: string; reason: string }>(database.url, "quarantine"))
    .map(({ position, reason }) => `${position} ${reason}`)
    .toSorted();

describe("I5: which of several copies holds the rows", () => {
  it.each([1, 2, 3])("is the same in any order, in each pass, with %s units", async (units) => {
    const first = await migrate([BOB, ONE, OTHER], { units });
    const held = await emails();
    const before = await versions(database.url, ["users"]);
    expect(first).toMatchObject({
      verdict: "discrepant",
      items: { read: 3, migrated: 2, quarantined: 1, repeated: 0 },
    });
    const again = await migrate([OTHER, ONE, BOB], { units });
    expect(again).toMatchObject({
      verdict: "discrepant",
      items: { read: 3, unchanged: 2, migrated: 0, quarantined: 1 },
    });
    expect(await versions(database.url, ["users"])).toEqual(before);
    await using other = await createDatabase();
    await migrateTrial({ url: other.url, schema, items: [OTHER, BOB, ONE], options: { units, concurrency: 1 } });
    expect(await query(other.url, "select id, email from users order by id")).toEqual(held);
  });

  it("is not the one that is ignored, nor one that is refused: both are kept whole beside it", async () => {
    const report = await migrate([REFUSED, ONE, IGNORED, ONE]);
    expect(await emails()).toEqual([{ id: "ada", email: "one@x" }]);
    expect(reasons(report).sort()).toEqual(["1 repeated-key", "1 would-round"]);
    expect(report.items).toMatchObject({ read: 4, migrated: 1, ignored: 0, quarantined: 2, repeated: 1 });
    expect(await kept()).toEqual(["item 0 would-round", "item 2 repeated-key"]);
  });

  it("is the next one where a table of others does not take it", async () => {
    await query(database.url, "create table users (id text primary key, email text not null, age bigint not null)");
    await migrate([ONE, OTHER]);
    const [{ email } = { email: "" }] = await emails();
    await using fresh = await createDatabase();
    await query(
      fresh.url,
      `create table users (id text primary key, email text not null check (email <> '${email}'), age bigint not null)`,
    );
    for (const list of [
      [ONE, OTHER],
      [OTHER, ONE],
    ]) {
      const report = await migrateTrial({ url: fresh.url, schema, items: list });
      expect(reasons(report)).toEqual(["1 postgres-refused"]);
      expect(report.discrepancies.map(({ check }) => check)).toEqual(["completeness"]);
      const [row] = await query<{ email: string }>(fresh.url, "select email from users");
      expect([email, row?.email].sort()).toEqual(["one@x", "other@x"]);
    }
  });

  it("nothing is said of copies that are all left behind, nor of equal ones", async () => {
    const other = { ...IGNORED, Email: { S: "gone too" } };
    const { Email, ...rest } = BOB;
    const report = await migrate([
      IGNORED,
      other,
      other,
      BOB,
      { ...rest, Age: { N: "36.0" }, ...(Email && { Email }) },
    ]);
    expect(report).toMatchObject({ verdict: "verified", items: { read: 5, ignored: 2, migrated: 1, repeated: 2 } });
    expect(reportText(report)).toContain("0 quarantined · 2 repeated");
    // The twin: without a repeated one no column is there for it.
    await using fresh = await createDatabase();
    expect(reportText(await migrateTrial({ url: fresh.url, schema, items: [BOB] }))).not.toContain("repeated");
  });

  it("a key is one however its number is spelled, in binary keys too", async () => {
    const mapped = defineTables({ things: { id: text().primaryKey(), v: text() } });
    const numbers = defineItems(mapped, { keys: { pk: "id" } }, ({ item, into }) => [
      item("Thing", { pk: "{id}" }, ({ key, attr }) => [into("things", { id: key.id, v: attr("v") })]),
    ]);
    const thing = (id: Item[string], v: string): Item => ({ id, v: { S: v } });
    const list = [
      thing({ N: "1" }, "a"),
      thing({ N: "1.0" }, "b"),
      thing({ N: "10e-1" }, "a"),
      thing({ B: new Uint8Array([1]) }, "a"),
      thing({ B: new Uint8Array([1]) }, "b"),
      thing({ S: "2" }, "a"),
    ];
    const report = await migrateTrial({ url: database.url, schema: { tables: mapped, items: numbers }, items: list });
    expect(report.items).toMatchObject({ read: 6, migrated: 3, quarantined: 2, repeated: 1 });
    expect(report.discrepancies.map(({ check }) => check)).toEqual(["completeness"]);
  });
});

describe("I1: what is told of them", () => {
  it("names the key, both positions and what holds the rows; in the report, its text, and in JSON", async () => {
    const report = await migrate([BOB, ONE, OTHER]);
    const [row] = (await emails()).filter(({ id }) => id === "ada");
    const [holder, put] = row?.email === "one@x" ? ["item 1", "item 2"] : ["item 2", "item 1"];
    expect(report.quarantine).toMatchObject([
      {
        reason: "repeated-key",
        entity: "User",
        count: 1,
        examples: [
          {
            position: put,
            detail: `the same key stands, with something else, at ${holder}, which holds the rows: correct the source, and run migrate again`,
          },
        ],
      },
    ]);
    expect(reportText(report)).toContain(`USER#ada / METADATA, at ${put}`);
  });

  it("a live table promises that there are none, and is not looked through", async () => {
    const looked: string[] = [];
    const around = (target: Target): Target => ({
      ...target,
      repeats: {
        ...target.repeats,
        find: (run) => {
          looked.push("find");
          return target.repeats.find(run);
        },
      },
    });
    const source: ItemSource = { ...memorySource([BOB, ONE]), keys: "unique" };
    await migrateTrial({ url: database.url, schema, source, around });
    expect(looked).toEqual([]);
    await migrate([BOB, ONE], {}, around);
    expect(looked).toEqual(["find"]);
  });
});

describe("the ways out end", () => {
  it.each([
    ["one of them left in the source, whichever it is, and a new pass", [ONE]],
    ["the other one", [OTHER]],
    ["and one that is new", [user("ada", "new@x")]],
  ])("%s", async (_, left) => {
    await migrate([BOB, ONE, OTHER, REFUSED]);
    const report = await migrate([...left, BOB]);
    expect(report).toMatchObject({ verdict: "verified", discrepancies: [], quarantine: [] });
    expect(await emails()).toEqual([
      { id: "ada", email: left[0]?.Email && "S" in left[0].Email ? left[0].Email.S : "" },
      { id: "bob", email: "bob@x" },
    ]);
    expect(await linesOf(database.url, "quarantine")).toEqual([]);
  });

  it("all of them gone: the rows are stale, and pruned", async () => {
    await migrate([BOB, ONE, OTHER]);
    expect((await migrate([BOB])).discrepancies).toHaveLength(1);
    expect(await migrate([BOB], { prune: true })).toMatchObject({ verdict: "verified" });
    expect(await emails()).toEqual([{ id: "bob", email: "bob@x" }]);
  });

  it("accepted: the next proof counts them, and so does the next pass", async () => {
    await migrate([BOB, ONE, OTHER, REFUSED]);
    await runAccept({ target: database.url, schema, key: ["USER#ada", "METADATA"], reason: "an old copy" });
    const task = { target: database.url, schema, options: {} };
    const report = await verifyTrial(task, memorySource([BOB, ONE, OTHER, REFUSED]));
    expect(report).toMatchObject({ verdict: "verified", accepted: 2 });
    expect(await migrate([REFUSED, OTHER, ONE, BOB])).toMatchObject({ verdict: "verified", accepted: 2 });
  });

  it("repair takes out the copies that are gone while the one that holds the rows is there, and leaves the rest to a pass", async () => {
    await migrate([BOB, ONE, OTHER, REFUSED]);
    const [row] = (await emails()).filter(({ id }) => id === "ada");
    const [holder, other] = row?.email === "one@x" ? [ONE, OTHER] : [OTHER, ONE];
    // As it is, nothing changes.
    expect(await repair([BOB, ONE, OTHER, REFUSED])).toMatchObject({
      verdict: "discrepant",
      repaired: { released: 0, refused: 1 },
      items: { read: 4, quarantined: 2 },
    });
    expect(await repair([BOB, holder, other])).toMatchObject({ items: { read: 3, quarantined: 1 } });
    // The one that holds the rows is gone: which one does now is for a pass to say.
    expect(await repair([BOB, other])).toMatchObject({ repaired: { refused: 1 }, items: { read: 3, quarantined: 1 } });
    expect(await repair([BOB, holder])).toMatchObject({
      verdict: "verified",
      repaired: { released: 1, refused: 0 },
      items: { read: 2, migrated: 2, quarantined: 0 },
    });
  });

  it("a row of such an item that was lost is written again as it was", async () => {
    await migrate([BOB, ONE, OTHER]);
    const held = await emails();
    await query(database.url, "delete from users where id = 'ada'");
    expect((await repair([OTHER, BOB, ONE])).repaired).toMatchObject({ rows: 1 });
    expect(await emails()).toEqual(held);
  });

  it("repair writes the only copy that is left of several that were all refused", async () => {
    await migrate([BOB, REFUSED, user("ada", "refused too", { S: "x" })]);
    const report = await repair([BOB, ONE]);
    expect(report).toMatchObject({ verdict: "verified", items: { read: 2, migrated: 2, quarantined: 0 } });
    expect((await migrate([BOB, ONE])).items).toMatchObject({ unchanged: 2 });
  });

  const NEW = user("ada", "new@x");
  it.each([
    ["several stand where one was refused", [BOB, REFUSED], [BOB, ONE, OTHER]],
    ["another stands beside the one that holds the rows", [BOB, ONE, OTHER], [BOB, ONE, NEW]],
    ["another stands beside the other one", [BOB, ONE, OTHER], [BOB, OTHER, NEW]],
  ])("I9: repair lets nothing go while a copy is there that nobody has decided about: %s", async (_, before, now) => {
    await migrate(before);
    const report = await repairTrial(
      { target: database.url, schema, options: { sample: 0 }, force: false },
      memorySource(now),
    );
    expect(report).toMatchObject({ verdict: "discrepant", repaired: { released: 0, refused: 1 } });
    const after = await migrate(now);
    expect(after.verdict).toBe("discrepant");
    expect(reasons(after)).toEqual(["1 repeated-key"]);
  });
});

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
      // After one step is before the next: every second one of either is every place once.
      for (let at = 1; at <= told.length; at += IS_THOROUGH ? 1 : 2) {
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

describe("a file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-repeated-"));
    const url = (path: string) => JSON.stringify(resolve(import.meta.dirname, "../../lambda", path));
    await writeFile(
      join(folder, "tables.ts"),
      `import { bigint, defineTables, text } from ${url("mapping/index.ts")};
       export const tables = defineTables({ users: { id: text().primaryKey(), email: text(), age: bigint() } });`,
    );
    await writeFile(
      join(folder, "items.ts"),
      `import { defineItems } from ${url("mapping/index.ts")};
       import { tables } from "./tables.ts";
       export const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
         item("User", { pk: "USER#{id}", sk: "METADATA" }, ({ key, attr }) => [
           into("users", { id: key.id, email: attr("Email"), age: attr("Age") })])]);`,
    );
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const lines = (list: readonly Item[]) => list.map((item) => `{"Item":${toDynamoDbJson(item)}}\n`).join("");
  const cli = (...args: string[]) =>
    new Promise<{ exit: number; screen: string }>((done) => {
      const all = ["bin/cli.ts", ...args, "--schema", folder];
      const child = execFile(process.execPath, all, { cwd: resolve(import.meta.dirname, "../..") }, (_, out, err) =>
        done({ exit: child.exitCode ?? -1, screen: out + err }),
      );
    });

  it("check tells the key and both positions over all data, and fails for different copies alone", async () => {
    const file = join(folder, "items.jsonl");
    const at = lines([BOB]).length;
    await writeFile(file, lines([BOB, ONE, OTHER]));
    const found = await cli("check", "--source", `file:${file}`);
    expect(found.exit).toBe(1);
    expect(found.screen).toContain(`USER#ada / METADATA, at byte ${at} and byte ${at + lines([ONE]).length}`);
    expect((await cli("check", "--source", `file:${file}`, "--sample", "2")).screen).toContain(
      "not looked for in a sample",
    );
    await writeFile(file, lines([BOB, BOB]));
    const harmless = await cli("check", "--source", `file:${file}`);
    expect([harmless.exit, harmless.screen]).toEqual([0, expect.stringContaining("1 copy that says the same")]);
  });

  it("I10: an item without its key is named by where it stands, on every screen and in every file", async () => {
    const file = join(folder, "items.jsonl");
    const canary = "canary-7f3a";
    const { SK: _, ...noSort } = user("ada", canary);
    const { PK: __, ...noKey } = user("bob", canary);
    const odd = { ...user("eve", canary), SK: { M: { inner: { S: canary } } } };
    await writeFile(file, lines([BOB, noSort, noKey, noSort, odd]));
    const json = join(folder, "report.json");
    const from = ["--source", `file:${file}`];
    const target = ["--target", database.url];
    const said = [
      await cli("migrate", ...from, ...target, "--json", json),
      await cli("list-quarantine", ...target, "--json", join(folder, "list.json")),
      await cli("report", ...target),
      await cli("check", ...from, "--json", join(folder, "check.json")),
    ];
    const files = await Promise.all(
      ["report", "list", "check"].map((name) => readFile(join(folder, `${name}.json`), "utf8")),
    );
    for (const text of [...said.map(({ screen }) => screen), ...files]) expect(text).not.toContain(canary);
    const position = `byte ${lines([BOB]).length}`;
    for (const { screen } of said) expect(screen).toContain(position);
    const report: Report = JSON.parse(files[0] ?? "");
    // Two that lack only the sort key are two, though they hold the same.
    expect(report.items).toMatchObject({ read: 5, migrated: 1, quarantined: 4, repeated: 0 });
    expect(reasons(report).sort()).toEqual(["1 key-not-text", "3 no-key"]);
    expect(report.discrepancies.map(({ check }) => check)).toEqual(["completeness", "completeness"]);
  });
});
