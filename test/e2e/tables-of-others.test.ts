/** Tables that were there before, constraints, and what others hang on them: used again and again, and left as they were found. */
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf, SPOILED } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, verifyTrial } from "../support/migration.ts";
import { ALL, item, schema } from "../support/owned-pets.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[] = ALL, prune = false) =>
  beginTrial({ url: database.url, schema, items: list, options: { prune } });
const verify = (list: readonly Item[]) =>
  verifyTrial({ target: database.url, schema, options: {} }, memorySource(list));
const rollback = (force = false) => runRollback({ target: database.url, schema, force });
const constraints = async () =>
  (
    await query<{ name: string }>(
      database.url,
      `select conname as name from pg_constraint where conrelid in (to_regclass('users'), to_regclass('pets'))
       and contype in ('f', 'u', 'c') order by 1`,
    )
  ).map(({ name }) => name);
const BUILT = ["has an address", "pets_owner_fkey", "users_email_key"];

/** Tables as an application would have left them. */
async function adopt(): Promise<void> {
  await query(database.url, "create table users (id text primary key, email text not null)");
  await query(database.url, "create table pets (id text primary key, owner text not null)");
}

describe("constraints a run built on tables that were there before", () => {
  beforeEach(adopt);

  it("do not stand in the way of the next pass, nor of one that goes on", async () => {
    const crashing = migrateTrial({
      url: database.url,
      schema,
      items: ALL,
      around: (target) => ({
        ...target,
        proof: { ...target.proof, ledger: () => Promise.reject(new Error("crashed")) },
      }),
    });
    await expect(crashing).rejects.toThrow("crashed");
    expect(await constraints()).toEqual(BUILT);
    expect(await migrate()).toMatchObject({ verdict: "verified", pass: 1 });
    expect(await migrate([item("U#1", "b@x"), item("U#2", "a@x"), item("P#1", "2")])).toMatchObject({
      verdict: "verified",
      pass: 2,
    });
    expect(await constraints()).toEqual(BUILT);
  });

  it("I12: go with a rollback, and nothing else does", async () => {
    await query(database.url, "alter table users add constraint theirs check (id <> '')");
    await query(database.url, "insert into users values ('theirs', 't@x')");
    await migrate();
    await rollback();
    expect(await constraints()).toEqual(["theirs"]);
    expect(await query(database.url, "select id from users")).toEqual([{ id: "theirs" }]);
  });
});

it("a unique index that is no constraint is refused like one", async () => {
  await adopt();
  await query(database.url, "create unique index one_address on users (email)");
  await expect(migrate()).rejects.toMatchObject({
    code: "preflight",
    findings: [expect.objectContaining({ where: "table users, constraint one_address" })],
  });
});

it("I12: a table of the same name in another schema is another table", async () => {
  const shop = defineTables({ users: { id: text().primaryKey(), email: text().unique() } }, { schema: "shop" });
  const shopItems = defineItems(shop, { keys: { pk: "PK" } }, ({ item: one, into }) => [
    one("User", { pk: "U#{id}" }, ({ key, attr }) => [into("users", { id: key.id, email: attr("v") })]),
  ]);
  const source = memorySource([item("U#1", "a")], "memory:shop");
  await migrateTrial({ url: database.url, schema: { tables: shop, items: shopItems }, source });
  await query(database.url, "create table users (id text primary key, email text not null constraint theirs unique)");
  await query(database.url, "create table pets (id text primary key, owner text not null)");
  await expect(migrate()).rejects.toMatchObject({ code: "preflight" });
  expect(await constraints()).toEqual(["theirs"]);
});

it("I12: a table and the note that it was made are one: a crash between them leaves neither", async () => {
  await migrateTrial({ url: database.url, schema, items: ALL, signal: AbortSignal.abort() });
  await query(database.url, "drop table users, pets");
  await query(database.url, SPOILED.madeTablesLost);
  await query(database.url, SPOILED.madeTableRefused("users"));
  await expect(migrate()).rejects.toThrow();
  expect(await query(database.url, "select to_regclass('users')::text as is")).toEqual([{ is: null }]);
  await query(database.url, SPOILED.madeTableAllowed);
  expect((await migrate()).verdict).toBe("verified");
});

describe("I12: a rollback", () => {
  it("of one run leaves the constraints of another", async () => {
    await adopt();
    const first = memorySource(ALL, "memory:first");
    await migrateTrial({ url: database.url, schema, source: first });
    const second = memorySource([item("U#8", "h@x"), item("P#8", "8")], "memory:second");
    await migrateTrial({ url: database.url, schema, source: second });
    await rollback();
    expect(await constraints()).toEqual(BUILT);
    expect(await query(database.url, "select id from users order by id")).toEqual([{ id: "1" }, { id: "2" }]);
  });

  it("goes through where a table it made refers to one that was there before", async () => {
    await query(database.url, "create table users (id text primary key, email text not null)");
    await migrate();
    expect(await rollback()).toMatchObject({ dropped: ["pets"], removed: { users: 2 } });
    expect(await query(database.url, "select * from users")).toEqual([]);
  });

  it("leaves nothing behind of a worker that was between two units", async () => {
    await adopt();
    const list = Array.from({ length: 200 }, (_, at) => item(`U#${at}`, `${at}@x`));
    let claimed = 0;
    const run = migrateTrial({
      url: database.url,
      schema,
      items: list,
      options: { units: 4, concurrency: 1 },
      around: (target) => ({
        ...target,
        queue: {
          ...target.queue,
          claim: async (which) => {
            claimed += 1;
            if (claimed === 3) await rollback();
            return target.queue.claim(which);
          },
        },
      }),
    });
    await run.catch(() => undefined);
    expect(await query(database.url, "select id from users")).toEqual([]);
    expect(await linesOf(database.url, "contributions")).toEqual([]);
  });
});

describe("a table of others that refers to ours", () => {
  it.each(["cascade", "restrict"])(
    "with on delete %s keeps prune from removing anything, and is named",
    async (action) => {
      await migrate();
      await query(database.url, `create table sessions (u text references users on delete ${action})`);
      await query(database.url, "insert into sessions values ('2')");
      await expect(migrate([item("U#1", "a@x"), item("P#1", "1")], true)).rejects.toMatchObject({
        code: "in-use",
        findings: [expect.objectContaining({ where: "table public.sessions" })],
      });
      expect(await query(database.url, "select u from sessions")).toEqual([{ u: "2" }]);
      await query(database.url, "drop table sessions");
      expect(await migrate([item("U#1", "a@x"), item("P#1", "1")], true)).toMatchObject({ verdict: "verified" });
    },
  );
});

describe("a second pass that reads nothing", () => {
  it("I9: is refused, leaves every constraint built, and is not verified by anybody", async () => {
    await migrate();
    await expect(migrate([], true)).rejects.toMatchObject({ code: "nothing-read" });
    expect(await constraints()).toEqual(BUILT);
    expect(await query(database.url, "select count(*)::int as rows from users")).toEqual([{ rows: 2 }]);
    expect((await verify([])).verdict).toBe("discrepant");
    expect(await migrate()).toMatchObject({ verdict: "verified", pass: 3 });
  });
});

it("a value too long for an index is told in the report, and keeps nothing from being built", async () => {
  const long = randomBytes(6_000).toString("hex");
  const report = await migrate([item("U#1", long), item("P#1", "1")]);
  expect(report.verdict).toBe("discrepant");
  expect(report.discrepancies).toEqual([expect.objectContaining({ check: "relations", subject: "users (email)" })]);
  expect(await constraints()).toEqual(["has an address", "pets_owner_fkey"]);
});

it("two items that hold one row after it was removed here are told", async () => {
  const double = defineTables({ a: { id: text().primaryKey(), v: text() } });
  const one = {
    tables: double,
    items: defineItems(double, { keys: { pk: "PK" } }, ({ item: each, into }) => [
      each("A", { pk: "A#{id}#{who}" }, ({ key, attr }) => [into("a", { id: key.id, v: attr("v") })]),
    ]),
  };
  const first = item("A#1#x", "same");
  await migrateTrial({ url: database.url, schema: one, items: [first] });
  await query(database.url, "delete from a");
  const report = await migrateTrial({ url: database.url, schema: one, items: [first, item("A#1#y", "same")] });
  expect(report.verdict).toBe("discrepant");
  expect(report.discrepancies).toContainEqual(expect.objectContaining({ check: "counts", subject: "a" }));
});

it("a database of another encoding is refused", async () => {
  await query(database.url, "create database latin encoding 'LATIN1' locale 'C' template template0");
  const url = new URL(database.url);
  url.pathname = "/latin";
  try {
    await expect(migrateTrial({ url: url.href, schema, items: ALL })).rejects.toMatchObject({
      findings: [expect.objectContaining({ where: "the database" })],
    });
  } finally {
    await query(database.url, "drop database latin with (force)");
  }
});
