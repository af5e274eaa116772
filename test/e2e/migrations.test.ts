/** A schema folder's own migrations: before the tables and after the rows, each once, in order, taken back where it fails. */
import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import { afterEach, beforeEach, expect, it } from "vitest";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { migrateTrial, query } from "../support/migration.ts";

const tables = defineTables({ things: table({ id: text().primaryKey() }).check("short", "is_short(id)") });
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("Thing", { pk: "T#{id}" }, ({ key }) => [into("things", { id: key.id })]),
]);
const doing = (...statements: readonly string[]): Migration => ({
  up: async (db) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
});
const SHORT = doing(
  "create function is_short(t text) returns boolean immutable language sql as 'select length(t) < 9'",
  "create table ran (name text)",
);
const VIEW = doing(
  "create view long_things as select id from things where length(id) > 1",
  "insert into ran values ('view')",
);

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (after: Record<string, Migration>, before: Record<string, Migration> = { "001_short": SHORT }) =>
  migrateTrial({
    url: database.url,
    schema: { tables, items, migrations: { before, after } },
    items: [{ PK: { S: "T#a" } }, { PK: { S: "T#bb" } }],
  });

it("what tables need is there before them, and views when they are full; a second pass repeats nothing", async () => {
  expect(await migrate({ "001_view": VIEW })).toMatchObject({ verdict: "verified", discrepancies: [] });
  expect(await query(database.url, "select id from long_things")).toEqual([{ id: "bb" }]);
  expect(await migrate({ "001_view": VIEW })).toMatchObject({ verdict: "verified", items: { unchanged: 2 } });
  expect(await query(database.url, "select name from ran")).toEqual([{ name: "view" }]);
});

it("a version added later runs in the next pass", async () => {
  await migrate({ "001_view": VIEW });
  await migrate({ "001_view": VIEW, "002_more": doing("insert into ran values ('more')") });
  expect(await query(database.url, "select name from ran")).toEqual([{ name: "view" }, { name: "more" }]);
});

it("one that fails is named, is taken back whole, and is resumed with when it is mended", async () => {
  const failing = doing("insert into ran values ('half')", "select no_such_function()");
  await expect(migrate({ "001_view": VIEW, "002_bad": failing })).rejects.toMatchObject({
    code: "schema-migration",
    message: expect.stringMatching(/002_bad \(after\) failed: function no_such_function\(\) does not exist/),
  });
  expect((await migrate({ "001_view": VIEW, "002_bad": doing("insert into ran values ('whole')") })).verdict).toBe(
    "verified",
  );
  expect(await query(database.url, "select name from ran order by name")).toEqual([
    { name: "view" },
    { name: "whole" },
  ]);
});
