/** What the schema promises beside rows: known by its definition and never by its name, built anew where it is another one, and told where it is not there. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIST, repair, schema, told, verify } from "../support/accounts.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/migration.ts";

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
