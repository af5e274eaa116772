/** A role that may write to a database, and owns nothing but what a test gives it; with a small mapping to be moved there by it. */
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach } from "vitest";
import { bigint, defineItems, defineTables, type Tables, table, text } from "../../lambda/mapping/index.ts";
import { createDatabase, type TestDatabase } from "./database.ts";
import { migrateTrial, query } from "./migration.ts";

export const users = () => table({ id: text().primaryKey(), email: text(), age: bigint() });
const itemsOf = (tables: Tables) =>
  defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
    // The tables differ in what is no column.
    item("User", { pk: "U#{id}" }, ({ key, attr }) => [
      into("users", { id: key.id, email: attr("Email"), age: attr("Age") } as never),
    ]),
  ]);
export const schemaOf = (tables: Tables) => ({ tables, items: itemsOf(tables) });
export const PLAIN = schemaOf(defineTables({ users: users() }));
export const INDEXED = schemaOf(defineTables({ users: users().index("email") }));
const ITEMS = [{ PK: { S: "U#1" }, Email: { S: "ada@x.org" }, Age: { N: "36" } }];
export const TABLE = "create table users (id text primary key, email text not null, age bigint not null)";

export const ROLE = `mover_${randomBytes(4).toString("hex")}`;

/** A database for each test of a file, in which the role may make what it likes. */
export function movedDatabase() {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
    const name = new URL(database.url).pathname.slice(1);
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
  return {
    /** As its owner. */
    database: {
      get url(): string {
        return database.url;
      },
    },
    asMover,
    run: async (...statements: readonly string[]) => {
      for (const sql of statements) await query(database.url, sql);
    },
    migrate: (schema: typeof PLAIN = PLAIN, url = asMover()) => migrateTrial({ url, schema, items: ITEMS }),
  };
}
