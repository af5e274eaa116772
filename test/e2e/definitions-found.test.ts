/** What is there before a run, or under a name that it needs: known by its definition, taken as it is, built anew where it is another one. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, integer, table, text, timestamptz } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { account, indexes, items, LIST, order, schema, task, told, verify } from "../support/accounts.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, verifyTrial } from "../support/migration.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

describe("what is there by its definition is taken as it is", () => {
  it("I12: on a table that was there before, whatever it is called, and it is there when the run is taken back", async () => {
    await query(database.url, "create table accounts (id text primary key, email text)");
    await query(
      database.url,
      `create table orders (number integer primary key, account text, state text, placed timestamptz default now(),
         constraint theirs check (state = 'open' or state = 'done'), constraint "state is known" check (state in ('open', 'done')))`,
    );
    await query(database.url, "create index by_state on orders (state)");
    expect(told(await beginTrial({ url: database.url, schema, items: LIST }))).toEqual([]);
    expect(await indexes(database.url, "orders")).toEqual([
      "btree (account)",
      "btree (placed) WHERE (state = 'open'::text)",
      "btree (state)",
    ]);
    expect(told(await beginTrial({ url: database.url, schema, items: LIST }))).toEqual([]);
    const columns = () =>
      query(
        database.url,
        "select attname as name, attnotnull as promised, attidentity as numbered from pg_attribute where attrelid = 'orders'::regclass and attnum > 0 order by attnum",
      );
    expect(await columns()).toMatchObject([
      { name: "number", promised: true, numbered: "d" },
      { name: "account", promised: true },
      { name: "state", promised: true },
      { name: "placed", promised: false },
    ]);
    await runRollback({ target: database.url, schema, force: false });
    expect(await indexes(database.url, "orders")).toEqual(["btree (state)"]);
    expect(
      await query(
        database.url,
        "select conname as name from pg_constraint where conrelid = 'orders'::regclass and contype in ('p', 'c') order by 1",
      ),
    ).toEqual([{ name: "orders_pkey" }, { name: "state is known" }, { name: "theirs" }]);
    expect(await columns()).toMatchObject([
      { promised: true, numbered: "" },
      { promised: false },
      { promised: false },
      { promised: false },
    ]);
  });

  it("in a partitioned table, foreign keys too", async () => {
    await query(
      database.url,
      `create table orders (number integer primary key, account text not null, state text not null, placed timestamptz) partition by hash (number)`,
    );
    for (const at of [0, 1])
      await query(
        database.url,
        `create table orders_${at} partition of orders for values with (modulus 2, remainder ${at})`,
      );
    const parted = defineTables({
      accounts: { id: text().primaryKey(), email: text().unique() },
      orders: table({
        number: integer().primaryKey(),
        account: text().references("accounts"),
        state: text().index(),
        placed: timestamptz().nullable(),
      })
        .check("state is known", "state in ('open', 'done')")
        .indexWhere("state = 'open'", "placed"),
    });
    const spec = { tables: parted, items };
    expect(told(await migrateTrial({ url: database.url, schema: spec, items: LIST }))).toEqual([]);
    expect(told(await migrateTrial({ url: database.url, schema: spec, items: LIST }))).toEqual([]);
    await query(database.url, "alter table orders drop constraint orders_account_fkey");
    expect((await verify(database.url, spec)).verdict).toBe("discrepant");
  });
});

describe("another index on the same columns is built anew", () => {
  const users = (index: "whole" | "young" | "old" | "both") => {
    const plain = table({ id: text().primaryKey(), email: text(), age: integer() });
    const made = {
      whole: plain.index("email"),
      young: plain.indexWhere("age < 50", "email"),
      old: plain.indexWhere("age >= 50", "email"),
      both: plain.indexWhere("age < 50", "email").index("email"),
    }[index];
    const declared = defineTables({ users: made });
    return {
      tables: declared,
      items: defineItems(declared, { keys: { pk: "PK" } }, ({ item, into }) => [
        item("User", { pk: "U#{id}" }, ({ key, attr }) => [
          into("users", { id: key.id, email: key.id, age: attr("Age") }),
        ]),
      ]),
    };
  };
  const WHOLE = "btree (email)";
  const YOUNG = "btree (email) WHERE (age < 50)";
  const OLD = "btree (email) WHERE (age >= 50)";

  it("partial, whole, of another condition, both: what is there is what the schema says now", async () => {
    const list: Item[] = [{ PK: { S: "U#a" }, Age: { N: "36" } }];
    const steps = [
      ["young", [YOUNG]],
      ["whole", [WHOLE]],
      ["old", [OLD]],
      ["both", [WHOLE, YOUNG]],
      ["young", [YOUNG]],
    ] as const;
    for (const [index, there] of steps) {
      const report = await migrateTrial({ url: database.url, schema: users(index), items: list });
      expect([index, told(report), await indexes(database.url, "users")]).toEqual([index, [], there]);
    }
  });
});

describe("numbers for the time after", () => {
  it("begin at 1 where the highest is below it", async () => {
    const list = [account("x"), order(-5, "x")];
    const report = await migrateTrial({ url: database.url, schema, items: list });
    expect(told(report)).toEqual([]);
    expect(
      await query(database.url, "insert into orders (account, state) values ('x', 'open') returning number"),
    ).toEqual([{ number: 1 }]);
  });

  it("I9: that cannot be given are told with the column and the reason, in every proof", async () => {
    const list = [account("x"), order(2_147_483_647, "x")];
    const report = await migrateTrial({ url: database.url, schema, items: list });
    expect(report.discrepancies).toMatchObject([
      { check: "relations", subject: "orders", problem: expect.stringMatching(/^the numbering of number .*22003/) },
    ]);
    expect((await verifyTrial(task(database.url), memorySource(list))).verdict).toBe("discrepant");
  });
});

describe("a name that something else has is told before anything is copied", () => {
  it.each([
    ["a table", 'create table "orders_state_idx" (i int)', /needs the name orders_state_idx, .* another table/],
    [
      "an index elsewhere",
      "create table other (i int); create index accounts_email_key on other (i)",
      /needs the name accounts_email_key, .* another index/,
    ],
    [
      "a check that says something else",
      `create table orders (number integer primary key, account text, state text, placed timestamptz, constraint "state is known" check (state <> ''))`,
      /the schema defines otherwise: CHECK/,
    ],
  ])("%s", async (_, sql, problem) => {
    await query(database.url, sql);
    await expect(migrateTrial({ url: database.url, schema, items: LIST })).rejects.toMatchObject({
      code: "preflight",
      findings: expect.arrayContaining([expect.objectContaining({ problem: expect.stringMatching(problem) })]),
    });
    expect(await query(database.url, "select to_regclass('accounts') as is")).toEqual([{ is: null }]);
  });

  it("I9: and where it came later, by the proof", async () => {
    const report = await migrateTrial({
      url: database.url,
      schema,
      items: LIST,
      around: (target) => ({
        ...target,
        tables: {
          ...target.tables,
          complete: async (...how) => {
            await query(database.url, "create table orders_state_idx (i int)");
            return await target.tables.complete(...how);
          },
        },
      }),
    });
    expect(told(report)).toEqual([
      'relations orders (state): the index is not there: relation "orders_state_idx" already exists, SQLSTATE 42P07',
    ]);
  });
});

it("I12: what a run has built and its schema does not say any more is not built again for another one", async () => {
  const make = (unique: boolean) => {
    const users = { id: text().primaryKey(), email: unique ? text().unique() : text() };
    const declared = defineTables({ users });
    const own = defineItems(declared, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("User", { pk: "U#{id}" }, ({ key, attr }) => [into("users", { id: key.id, email: attr("v") })]),
    ]);
    return { tables: declared, items: own };
  };
  const user = (id: string): Item => ({ PK: { S: `U#${id}` }, v: { S: "same" } });
  const into = (list: readonly Item[], name: string, unique: boolean) =>
    migrateTrial({ url: database.url, schema: make(unique), source: memorySource(list, name) });
  await query(database.url, "create table users (id text primary key, email text not null)");
  await into([user("1")], "memory:a", true);
  await into([user("1")], "memory:a", false);
  await into([user("2")], "memory:b", false);
  await runRollback({ target: database.url, schema: make(false), force: false });
  expect(
    await query(database.url, "select conname from pg_constraint where contype = 'u' and conrelid = 'users'::regclass"),
  ).toEqual([]);
});
