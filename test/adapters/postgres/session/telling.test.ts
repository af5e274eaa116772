/** I10: what may be told of an error that Postgres gives: real errors, each with a value in what Postgres says of it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Session } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { isContention, refusedRow } from "../../../../lambda/adapters/postgres/session/errors.ts";
import { MigrationError } from "../../../../lambda/domain/migration-error.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { query } from "../../../support/migration.ts";

let database: TestDatabase;
let session: Session;
beforeAll(async () => {
  database = await createDatabase();
  for (const sql of [
    "create table users (id text primary key, email text, age int check (age > 0))",
    "insert into users values ('1', 'ada@x.org')",
    "create function call(what text) returns text language plpgsql as $$ begin execute what; return ''; end $$",
    "create function told(code text, value text) returns text language plpgsql as $$ begin raise exception 'no %', value using errcode = code, detail = value, hint = value, table = value, column = value, constraint = value, schema = value, datatype = value; end $$",
    "create function asked(value text) returns text language sql as $$ select value::regclass::text $$",
  ])
    await query(database.url, sql);
  session = await connect(database.url, "test");
});
afterAll(async () => {
  await session.close();
  await database.drop();
});

async function failing(sql: string, values: readonly unknown[] = []): Promise<MigrationError> {
  const error: unknown = await session.query(sql, values).then(
    () => undefined,
    (is: unknown) => is,
  );
  if (!(error instanceof MigrationError)) throw new Error(`${sql} gave no refusal: ${String(error)}`);
  return error;
}

/** Everything of an error that anybody could print. */
const all = (error: unknown): string =>
  error instanceof Error
    ? [error.message, error.stack, JSON.stringify({ ...error }), all(error.cause)].join("\n")
    : String(error);

describe("I10: no value of a row is in what is told", () => {
  it.each([
    ...[
      "22000",
      "23505",
      "42501",
      "42P01",
      "57014",
      "55000",
      "0A000",
      "58030",
      "XX000",
      "40001",
      "53100",
      "55P03",
      "AP001",
      "P0001",
    ].map((code): [string, string] => [`raised by a function as ${code}`, `select told('${code}', email) from users`]),
    ["raised with lines that look like places in the code", "select told('P0001', E'\\n    at ' || email) from users"],
    ["a cast", "select email::int from users"],
    ["a value that is written into the text", "select 'ada@x.org'::int"],
    ["a table that a value names", "select email::regclass from users"],
    ["a schema that a value names", "select ('s.' || replace(email, '.', ''))::regclass from users"],
    ["a role that a value names", "select has_table_privilege(email, 'users', 'select') from users"],
    [
      "a setting that a value names",
      "select current_setting('a.' || replace(replace(email, '@', ''), '.org', 'ada@x')) from users",
    ],
    ["a function that a value calls", "select call('select ' || quote_ident(email)) from users"],
    ["a table that a value names, in a function", "select call('select from ' || quote_ident(email)) from users"],
    ["a function that is written out in its place", "select asked(email) from users"],
    ["a rule of the table", "insert into users select email, email, -1 from users"],
    ["a row that is there", "insert into users select id, email from users"],
    ["a definition that is checked on rows", "alter table users add constraint c check (email::regclass is not null)"],
    ["an index over a cast", "create index on users ((email::int))"],
  ])("%s", async (_, sql) => {
    const error = await failing(sql);
    expect(all(error)).not.toContain("ada@x");
    expect(error.message).toMatch(/SQLSTATE|lock|disk space/);
  });
});

describe("what is about a statement's own text keeps its words", () => {
  it.each([
    ["create index on users (nn)", /column "nn" does not exist/],
    ["alter table users add constraint c check (nn > 0)", /column "nn" does not exist/],
    ["select no_such_function()", /function no_such_function\(\) does not exist/],
    ["create table x (a no_such_type)", /type "no_such_type" does not exist/],
    ["create table users (a int)", /relation "users" already exists/],
    ["create index users on users (id)", /relation "users" already exists/],
    ["alter table users alter nn set not null", /column "nn" of relation "users" does not exist/],
    ["insert into users values ('2', 'b', -1)", /SQLSTATE 23514.*table users.*constraint users_age_check/],
  ])("%s", async (sql, message) => expect((await failing(sql)).message).toMatch(message));

  it("and a statement that is no SQL is a bug, not a refusal", async () => {
    await expect(session.query("selec")).rejects.not.toBeInstanceOf(MigrationError);
  });
});

describe("who is to blame", () => {
  it.each([
    ["22P02", "select email::int from users"],
    ["23505", "insert into users select id from users"],
    ["42501", "select told('42501', '')"],
    ["57P01", "select told('57P01', '')"],
    ["08006", "select told('08006', '')"],
    ["AP001", "select told('AP001', '')"],
    ["42P01", "select call('select from no_such_table')"],
  ])("%s is about the row: %s", async (code, sql) => {
    const error = await failing(sql);
    expect(refusedRow(error)).toBe(code);
    expect(session.broken).toBe(false);
  });

  it.each([
    ["select from no_such_table"],
    ["select told('53100', '')"],
    ["set statement_timeout = 1; select pg_sleep(1)"],
  ])("the server, or what is in it: %s", async (sql) => {
    expect(refusedRow(await failing(sql))).toBeUndefined();
    await session.query("set statement_timeout = 0");
  });

  it("others who stood in the way, whoever says so", async () => {
    expect(isContention(await failing("select told('40001', '')"))).toBe(true);
  });

  it("a policy is nobody's row: what it would hide or refuse makes the statement fail", async () => {
    const role = `told_${process.pid}`;
    await query(database.url, `create role ${role}`);
    await query(database.url, `alter table users enable row level security`);
    await query(database.url, `create policy p on users for insert with check (email <> 'ada@x.org')`);
    await query(database.url, `grant insert on users to ${role}`);
    try {
      await session.query(`set role ${role}`);
      const error = await failing("insert into users values ('9', 'bob@x.org')");
      expect(error.message).toMatch(/would be affected by row-level security policy for table "users", SQLSTATE 42501/);
      expect(refusedRow(error)).toBeUndefined();
    } finally {
      await session.query("reset role");
      await query(database.url, `alter table users disable row level security`);
      await query(database.url, `drop owned by ${role}; drop role ${role}`);
    }
  });
});
