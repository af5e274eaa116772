/** What the schema promises beside rows: known by its definition and never by its name, built anew where it is another one, and told where it is not there. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Schema } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, integer, table, text, timestamptz } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, repairTrial, verifyTrial } from "../support/migration.ts";

const tables = defineTables({
  accounts: { id: text().primaryKey(), email: text().unique() },
  orders: table({
    number: integer().primaryKey().identityLater(),
    account: text().references("accounts"),
    state: text().index(),
    placed: timestamptz().nullable().defaultLater("now()"),
  })
    .check("state is known", "state in ('open', 'done')")
    .indexWhere("state = 'open'", "placed"),
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("Account", { pk: "A#{id}" }, ({ key }) => [into("accounts", { id: key.id, email: key.id })]),
  item("Order", { pk: "O#{n}" }, ({ key, attr }) => [
    into("orders", {
      number: key.n.digits(),
      account: attr("Account"),
      state: attr("State"),
      placed: attr("Placed").optional(),
    }),
  ]),
]);
const schema: Schema = { tables, items };
const account = (id: string): Item => ({ PK: { S: `A#${id}` } });
const order = (n: number, of: string): Item => ({
  PK: { S: `O#${n}` },
  Account: { S: of },
  State: { S: "open" },
});
const LIST = [order(7, "x"), account("x"), account("y"), order(9, "y")];

const task = (url: string, of = schema) => ({ target: url, schema: of, options: { sample: 0 } });
const verify = async (url: string, of = schema) => await verifyTrial(task(url, of), memorySource(LIST));
const repair = async (url: string, of = schema) =>
  await repairTrial({ ...task(url, of), force: false }, memorySource(LIST));
const told = ({ discrepancies }: Awaited<ReturnType<typeof verify>>) =>
  discrepancies.map(({ check, subject, problem }) => `${check} ${subject}: ${problem}`);
const indexes = async (url: string, of: string) =>
  (
    await query<{ def: string }>(
      url,
      "select indexdef as def from pg_indexes where tablename = $1 and indexname not like '%\\_pkey'",
      [of],
    )
  )
    .map(({ def }) => def.replace(/^.* USING /, ""))
    .sort();

describe("I9: what is not there as it was declared is told, and repair builds it", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
    const report = await beginTrial({ url: database.url, schema, items: LIST });
    expect(told(report)).toEqual([]);
  });
  afterAll(() => database.drop());

  const key = "alter table orders drop constraint orders_account_fkey";
  const elsewise = /what stands under the name \S+ is defined otherwise/;
  /** Where somebody else's stands under the name, `undo` removes it first: it is nobody's but theirs. */
  const DAMAGES: Record<string, readonly [sql: string, subject: string, problem: RegExp, undo?: string]> = {
    "a foreign key is dropped": [key, "orders (account) → accounts", /the foreign key is not there$/],
    "a foreign key of its name carries deletions on": [
      `${key}, add constraint orders_account_fkey foreign key (account) references accounts on delete cascade`,
      "orders (account) → accounts",
      elsewise,
      key,
    ],
    "a foreign key of its name waits for the commit": [
      `${key}, add constraint orders_account_fkey foreign key (account) references accounts deferrable`,
      "orders (account) → accounts",
      elsewise,
      key,
    ],
    "a foreign key of its name refers to another table": [
      `create table other as table accounts; alter table other add primary key (id);
       ${key}, add constraint orders_account_fkey foreign key (account) references other`,
      "orders (account) → accounts",
      elsewise,
      `${key}; drop table other`,
    ],
    "a foreign key is not validated": [
      `${key}, add constraint orders_account_fkey foreign key (account) references accounts not valid`,
      "orders (account) → accounts",
      /the foreign key is not in force for every row$/,
    ],
    "the triggers of a foreign key are off": [
      "alter table orders disable trigger all",
      "orders (account) → accounts",
      /the foreign key is not in force for every row$/,
    ],
    "the triggers of a foreign key are off where it leads to": [
      "alter table accounts disable trigger all",
      "orders (account) → accounts",
      /the foreign key is not in force for every row$/,
    ],
    "a unique constraint is dropped": [
      "alter table accounts drop constraint accounts_email_key",
      "accounts (email)",
      /the unique constraint is not there$/,
    ],
    "a unique constraint of its name is of other columns": [
      "alter table accounts drop constraint accounts_email_key, add constraint accounts_email_key unique (email, id)",
      "accounts (email)",
      elsewise,
      "alter table accounts drop constraint accounts_email_key",
    ],
    "a unique constraint of its name waits for the commit": [
      "alter table accounts drop constraint accounts_email_key, add constraint accounts_email_key unique (email) deferrable",
      "accounts (email)",
      elsewise,
      "alter table accounts drop constraint accounts_email_key",
    ],
    "a check is dropped": [
      'alter table orders drop constraint "state is known"',
      "orders, check state is known",
      /the check is not there/,
    ],
    "a check of its name says less": [
      `alter table orders drop constraint "state is known", add constraint "state is known" check (state <> '')`,
      "orders, check state is known",
      /is defined otherwise/,
      'alter table orders drop constraint "state is known"',
    ],
    "an index is dropped": ["drop index orders_state_idx", "orders (state)", /the index is not there$/],
    "an index of its name is of another column": [
      "drop index orders_state_idx; create index orders_state_idx on orders (account, state)",
      "orders (state)",
      elsewise,
      "drop index orders_state_idx",
    ],
    "an index of its name has another condition": [
      "drop index orders_placed_idx; create index orders_placed_idx on orders (placed) where state = 'done'",
      "orders (placed)",
      elsewise,
      "drop index orders_placed_idx",
    ],
    "an index of its name has another order": [
      "drop index orders_state_idx; create index orders_state_idx on orders (state desc)",
      "orders (state)",
      elsewise,
      "drop index orders_state_idx",
    ],
    "an index is not valid": [
      "update pg_index set indisvalid = false where indexrelid = 'orders_state_idx'::regclass",
      "orders (state)",
      /the index is not there/,
      "update pg_index set indisvalid = true where indexrelid = 'orders_state_idx'::regclass",
    ],
    "a column may hold NULL": ["alter table orders alter state drop not null", "orders (state)", /it is not NOT NULL$/],
    "a default is dropped": ["alter table orders alter placed drop default", "orders", /^the default of placed is not/],
    "a default is another one": [
      "alter table orders alter placed set default '2000-01-01'",
      "orders",
      /^the default of placed is not/,
    ],
    "numbers are not given any more": [
      "alter table orders alter number drop identity",
      "orders",
      /^the numbering of number is not as the schema says$/,
    ],
    "numbers begin below the highest": [
      "select setval(pg_get_serial_sequence('orders', 'number'), 8)",
      "orders",
      /^the numbering of number .* its next number is not behind the highest there is$/,
    ],
    "the primary key is dropped": [
      "alter table orders drop constraint orders_pkey",
      "orders",
      /^the primary key is not as the schema says$/,
      "alter table orders add primary key (number)",
    ],
  };

  it.each(Object.entries(DAMAGES))("%s", async (_, [sql, subject, problem, undo]) => {
    await query(database.url, sql);
    const { verdict, discrepancies } = await verify(database.url);
    expect(verdict).toBe("discrepant");
    expect(discrepancies).toMatchObject([
      {
        check: "relations",
        subject,
        problem: expect.stringMatching(problem),
        remedy: expect.stringContaining("repair"),
      },
    ]);
    if (undo !== undefined) await query(database.url, undo);
    expect(told(await repair(database.url))).toEqual([]);
  });
});

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
