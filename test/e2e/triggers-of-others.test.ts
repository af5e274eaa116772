import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { beforePages, migrateTrial, query } from "../support/migration.ts";
import { ALL, item, schema } from "../support/owned-pets.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[] = ALL, prune = false) =>
  beginTrial({ url: database.url, schema, items: list, options: { prune } });
const rollback = (force = false) => runRollback({ target: database.url, schema, force });
/** Tables as an application would have left them. */
async function adopt(): Promise<void> {
  await query(database.url, "create table users (id text primary key, email text not null)");
  await query(database.url, "create table pets (id text primary key, owner text not null)");
}

describe.each([
  "raise_exception",
  "insufficient_privilege",
  "undefined_table",
  "admin_shutdown",
  "connection_failure",
  "query_canceled",
  "lock_not_available",
  "internal_error",
  "AP001",
])("I10: what a trigger raises as %s", (state) => {
  it("quarantines the item it was raised for, and is not repeated", async () => {
    await adopt();
    await query(
      database.url,
      `create function f() returns trigger language plpgsql as $$ begin if new.email like 'bad%' then
         raise exception 'bad email %', new.email using errcode = '${state}', table = new.email; end if; return new; end $$`,
    );
    await query(database.url, "create trigger t before insert on users for each row execute function f()");
    const report = await migrate([item("U#1", "bad SECRET"), item("U#2", "b@x"), item("P#1", "2")]);
    expect(report.quarantine).toMatchObject([{ reason: "postgres-refused", count: 1 }]);
    expect(report.items.migrated).toBe(2);
    expect(JSON.stringify(report)).not.toContain("SECRET");
  });
});

it("I10: a table that a trigger names by a value, and that is not there, is about that item alone", async () => {
  await adopt();
  await query(
    database.url,
    `create function f() returns trigger language plpgsql as $$ begin
       if new.email like 'bad%' then execute format('insert into %I values (1)', new.email); end if; return new; end $$`,
  );
  await query(database.url, "create trigger t before insert on users for each row execute function f()");
  const report = await migrate([item("U#1", "bad SECRET"), item("U#2", "b@x"), item("P#1", "2")]);
  expect(report.quarantine).toMatchObject([{ reason: "postgres-refused", count: 1 }]);
  expect(JSON.stringify(report)).not.toContain("SECRET");
});

it("I10: what a trigger raises while rows are removed ends the step with a refusal, and is not repeated", async () => {
  await adopt();
  await migrate();
  await query(
    database.url,
    "create function f() returns trigger language plpgsql as $$ begin raise exception 'kept %', old.email using errcode = '42501'; end $$",
  );
  await query(database.url, "create trigger t before delete on users for each row execute function f()");
  const error: unknown = await rollback().catch((is: unknown) => is);
  expect(error).toMatchObject({ code: "target-refused", message: expect.stringContaining("SQLSTATE 42501") });
  expect(error instanceof Error ? `${error.message} ${error.stack}` : "").not.toContain("a@x");
});

it("a table that is gone in the middle of a run ends it with a refusal, and no item is blamed", async () => {
  const list = Array.from({ length: 40 }, (_, at) => item(`U#${at}`, `${at}@x`));
  await expect(
    migrateTrial({
      ...{ url: database.url, schema, source: memorySource(list, "memory:test", 10), options: { units: 1 } },
      around: beforePages(async (page) => {
        if (page === 2) await query(database.url, "drop table users cascade");
      }),
    }),
  ).rejects.toMatchObject({ code: "target-refused", message: expect.stringContaining("42P01") });
  expect(await linesOf(database.url, "quarantine")).toEqual([]);
});

it("what a trigger refuses only at the commit is told of its item, too", async () => {
  await adopt();
  await query(
    database.url,
    `create function f() returns trigger language plpgsql as $$ begin if new.email like 'bad%' then
       raise exception 'no'; end if; return new; end $$`,
  );
  await query(
    database.url,
    "create constraint trigger t after insert on users deferrable initially deferred for each row execute function f()",
  );
  const report = await migrate([item("U#1", "bad"), item("U#2", "b@x"), item("P#1", "2")]);
  expect(report.quarantine).toMatchObject([{ reason: "postgres-refused", count: 1 }]);
  expect(report.items.migrated).toBe(2);
});
