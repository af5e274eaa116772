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

/** Ends every connection but its own to this database. */
const endAll = () =>
  query(
    database.url,
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );

it("a connection that is lost between two statements of one is made again, and the version runs whole, once", async () => {
  let tries = 0;
  const slow: Migration = {
    up: async (db) => {
      tries += 1;
      await sql`insert into ran values ('first half')`.execute(db);
      // While it reads a file, calls a service, …
      if (tries === 1) await endAll();
      await sql`insert into ran values ('second half')`.execute(db);
    },
  };
  expect((await migrate({ "001_view": VIEW, "002_slow": slow })).verdict).toBe("verified");
  expect(tries).toBe(2);
  expect(await query(database.url, "select name from ran")).toEqual([
    { name: "view" },
    { name: "first half" },
    { name: "second half" },
  ]);
});

it("a connection that is lost while one is tried out, before there is a ledger, is made again too", async () => {
  let tries = 0;
  const before: Migration = {
    up: async (db) => {
      tries += 1;
      await sql`create function is_short(t text) returns boolean immutable language sql as 'select length(t) < 9'`.execute(
        db,
      );
      if (tries === 1) await endAll();
      await sql`create table ran (name text)`.execute(db);
    },
  };
  expect((await migrate({}, { "001_short": before })).verdict).toBe("verified");
  // Tried out twice, then run.
  expect(tries).toBe(3);
});

it("what one leaves set in its session is not in anybody else's", async () => {
  const setting = doing("set search_path = pg_catalog", "set statement_timeout = 1");
  expect((await migrate({ "001_view": VIEW, "002_set": setting })).verdict).toBe("verified");
});

it("I10: what one raises, in Postgres or here, is not repeated", async () => {
  const raising = doing("do $$ begin raise exception 'ada@x.org' using errcode = '42501', table = 'ada@x.org'; end $$");
  const throwing: Migration = { up: () => Promise.reject(new TypeError("ada@x.org is no number")) };
  for (const [version, told] of [
    [raising, /SQLSTATE 42501/],
    [throwing, /TypeError at migrations\.test\.ts:\d+/],
  ] as const) {
    const error: unknown = await migrate({ "001_bad": version }).catch((is: unknown) => is);
    expect(error).toMatchObject({ code: "schema-migration", message: expect.stringMatching(told) });
    expect(error instanceof Error ? `${error.message} ${error.stack}` : "").not.toContain("ada@x");
  }
});

it("one that is added when there are tables is tried out before anything else", async () => {
  await migrate({ "001_view": VIEW });
  const bad = { "001_short": SHORT, "002_bad": doing("select no_such_function()") };
  await expect(migrate({ "001_view": VIEW }, bad)).rejects.toMatchObject({
    code: "preflight",
    findings: [expect.objectContaining({ where: "migrations, before, 002_bad" })],
  });
});

it("what one makes before the tables is looked at as what it is then", async () => {
  await query(database.url, "create table things (other text)");
  const column = { "001_short": SHORT, "002_key": doing("alter table things add id text primary key") };
  expect((await migrate({}, column)).verdict).toBe("verified");
});
