/** Foreign keys to what is unique and no primary key: built behind it, taken down before it, and what points to nothing is told. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, repairTrial } from "../support/migration.ts";

/** Tables that refer come first and last. */
const tables = defineTables({
  orders: table({
    id: text().primaryKey(),
    email: text().nullable().references("users", "email"),
    at: text(),
    code: text(),
  }).foreignKey(["at", "code"], "users", ["place", "code"]),
  users: table({
    id: text().primaryKey(),
    email: text().nullable().unique(),
    code: text(),
    place: text(),
    bad: text().nullable(),
  }).unique("code", "place"),
  visits: { id: text().primaryKey(), email: text().references("users", "email") },
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("User", { pk: "U#{id}" }, ({ key, attr }) => [
    into("users", {
      id: key.id,
      email: attr("e").optional(),
      code: attr("c"),
      place: attr("p"),
      bad: attr("b").optional(),
    }),
  ]),
  item("Visit", { pk: "V#{id}" }, ({ key, attr }) => [into("visits", { id: key.id, email: attr("e") })]),
  item("Order", { pk: "O#{id}" }, ({ key, attr }) => [
    into("orders", { id: key.id, email: attr("e").optional(), at: attr("p"), code: attr("c") }),
  ]),
]);
const schema = { tables, items };
const made = (PK: string, more: Readonly<Record<string, string>>): Item => ({
  PK: { S: PK },
  ...Object.fromEntries(Object.entries(more).map(([name, S]) => [name, { S }])),
});
const ADA = made("U#ada", { e: "ada@x", c: "7", p: "here" });
const HERS = made("O#1", { e: "ada@x", c: "7", p: "here" });
const VISIT = made("V#1", { e: "ada@x" });
const NONE = made("O#2", { c: "7", p: "here" });
const ORPHAN = made("O#3", { e: "bob@x", c: "7", p: "there" });

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[], more: { prune?: boolean } = {}) =>
  beginTrial({ url: database.url, schema, items: list, options: more });
const constraints = async () =>
  (
    await query<{ definition: string }>(
      database.url,
      "select pg_get_constraintdef(oid) as definition from pg_constraint where conrelid in ('orders'::regclass, 'users'::regclass) and contype in ('f', 'u') order by 1",
    )
  ).map(({ definition }) => definition);
const ALL = [
  "FOREIGN KEY (at, code) REFERENCES users(place, code)",
  "FOREIGN KEY (email) REFERENCES users(email)",
  "UNIQUE (code, place)",
  "UNIQUE (email)",
];

describe("a foreign key to what is unique", () => {
  it("is built behind it, taken down before it in the next pass, and built again", async () => {
    const first = await migrate([ADA, HERS, NONE, VISIT]);
    expect(first.verdict).toBe("verified");
    expect(first.foreignKeys.map(({ referencedColumns, orphans }) => [referencedColumns, orphans])).toEqual([
      [["email"], 0],
      [["place", "code"], 0],
      [["email"], 0],
    ]);
    expect(await constraints()).toEqual(ALL);
    const again = await migrateTrial({
      url: database.url,
      schema,
      items: [ADA, NONE, VISIT],
      options: { prune: true },
    });
    expect(again.verdict).toBe("verified");
    expect(await constraints()).toEqual(ALL);
  });

  it("I9: whose row is not there is told with what it points to and the item it is from, and is mended with the source", async () => {
    const report = await migrate([ADA, HERS, ORPHAN]);
    expect(report.verdict).toBe("discrepant");
    expect(report.foreignKeys.map(({ columns, orphans, validated }) => ({ columns, orphans, validated }))).toEqual([
      { columns: ["email"], orphans: 1, validated: false },
      { columns: ["at", "code"], orphans: 1, validated: false },
      { columns: ["email"], orphans: 0, validated: true },
    ]);
    const [cause] = report.causes;
    expect(cause?.missing.map(({ columns, key }) => ({ columns, key }))).toEqual([
      { columns: ["email"], key: ["bob@x"] },
      { columns: ["place", "code"], key: ["there", "7"] },
    ]);
    const source = memorySource([ADA, HERS, made("U#bob", { e: "bob@x", c: "7", p: "there" }), ORPHAN]);
    expect((await migrateTrial({ url: database.url, schema, source })).verdict).toBe("verified");
    expect(await constraints()).toEqual(ALL);
  });

  it("is told with the item in quarantine that would have given its row", async () => {
    const bad: Item = { ...made("U#bob", { e: "bob@x", c: "7", p: "there" }), b: { N: "1" } };
    const report = await migrate([ADA, ORPHAN, bad]);
    expect(report.verdict).toBe("discrepant");
    expect(report.causes).toHaveLength(1);
    expect(report.causes[0]?.missing.map(({ source }) => source)).toEqual([
      '{"PK":{"S":"U#bob"}}',
      '{"PK":{"S":"U#bob"}}',
    ]);
    const source = memorySource([ADA, ORPHAN, { ...bad, b: { S: "x" } }]);
    const repaired = await repairTrial({ target: database.url, schema, force: false, options: {} }, source);
    expect(repaired.verdict).toBe("verified");
  });

  it("I12: goes with a rollback from tables that were there before", async () => {
    await query(
      database.url,
      "create table users (id text primary key, email text, code text not null, place text not null, bad text)",
    );
    await query(
      database.url,
      "create table orders (id text primary key, email text, at text not null, code text not null)",
    );
    expect((await migrateTrial({ url: database.url, schema, items: [ADA, HERS] })).verdict).toBe("verified");
    expect(await constraints()).toEqual(ALL);
    await runRollback({ target: database.url, schema, force: false });
    expect(await constraints()).toEqual([]);
  });

  it("is taken out of the schema with what it refers to", async () => {
    await migrate([ADA, HERS, VISIT]);
    const fewer = defineTables({
      orders: { id: text().primaryKey(), email: text().nullable(), at: text(), code: text() },
      users: { id: text().primaryKey(), email: text().nullable(), code: text(), place: text(), bad: text().nullable() },
      visits: { id: text().primaryKey(), email: text() },
    });
    const report = await migrateTrial({
      url: database.url,
      schema: { tables: fewer, items },
      items: [ADA, HERS, VISIT],
    });
    expect(report.verdict).toBe("verified");
    expect(await constraints()).toEqual([]);
  });
});
