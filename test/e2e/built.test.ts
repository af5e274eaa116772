/** What runs build on tables, and what of it is there when a pass, another run or a rollback is over: theirs stays theirs. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query } from "../support/migration.ts";
import { GOOD, schema } from "../support/pets.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (items: readonly Item[] = GOOD) => beginTrial({ url: database.url, schema, items });
const place = () => ({ target: database.url, schema });

describe("I12: what runs build on tables", () => {
  const make = (spec: { unique?: boolean } = {}) => {
    const users = { id: text().primaryKey(), email: spec.unique === false ? text() : text().unique() };
    const made = defineTables({ users });
    const items = defineItems(made, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("User", { pk: "U#{id}" }, ({ key, attr }) => [into("users", { id: key.id, email: attr("v") })]),
    ]);
    return { tables: made, items };
  };
  const user = (id: string, v: string): Item => ({ PK: { S: `U#${id}` }, v: { S: v } });
  const into = (items: readonly Item[], name: string, spec = make()) =>
    migrateTrial({ url: database.url, schema: spec, source: memorySource(items, name) });
  const unique = () => query(database.url, "select conname from pg_constraint where conname = 'users_email_key'");

  it("a unique that is no longer declared is in nobody's way", async () => {
    await into([user("1", "same")], "memory:a");
    const loose = make({ unique: false });
    expect(await into([user("1", "same"), user("2", "same")], "memory:a", loose)).toMatchObject({
      verdict: "verified",
      quarantine: [],
    });
    expect(await unique()).toEqual([]);
  });

  it("a check that is declared under two names is built once, and stands for both", async () => {
    const email = text();
    const users = table({ id: text().primaryKey(), email }).check("given", "email <> ''").check("there", "email <> ''");
    const { items } = make();
    const report = await migrateTrial({
      ...{ url: database.url, schema: { tables: defineTables({ users }), items } },
      items: [user("1", "a")],
    });
    expect(report).toMatchObject({ verdict: "verified", discrepancies: [] });
    const checks = "select conname from pg_constraint where contype = 'c' and conrelid = 'users'::regclass";
    expect(await query(database.url, checks)).toEqual([{ conname: "given" }]);
  });

  it("is there again for the run that stays, whichever is taken back", async () => {
    await query(database.url, "create table users (id text primary key, email text not null)");
    await into([user("1", "a")], "memory:a");
    await into([user("2", "b")], "memory:b");
    await runRollback({ target: database.url, schema: make(), force: false });
    expect(await unique()).toHaveLength(1);
    expect(await query(database.url, "select id from users")).toEqual([{ id: "1" }]);
    await runRollback({ target: database.url, schema: make(), force: false });
    expect(await unique()).toEqual([]);
    expect(await query(database.url, "select id from users")).toEqual([]);
  });

  it("an index of somebody else's with the name of ours stays theirs, and is told before anything is copied", async () => {
    await query(database.url, "create table theirs (x text)");
    await query(database.url, "create index pets_owner_id_idx on theirs (x)");
    await expect(migrate()).rejects.toMatchObject({
      code: "preflight",
      findings: [expect.objectContaining({ remedy: expect.stringContaining('"pets_owner_id_idx" rename to') })],
    });
    await query(database.url, "alter index pets_owner_id_idx rename to theirs_idx");
    expect((await migrate()).verdict).toBe("verified");
    await runRollback({ ...place(), force: true });
    expect(await query(database.url, "select indexname from pg_indexes where tablename = 'theirs'")).toHaveLength(1);
  });

  it("a default that was there before is there again", async () => {
    const later = defineTables({ users: { id: text().primaryKey(), email: text().nullable().defaultLater("'ours'") } });
    const items = defineItems(later, { keys: { pk: "PK" } }, ({ item, into: write }) => [
      item("User", { pk: "U#{id}" }, ({ key, attr }) => [write("users", { id: key.id, email: attr("v").optional() })]),
    ]);
    await query(database.url, "create table users (id text primary key, email text default 'theirs')");
    const spec = { tables: later, items };
    await migrateTrial({ url: database.url, schema: spec, items: [user("1", "a")] });
    await migrateTrial({ url: database.url, schema: spec, items: [user("1", "a"), user("2", "b")] });
    const is = () =>
      query(
        database.url,
        "select column_default as is from information_schema.columns where table_name = 'users' and column_name = 'email'",
      );
    expect(await is()).toEqual([{ is: "'ours'::text" }]);
    await runRollback({ target: database.url, schema: spec, force: false });
    expect(await is()).toEqual([{ is: "'theirs'::text" }]);
  });

  it("a table that the mapping has forgotten goes with the run all the same", async () => {
    const more = defineTables({
      users: { id: text().primaryKey(), email: text() },
      logs: { id: text().primaryKey(), of: text().references("users") },
    });
    const grown = {
      tables: more,
      items: defineItems(more, { keys: { pk: "PK" } }, ({ item, into: write }) => [
        item("User", { pk: "U#{id}" }, ({ key, attr }) => [write("users", { id: key.id, email: attr("v") })]),
        item("Log", { pk: "L#{id}" }, ({ key, attr }) => [write("logs", { id: key.id, of: attr("v") })]),
      ]),
    };
    await migrateTrial({ url: database.url, schema: grown, items: [user("1", "a")] });
    const loose = make({ unique: false });
    await migrateTrial({ url: database.url, schema: loose, items: [user("1", "a")] });
    const { dropped } = await runRollback({ target: database.url, schema: loose, force: true });
    expect(dropped).toEqual(["logs", "users"]);
    expect(
      await query(database.url, "select relname from pg_class where relnamespace = 'public'::regnamespace"),
    ).toEqual([]);
  });

  it("rows of others that would go with ours keep a second pass from beginning", async () => {
    await migrate();
    await query(database.url, "create table toys (pet text references pets on delete cascade)");
    await expect(migrate(GOOD.slice(0, 4))).rejects.toMatchObject({ code: "in-use" });
    await query(database.url, "drop table toys");
    await migrate();
  });
});
