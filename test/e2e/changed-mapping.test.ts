/** A mapping that grows or changes between invocations: gone on with where every row can still be told, refused where not. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { bigint, defineItems, defineTables, numeric, table, text } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { runTrace } from "../../lambda/verbs/trace.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { beforePages, dump, migrateTrial, query, versions } from "../support/migration.ts";

const users = { id: text().primaryKey(), name: text() };
const people = defineTables({ users });
const base = {
  tables: people,
  items: defineItems(people, { keys: { pk: "PK" } }, ({ item, into }) => [
    item("User", { pk: "USER#{id}" }, ({ key, attr }) => [into("users", { id: key.id, name: attr("Name") })]),
  ]),
};
const more = defineTables({ orders: { id: text().primaryKey(), user: text().references("users") }, users });
/** Orders come first, so that every number would be another one if it were given anew. */
const grown = {
  tables: more,
  items: defineItems(more, { keys: { pk: "PK" } }, ({ item, into }) => [
    item("Order", { pk: "ORDER#{id}" }, ({ key, attr }) => [into("orders", { id: key.id, user: attr("User") })]),
    item("User", { pk: "USER#{id}" }, ({ key, attr }) => [into("users", { id: key.id, name: attr("Name") })]),
  ]),
};
const renamed = {
  tables: people,
  items: defineItems(people, { keys: { pk: "PK" } }, ({ item, into }) => [
    item("User", { pk: "USER#{id}" }, ({ key, attr }) => [
      into("users", { id: key.id, name: attr("Nick").orElse("") }),
    ]),
  ]),
};
const user = (id: string, more: Item = {}): Item => ({ PK: { S: `USER#${id}` }, Name: { S: `name ${id}` }, ...more });
const order = (id: string, of: string): Item => ({ PK: { S: `ORDER#${id}` }, User: { S: of } });
const USERS = Array.from({ length: 120 }, (_, at) => user(String(at)));
const ALL = [...USERS, order("1", "1"), order("2", "2")];

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (schema: Parameters<typeof migrateTrial>[0]["schema"], items: readonly Item[], options = {}) =>
  beginTrial({ url: database.url, schema, items, options: { units: 2, concurrency: 1, ...options } });

describe("an entity and a table that were added", () => {
  it("are read by a new pass, and what was written before is not written again", async () => {
    expect(await migrate(base, ALL)).toMatchObject({ verdict: "discrepant", items: { quarantined: 2 } });
    const before = await versions(database.url, ["users"]);
    const report = await migrate(grown, ALL);
    expect(report).toMatchObject({
      verdict: "verified",
      pass: 2,
      items: { unchanged: 120, migrated: 2, quarantined: 0 },
    });
    expect(await versions(database.url, ["users"])).toEqual(before);
    await using fresh = await createDatabase();
    await migrateTrial({ url: fresh.url, schema: grown, items: ALL });
    expect(await dump(database.url, ["users", "orders"])).toEqual(await dump(fresh.url, ["users", "orders"]));
    // The ledger still knows which rows are whose.
    const found = await runTrace({ target: database.url, schema: grown, words: ["users", "7"], isItem: false });
    expect(found).toMatchObject({ rows: [{ table: "users", entity: "User", now: "unchanged" }] });
  });

  it("in the middle of a copy begin the pass again", async () => {
    const stopping = new AbortController();
    await migrateTrial({
      url: database.url,
      schema: base,
      items: ALL,
      options: { units: 2, concurrency: 1 },
      signal: stopping.signal,
      around: beforePages((page) => page === 2 && stopping.abort()),
    });
    expect(await migrate(grown, ALL)).toMatchObject({ verdict: "verified", pass: 2, items: { read: 122 } });
  });

  it("that take items from another one have them written anew", async () => {
    const split = {
      tables: people,
      items: defineItems(people, { keys: { pk: "PK" } }, ({ item, into }) => [
        ...base.items.entities,
        item("Root", { pk: "USER#0" }, ({ constant }) => [
          into("users", { id: constant("0"), name: constant("root") }),
        ]),
      ]),
    };
    const some = USERS.slice(0, 3);
    await migrate(base, some);
    const report = await migrate(split, some);
    expect(report.discrepancies.map(({ check }) => check)).toEqual(["completeness"]);
    expect(await query(database.url, "select name from users where id = '0'")).toEqual([{ name: "root" }]);
  });
});

describe("a change that cannot be gone on with leads to a way out that works as it is said", () => {
  const weights = defineTables({ users: { id: text().primaryKey(), weight: numeric() } });
  const rounded = defineTables({ users: { id: text().primaryKey(), weight: numeric(12, 2) } });
  const before = {
    tables: weights,
    items: defineItems(weights, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("User", { pk: "USER#{id}" }, ({ key, attr }) => [into("users", { id: key.id, weight: attr("Weight") })]),
    ]),
  };
  const CHANGES = {
    "a column of another type": {
      tables: rounded,
      items: defineItems(rounded, { keys: { pk: "PK" } }, ({ item, into }) => [
        item("User", { pk: "USER#{id}" }, ({ key, attr }) => [into("users", { id: key.id, weight: attr("Weight") })]),
      ]),
    },
    "a kind of item of another name": {
      tables: weights,
      items: defineItems(weights, { keys: { pk: "PK" } }, ({ item, into }) => [
        item("Person", { pk: "USER#{id}" }, ({ key, attr }) => [into("users", { id: key.id, weight: attr("Weight") })]),
      ]),
    },
  };
  const items = [1, 2, 3].map((n): Item => ({ PK: { S: `USER#${n}` }, Weight: { N: `${n}.5` } }));

  it.each(Object.entries(CHANGES))("%s", async (_, changed) => {
    await migrate(before, items);
    const findings = [
      { remedy: expect.stringMatching(/take run 1 back \(rollback --run 1 --yes; .*\) and migrate anew$/) },
    ];
    await expect(migrate(changed, items, { remap: true })).rejects.toMatchObject({ findings });
    await runRollback({ target: database.url, schema: changed, run: 1, force: false });
    expect(await migrate(changed, items)).toMatchObject({ verdict: "verified" });
  });
});

describe("an entity that means something else", () => {
  const nicks = USERS.map((each, at) => ({ ...each, Nick: { S: `nick ${at}` } }));

  it("is refused, and named, until its items are to be written again", async () => {
    await migrate(base, nicks);
    await expect(migrate(renamed, nicks)).rejects.toMatchObject({
      code: "mapping-changed",
      findings: [expect.objectContaining({ where: "item User", remedy: expect.stringContaining("--remap") })],
    });
    const report = await migrate(renamed, nicks, { remap: true });
    expect(report).toMatchObject({ pass: 2, items: { migrated: 120, unchanged: 0 } });
    await using fresh = await createDatabase();
    const anew = await migrateTrial({ url: fresh.url, schema: renamed, items: nicks });
    expect(report.discrepancies.map(({ problem }) => problem)).toEqual(
      anew.discrepancies.map(({ problem }) => problem),
    );
    expect(await dump(database.url, ["users"])).toEqual(await dump(fresh.url, ["users"]));
    // And once they are, they are as good as any.
    expect(await migrate(renamed, nicks)).toMatchObject({ pass: 3, items: { unchanged: 120 } });
  });

  it("I3: stopped in the middle of it, the next invocation does the rest", async () => {
    await migrate(base, nicks);
    const stopping = new AbortController();
    await migrateTrial({
      url: database.url,
      schema: renamed,
      items: nicks,
      options: { units: 2, concurrency: 1, remap: true },
      signal: stopping.signal,
      around: beforePages((page) => page === 2 && stopping.abort()),
    });
    expect(await migrate(renamed, nicks)).toMatchObject({ pass: 2, items: { migrated: 120 } });
    expect(await query(database.url, "select count(*)::int as old from users where name like 'name%'")).toEqual([
      { old: 0 },
    ]);
  });
});

describe("what would leave rows behind is refused, with what changed", () => {
  const change = (tables: ReturnType<typeof defineTables>, items = base.items) => ({ tables, items });
  it.each([
    [
      "a column of another type",
      change(defineTables({ users: { id: text().primaryKey(), name: bigint() } })),
      "table users",
    ],
    ["another policy", change(defineTables({ users: table(users).duplicates("identical") })), "table users"],
    [
      "an entity that is gone",
      {
        tables: people,
        items: defineItems(people, { keys: { pk: "PK" } }, ({ item, into }) => [
          item("Person", { pk: "USER#{id}" }, ({ key, attr }) => [into("users", { id: key.id, name: attr("Name") })]),
        ]),
      },
      "item User",
    ],
    [
      "an entity that is ignored now",
      {
        tables: people,
        items: defineItems(people, { keys: { pk: "PK" } }, ({ item, into, ignoreItem }) => [
          ignoreItem("User", { pk: "USER#{id}" }, "no longer wanted"),
          item("Robot", { pk: "ROBOT#{id}" }, ({ key, attr }) => [into("users", { id: key.id, name: attr("Name") })]),
        ]),
      },
      "item User",
    ],
  ])("%s", async (_, schema, where) => {
    await migrate(base, USERS.slice(0, 2));
    await expect(migrate(schema, USERS.slice(0, 2), { remap: true })).rejects.toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ where: expect.stringContaining(where) })]),
    });
    expect(await migrate(base, USERS.slice(0, 2))).toMatchObject({ verdict: "verified" });
  });

  it("an entity that has given nothing may go", async () => {
    await migrate(grown, USERS);
    await query(database.url, "select 1");
    const without = {
      tables: more,
      items: defineItems(more, { keys: { pk: "PK" } }, ({ item, into }) => [
        ...base.items.entities,
        item("Purchase", { pk: "ORDER#{id}" }, ({ key, attr }) => [into("orders", { id: key.id, user: attr("User") })]),
      ]),
    };
    expect(await migrate(without, ALL)).toMatchObject({ verdict: "verified", pass: 2 });
  });
});

it("a mapping that only builds more upon the same rows needs no more than a new pass", async () => {
  await migrate(base, USERS);
  const indexed = defineTables({ users: { id: text().primaryKey(), name: text().index() } });
  expect(await migrate({ tables: indexed, items: base.items }, USERS)).toMatchObject({
    verdict: "verified",
    items: { unchanged: 120 },
  });
  expect(await query(database.url, "select indexname from pg_indexes where indexname = 'users_name_idx'")).toHaveLength(
    1,
  );
});

it("while another process goes by the old mapping, nobody goes by a new one", async () => {
  await migrateTrial({
    url: database.url,
    schema: base,
    items: USERS,
    options: { units: 2, concurrency: 1 },
    around: beforePages(async (page) => {
      if (page === 2) await expect(migrate(grown, ALL)).rejects.toMatchObject({ code: "in-use" });
    }),
  });
});
