/** What looks as if it could not be written to, and can: it is let through; and looking at a table locks nothing. */
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bigint, defineItems, defineTables, type Tables, table, text } from "../../lambda/mapping/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { migrateTrial, query } from "../support/migration.ts";

const users = () => table({ id: text().primaryKey(), email: text(), age: bigint() });
const itemsOf = (tables: Tables) =>
  defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
    // The tables differ in what is no column.
    item("User", { pk: "U#{id}" }, ({ key, attr }) => [
      into("users", { id: key.id, email: attr("Email"), age: attr("Age") } as never),
    ]),
  ]);
const schemaOf = (tables: Tables) => ({ tables, items: itemsOf(tables) });
const PLAIN = schemaOf(defineTables({ users: users() }));
const INDEXED = schemaOf(defineTables({ users: users().index("email") }));
const ITEMS = [{ PK: { S: "U#1" }, Email: { S: "ada@x.org" }, Age: { N: "36" } }];
const TABLE = "create table users (id text primary key, email text not null, age bigint not null)";

/** A user that owns nothing but what a test gives it. */
const ROLE = `mover_${randomBytes(4).toString("hex")}`;
let database: TestDatabase;
let name: string;
beforeEach(async () => {
  database = await createDatabase();
  name = new URL(database.url).pathname.slice(1);
  await query(database.url, `create role ${ROLE} login password 'moved'`);
  await query(database.url, `grant create on database ${name} to ${ROLE}; grant create on schema public to ${ROLE}`);
});
afterEach(async () => {
  await query(database.url, `reassign owned by ${ROLE} to current_user`);
  await query(database.url, `drop owned by ${ROLE}; drop role ${ROLE}`);
  await database.drop();
});

const asMover = (): string => {
  const url = new URL(database.url);
  [url.username, url.password] = [ROLE, "moved"];
  return url.href;
};
const run = async (...statements: readonly string[]) => {
  for (const sql of statements) await query(database.url, sql);
};
const migrate = (schema: typeof PLAIN = PLAIN, url = asMover()) => migrateTrial({ url, schema, items: ITEMS });

const owned = `alter table users owner to ${ROLE}`;
const allowed = `grant select, insert, update, delete on users to ${ROLE}`;

describe("is not refused, because it works", () => {
  const verified = async (schema = PLAIN) => expect((await migrate(schema)).verdict).toBe("verified");

  it("an empty database, by somebody who owns nothing", () => verified());

  it("a table of another role's where nothing is to be built on it", async () => {
    await run(TABLE, allowed);
    await verified();
  });

  it("an index that is there already on a table of another role's", async () => {
    await run(TABLE, allowed, "create index users_email_idx on users (email)");
    await verified(INDEXED);
  });

  it("a schema that is there already, by somebody who may make none", async () => {
    await run("create schema shop", `grant usage, create on schema shop to ${ROLE}`, "create schema migration_ledger");
    await run(`alter schema migration_ledger owner to ${ROLE}`);
    await run(`do $$ begin execute format('revoke create on database %I from ${ROLE}', current_database()); end $$`);
    await verified(schemaOf(defineTables({ users: users() }, { schema: "shop" })));
  });

  it("a partitioned table", async () => {
    await run(
      `${TABLE} partition by hash (id)`,
      "create table p partition of users for values with (modulus 1, remainder 0)",
    );
    await run(owned, `alter table p owner to ${ROLE}`);
    await verified();
  });

  it("a second pass with a check that was added", async () => {
    await verified();
    await verified(schemaOf(defineTables({ users: users().check("c", "age > 0") })));
  });

  it("a trigger; but it is told", async () => {
    await run(
      TABLE,
      owned,
      "create function f() returns trigger language plpgsql as $$ begin return new; end $$",
      "create trigger watches before insert on users for each row execute function f()",
    );
    const told: string[] = [];
    const { openTarget, load } = await import("../../lambda/compose.ts");
    await using target = openTarget(asMover(), load(PLAIN));
    const { findings, warnings } = await target.tables.check("memory:test");
    told.push(...warnings.map(({ problem }) => problem));
    expect(findings).toEqual([]);
    expect(told).toEqual([expect.stringContaining("the trigger watches")]);
  });
});

it("a table in use is neither locked nor read by looking at it", async () => {
  await run(TABLE, owned, `insert into users select 'x' || n, 'e', n from generate_series(1, 100) n`);
  const { openTarget, load } = await import("../../lambda/compose.ts");
  const everything = schemaOf(defineTables({ users: users().index("email").unique("age").check("c", "age > 0") }));
  await using target = openTarget(`${asMover()}?lock_timeout=200`, load(everything));
  const { default: pg } = await import("pg");
  const application = new pg.Client({ connectionString: database.url });
  await application.connect();
  await application.query("begin; insert into users values ('open', 'e', 1)");
  expect((await target.tables.check("memory:test")).findings).toEqual([]);
  await application.end();
});
