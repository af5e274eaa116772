/** Windows of changes that meet what stands in a pass beside its rows: what was left behind, refused, mended or written by others. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { load, migrationOf, openTarget } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { defineItems, defineTables, integer, text } from "../../lambda/mapping/index.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import { type Migration, plan } from "../../lambda/pipeline/migrate.ts";
import { workflowCopy, workflowFinalize } from "../../lambda/pipeline/workflow.ts";
import type { Run } from "../../lambda/ports/runs.ts";
import { runStop } from "../../lambda/verbs/stop.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MemoryExport, memoryExports, TABLE } from "../support/memory-exports.ts";
import { migrateTrial, query, quiet, repairTrial } from "../support/migration.ts";

const tables = defineTables({ pets: { id: text().primaryKey(), name: text(), age: integer().nullable() } });
const options = { keys: { pk: "PK", sk: "SK" }, ttl: { attribute: "ttl", expired: "skip" } } as const;
const items = defineItems(tables, options, ({ item, ignoreItem, into }) => [
  item("Pet", { pk: "PET#{id}", sk: "P" }, ({ key, attr }) => [
    into("pets", { id: key.id, name: attr("name"), age: attr("age").optional() }),
  ]),
  ignoreItem("Log", { pk: "LOG#{id}", sk: "L" }, "nobody reads it"),
]);
const schema = { tables, items };

const key = (id: string): Item => ({ PK: { S: `PET#${id}` }, SK: { S: "P" } });
const pet = (id: string, name = id): Item => ({ ...key(id), name: { S: name } });
const expired = (id: string): Item => ({ ...pet(id), ttl: { N: "1000" } });
const bad = (id: string): Item => ({ ...key(id), age: { N: "1" } });
const log = (id: string, text = id): Item => ({ PK: { S: `LOG#${id}` }, SK: { S: "L" }, text: { S: text } });
const keyOf = ({ PK = { S: "" }, SK = { S: "" } }: Item): Item => ({ PK, SK });

const hour = (at: number): Date => new Date(Date.UTC(2026, 0, 14, at));
const full = (at: number, list: readonly Item[]): MemoryExport => ({
  ...{ id: `F${at}`, place: "memory", table: TABLE, to: hour(at), records: list.length, items: list },
});
/** From an item to what became of it. */
type Change = readonly [before: Item | "nothing", after: Item | "gone"];
const window = (to: number, ...changes: readonly Change[]): MemoryExport => ({
  ...{ id: `W${to}`, place: "memory", table: TABLE, from: hour(to - 1), to: hour(to), records: changes.length },
  images: "new and old",
  changes: changes.map(([before, after]) => ({
    key: keyOf(after !== "gone" ? after : before !== "nothing" ? before : {}),
    before,
    ...(after === "gone" ? {} : { after }),
  })),
});

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (exports: readonly MemoryExport[], more: object = {}) =>
  migrateTrial({ url: database.url, schema, source: memoryExports(exports), options: { prune: true, ...more } });
const names = async () =>
  (await query<{ name: string }>(database.url, "select name from pets order by id")).map(({ name }) => name);

describe("I1: an item is counted once, whatever it was before", () => {
  const ADA = pet("ada");
  it.each<[string, readonly MemoryExport[], object]>([
    [
      "expires, and goes",
      [full(1, [ADA, pet("bob")]), window(2, [pet("bob"), expired("bob")]), window(3, [expired("bob"), "gone"])],
      { read: 1, migrated: 1 },
    ],
    [
      "expires, and is kept after all",
      [full(1, [ADA, pet("bob")]), window(2, [pet("bob"), expired("bob")]), window(3, [expired("bob"), pet("bob")])],
      { read: 2, migrated: 2 },
    ],
    [
      "had rows of an earlier pass, expires, and goes",
      [full(1, [ADA, pet("bob")]), full(3, [ADA, expired("bob")]), window(4, [expired("bob"), "gone"])],
      { read: 1, unchanged: 1 },
    ],
    [
      "is refused, is as it was before, and goes",
      [
        full(1, [ADA, pet("bob")]),
        window(2, [pet("bob"), bad("bob")]),
        window(3, [bad("bob"), pet("bob")]),
        window(4, [pet("bob"), "gone"]),
      ],
      { read: 1, migrated: 1 },
    ],
    [
      "is refused, expires, and is refused",
      [
        full(1, [ADA, pet("bob")]),
        window(2, [pet("bob"), bad("bob")]),
        window(3, [bad("bob"), expired("bob")]),
        window(4, [expired("bob"), pet("bob", "Bob")]),
      ],
      { read: 2, migrated: 2 },
    ],
    [
      "was refused by an earlier pass, and goes",
      [full(1, [ADA, bad("bob")]), full(3, [ADA, pet("bob")]), window(4, [pet("bob"), "gone"])],
      { read: 1, unchanged: 1 },
    ],
    [
      "had expired in an earlier pass, and goes",
      [full(1, [ADA, expired("bob")]), full(3, [ADA, pet("bob")]), window(4, [pet("bob"), "gone"])],
      { read: 1, unchanged: 1 },
    ],
    [
      "is left behind twice, and goes",
      [full(1, [ADA, log("1"), log("1", "2")]), window(2, [log("1"), "gone"])],
      { read: 1, migrated: 1 },
    ],
    [
      "stands there twice, the same, and goes",
      [full(1, [ADA, pet("bob"), pet("bob")]), window(2, [pet("bob"), "gone"])],
      { read: 1, migrated: 1 },
    ],
    [
      "stands there twice, once expired, and goes",
      [full(1, [ADA, pet("bob"), expired("bob")]), window(2, [pet("bob"), "gone"])],
      { read: 1, migrated: 1 },
    ],
  ])("that %s", async (_, exports, counts) => {
    const none = { read: 0, migrated: 0, unchanged: 0, ignored: 0, expired: 0, quarantined: 0, repeated: 0 };
    await migrate(exports.slice(0, 1));
    const report = await migrate(exports);
    expect(report.items).toEqual({ ...none, ...counts });
    expect(
      report.discrepancies
        .map(({ subject, problem }) => `${subject}: ${problem}`)
        .filter((each) => !each.includes("say")),
    ).toEqual([]);
  });
});

/** What another process does of a run that was planned, with everything opened anew. */
async function step<T>(exports: readonly MemoryExport[], work: (migration: Migration, run: Run) => Promise<T>) {
  const mapping = load(schema);
  await using target = openTarget(database.url, mapping);
  const task = { source: "", target: database.url, schema, options: {} };
  const migration = migrationOf(task, quiet(), memoryExports(exports), target, mapping);
  const [run] = await target.runs.list();
  return await work(migration, run ?? (await plan(migration)));
}

it("I3: a workflow that was stopped between a window's beginning and its plan applies the window", async () => {
  const exports = [full(1, [pet("ada"), pet("bob")]), window(2, [pet("bob"), pet("bob", "Bob")], [pet("ada"), "gone"])];
  await step(exports, async (migration, run) => workflowCopy(migration, run));
  const stopped = step(exports, ({ target, ...migration }, run) => {
    const queue = { ...target.queue, plan: () => Promise.reject(new Error("stopped")) };
    return workflowFinalize({ ...migration, target: { ...target, queue } }, run);
  });
  await expect(stopped).rejects.toThrow("stopped");
  expect(await step(exports, workflowFinalize)).toBe(true);
  expect(await names()).toEqual(["Bob"]);
});

it("I9: an export of which no file was read is no proof of anything", async () => {
  const exports = [full(1, [pet("ada"), pet("bob")]), window(2, [pet("bob"), "gone"])];
  const source = memoryExports(exports);
  const lost: typeof source.exports.plan = async (of) => (of.id === "W2" ? [] : source.exports.plan(of));
  const less = { ...source, exports: { ...source.exports, plan: lost } };
  const report = await migrateTrial({ url: database.url, schema, source: less, options: { sample: 0 } });
  expect(report.discrepancies.map(({ subject, problem }) => `${subject}: ${problem}`)).toEqual([
    "export W2: none of its 1 record was read",
  ]);
  expect(await migrate(exports)).toMatchObject({
    verdict: "verified",
    pass: 2,
    exports: [{}, { changes: { removed: 1 } }],
  });
});

it("I11: whoever copies what was before a window takes no file of the window", async () => {
  const exports = [full(1, [pet("ada"), pet("bob")]), window(2, [pet("bob"), "gone"])];
  const before = await step(exports, async (_, run) => run);
  const stopped = step(exports, ({ target, ...migration }, run) => {
    const claim = (now: Run) =>
      now.exports.length > 1 ? Promise.reject(new Error("stopped")) : target.queue.claim(now);
    return workflowFinalize({ ...migration, target: { ...target, queue: { ...target.queue, claim } } }, run);
  });
  await expect(stopped).rejects.toThrow("stopped");
  await expect(step(exports, ({ target }) => target.queue.claim(before))).rejects.toMatchObject({ code: "moved-on" });
  expect(await step(exports, workflowFinalize)).toBe(true);
  expect(await names()).toEqual(["ada"]);
});

it("I12: rows of others that would go with those of removed items keep a window from being applied", async () => {
  const exports = [full(1, [pet("ada"), pet("bob")]), window(2, [pet("bob"), "gone"])];
  await migrate(exports.slice(0, 1));
  await query(
    database.url,
    "create table toys (pet text references pets on delete cascade); insert into toys values ('bob')",
  );
  await expect(migrate(exports)).rejects.toMatchObject({ code: "in-use" });
  expect(await query(database.url, "select pet from toys")).toEqual([{ pet: "bob" }]);
  await query(database.url, "drop table toys");
  expect(await migrate(exports)).toMatchObject({ verdict: "verified", items: { read: 1 } });
});

describe("what a repair has mended", () => {
  it("is counted as what it is by the windows that follow", async () => {
    const exports = [
      full(1, [pet("ada"), pet("bob")]),
      window(2, [pet("bob"), pet("bob", "Robert")]),
      window(3, [pet("bob", "Robert"), pet("bob", "Bobby")]),
    ];
    await migrate(exports.slice(0, 1));
    await query(database.url, "alter table pets add constraint short check (length(name) < 4)");
    expect(await migrate(exports.slice(0, 2))).toMatchObject({ verdict: "discrepant", items: { quarantined: 1 } });
    await query(database.url, "alter table pets drop constraint short");
    const task = { target: database.url, schema, options: {}, force: false };
    expect(await repairTrial(task, memoryExports(exports))).toMatchObject({
      verdict: "verified",
      items: { read: 2, migrated: 2, quarantined: 0 },
    });
    expect(await migrate(exports)).toMatchObject({ verdict: "verified", items: { read: 2, migrated: 2 } });
    expect(await names()).toEqual(["ada", "Bobby"]);
  });

  it("from the table as it is by now is no contradiction to a window that tells of it later", async () => {
    const exports = [
      full(1, [pet("ada"), bad("bob"), bad("cat")]),
      window(2, [bad("bob"), pet("bob", "Bobby")], [bad("cat"), "gone"]),
    ];
    expect(await migrate(exports.slice(0, 1))).toMatchObject({ items: { quarantined: 2 } });
    const live = {
      ...memoryExports(exports),
      exports: {
        ...memoryExports(exports).exports,
        after: () => ({ how: "by-key" as const, get: async () => [pet("ada"), pet("bob", "Bob")] }),
      },
    };
    const task = { target: database.url, schema, options: {}, force: false };
    expect(await repairTrial(task, live)).toMatchObject({ verdict: "verified", items: { read: 2, migrated: 2 } });
    expect(await migrate(exports)).toMatchObject({ verdict: "verified", items: { read: 2, migrated: 2 } });
    expect(await names()).toEqual(["ada", "Bobby"]);
  });
});

/** Does something before a window is begun. */
const beforeNext =
  (work: () => Promise<unknown>) =>
  (target: Target): Target => {
    const next: Target["exports"]["next"] = async (run, exports) => {
      await work();
      return target.exports.next(run, exports);
    };
    return { ...target, exports: { ...target.exports, next } };
  };

describe("between two windows", () => {
  const exports = [
    full(1, [pet("ada"), pet("bob")]),
    window(2, [pet("bob"), pet("bob", "Bob")]),
    window(3, [pet("ada"), pet("ada", "Ada")]),
  ];
  const trial = (around: (target: Target) => Target) =>
    migrateTrial({ url: database.url, schema, source: memoryExports(exports), around });

  it("the copying of a pass goes on: it is one phase, from the first export to the last", async () => {
    const times: number[] = [];
    const { phases } = await trial(beforeNext(async () => void times.push(Date.now())));
    expect(phases.map(({ phase }) => phase)).toEqual(["copy", "build", "verify"]);
    const [began, ended] = [phases[0]?.startedAt, phases[0]?.finishedAt].map((at = "") => Date.parse(at));
    expect(began).toBeLessThan(must(times[0], "the first window"));
    expect(ended).toBeGreaterThan(must(times[1], "the second window"));
  });

  it("a wish to stop is heard", async () => {
    let begun = 0;
    const stopping = beforeNext(async () => {
      begun += 1;
      await runStop({ target: database.url, run: undefined });
    });
    expect(await trial(stopping)).toMatchObject({ verdict: "incomplete" });
    expect(begun).toBe(1);
    expect(await migrate(exports)).toMatchObject({ verdict: "verified", exports: [{}, {}, {}] });
  });
});
