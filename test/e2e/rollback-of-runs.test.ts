import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { ledgerOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query } from "../support/migration.ts";
import { GIVEN, items, schema, tables } from "../support/people.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const KEPT = ["runs", "contributions", "parked", "seen", "units", "quarantine", "made tables"] as const;
const ledgerLines = async () => Object.values(await ledgerOf(database.url, ...KEPT)).flat().length;
const migrate = (list = GIVEN) => beginTrial({ url: database.url, schema, items: list, options: { units: 2 } });
const undo = (force = false) => runRollback({ target: database.url, schema, force });

describe("I12: the ledger alone knows what is to be taken back", () => {
  const other = defineTables({ cats: { id: text().primaryKey() }, edges: { x: text().primaryKey() } });
  const changed = {
    tables: other,
    items: defineItems(other, { keys: { pk: "PK" } }, ({ item: kind, into }) => [
      kind("Cat", { pk: "C#{id}" }, ({ key }) => [into("cats", { id: key.id }), into("edges", { x: key.id })]),
    ]),
  };
  const takeBack = (more: Partial<Parameters<typeof runRollback>[0]> = {}) =>
    runRollback({ target: database.url, schema: changed, force: false, ...more });

  it("whatever the schema says now, or if there is none; losses are found all the same", async () => {
    await query(database.url, "create table pets (pet text primary key, owner text not null, age bigint not null)");
    await query(database.url, "insert into pets values ('rex', 'joe', 9)");
    await migrateTrial({ url: database.url, schema: { tables, items }, items: GIVEN });
    await query(database.url, "update people set phone = 'theirs'");
    await expect(takeBack()).rejects.toMatchObject({ findings: [{ where: "table people", keys: ["(jane)"] }] });
    await query(database.url, "update people set phone = 'x'");
    expect(await takeBack({ schema: undefined })).toMatchObject({
      dropped: ["edges", "people"],
      removed: { pets: 1 },
      left: {},
      kept: [],
    });
    expect(await query(database.url, "select pet from pets")).toEqual([{ pet: "rex" }]);
    expect(await ledgerLines()).toBe(0);
  });

  it("but the `down` of a migration: what depends is named, and what stays is told", async () => {
    await migrate();
    await expect(takeBack()).rejects.toMatchObject({
      code: "rollback-refused",
      message: expect.stringMatching(/old_pets/),
    });
    await query(database.url, "drop view old_pets");
    expect(await takeBack()).toMatchObject({ kept: ["001_view"] });
  });

  it("which of several runs is meant has to be said, unless the schema tells", async () => {
    await migrate();
    const things = [{ PK: { S: "T#1" } }];
    const thing = defineTables({ things: { id: text().primaryKey() } });
    const second = {
      tables: thing,
      items: defineItems(thing, { keys: { pk: "PK" } }, ({ item: kind, into }) => [
        kind("T", { pk: "T#{id}" }, ({ key }) => [into("things", { id: key.id })]),
      ]),
    };
    await migrateTrial({ url: database.url, schema: second, source: memorySource(things, "memory:other") });
    await expect(takeBack()).rejects.toMatchObject({
      findings: [expect.objectContaining({ remedy: expect.stringMatching(/rollback --run 2/) })],
    });
    expect(await runRollback({ target: database.url, schema: second, force: false })).toMatchObject({ run: 2 });
    await migrateTrial({ url: database.url, schema: second, source: memorySource(things, "memory:other") });
    expect(await takeBack({ run: 1, schema })).toMatchObject({ run: 1, dropped: ["edges", "people", "pets"] });
    await expect(takeBack({ run: 1 })).rejects.toMatchObject({ code: "no-run" });
  });

  it("a table that others have altered cannot be compared: refused, and by force dropped or left", async () => {
    await query(database.url, "create table pets (pet text primary key, owner text not null, age bigint not null)");
    await migrateTrial({ url: database.url, schema: { tables, items }, items: GIVEN });
    await query(database.url, "alter table pets alter age type text");
    await query(database.url, "alter table people drop phone");
    const where = ["table people", "table pets"].map((each) => expect.objectContaining({ where: each }));
    await expect(takeBack()).rejects.toMatchObject({ findings: expect.arrayContaining(where) });
    expect(await takeBack({ force: true })).toMatchObject({
      dropped: ["edges", "people"],
      removed: {},
      left: { pets: 1 },
    });
    expect(await query(database.url, "select pet from pets")).toEqual([{ pet: "tom" }]);
  });
});

it("one of two runs is taken back, and the other stays", async () => {
  const other = defineTables({ things: { id: text().primaryKey() } });
  const otherSchema = {
    tables: other,
    items: defineItems(other, { keys: { pk: "PK" } }, ({ item: kind, into }) => [
      kind("T", { pk: "T#{id}" }, ({ key }) => [into("things", { id: key.id })]),
    ]),
    migrations: {
      after: {
        "001_other": {
          up: async (db: never) => void (await sql`create view other as select * from things`.execute(db)),
        },
      },
    },
  };
  await migrateTrial({
    url: database.url,
    schema: otherSchema,
    source: memorySource([{ PK: { S: "T#1" } }], "memory:other"),
  });
  await migrate();
  await undo();
  expect(await query(database.url, "select * from other")).toEqual([{ id: "1" }]);
  const again = await migrateTrial({
    url: database.url,
    schema: otherSchema,
    source: memorySource([{ PK: { S: "T#1" } }], "memory:other"),
  });
  expect(again).toMatchObject({ verdict: "verified", pass: 2, items: { unchanged: 1 } });
});
