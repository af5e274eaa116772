/** A table that was there before is filled by the runs of two sources: what the one has written is never the other's to take. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { query, repairTrial, verifyTrial } from "../support/migration.ts";

const keys = { pk: "PK" };
const users = { id: text().primaryKey(), name: text().nullable() };
const both = table({ id: text().primaryKey(), name: text().nullable(), city: text().nullable() }).duplicates("merge");
const placed = table({ id: text().primaryKey(), city: text().nullable() }).duplicates("merge");
const [one, other] = [
  defineTables({ users, merged: both }),
  // The same tables by other numbers, and another one by the first number.
  defineTables({ pets: { id: text().primaryKey() }, merged: placed, users }),
];
const schemas = {
  one: {
    tables: one,
    items: defineItems(one, { keys }, ({ item, into, part }) => [
      item("User", { pk: "U#{id}" }, ({ key, attr }) => [into("users", { id: key.id, name: attr("Name") })]),
      item("Part", { pk: "M#{id}" }, ({ key, attr }) => [part("merged", { id: key.id, name: attr("Name") })]),
      item("Place", { pk: "C#{id}" }, ({ key, attr }) => [part("merged", { id: key.id, city: attr("City") })]),
    ]),
  },
  other: {
    tables: other,
    items: defineItems(other, { keys }, ({ item, into, part }) => [
      item("Pet", { pk: "P#{id}" }, ({ key }) => [into("pets", { id: key.id })]),
      item("User", { pk: "U#{id}" }, ({ key, attr }) => [into("users", { id: key.id, name: attr("Name") })]),
      item("Part", { pk: "M#{id}" }, ({ key, attr }) => [
        part("merged", { id: key.id, city: attr("City").optional() }),
      ]),
    ]),
  },
};
type Who = keyof typeof schemas;
const user = (id: number, name: string): Item => ({ PK: { S: `U#${id}` }, Name: { S: name } });
const [KEPT, ADA, BOB] = [user(0, "kept"), user(1, "Ada"), user(1, "Bob")];
const PET: Item = { PK: { S: "P#1" } };
const NAMED: Item = { PK: { S: "M#1" }, Name: { S: "Ada" } };
const PLACED: Item = { PK: { S: "M#1" }, City: { S: "Kyiv" } };
const BARE: Item = { PK: { S: "M#1" } };

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
  await query(database.url, "create table users (id text primary key, name text)");
  await query(database.url, "create table merged (id text primary key, name text, city text)");
});
afterEach(() => database.drop());

const ask = <R extends object>(sql: string) => query<R & Record<string, unknown>>(database.url, sql);
const sourceOf = (who: Who, list: readonly Item[]) => memorySource(list, `memory:${who}`);
const taskOf = (who: Who) => ({ target: database.url, schema: schemas[who], options: {} });
const migrate = (who: Who, list: readonly Item[], prune = false) =>
  beginTrial({ url: database.url, schema: schemas[who], items: list, name: `memory:${who}`, options: { prune } });
const verify = async (who: Who, list: readonly Item[]) => await verifyTrial(taskOf(who), sourceOf(who, list));
const repair = async (who: Who, list: readonly Item[], force = true) =>
  await repairTrial({ ...taskOf(who), force }, sourceOf(who, list));
const rollback = (run: number, force = false) =>
  runRollback({ target: database.url, schema: schemas[run === 1 ? "one" : "other"], run, force });
const names = async () =>
  (await ask<{ name: string }>("select name from users where id = '1'")).map(({ name }) => name);
const mergedRows = () => ask("select name, city from merged where id = '1'");

/** Run 1 has written a row; it went, and run 2 has made it anew, and holds it. */
async function remade(first: Item, second: Item): Promise<void> {
  expect((await migrate("one", [KEPT, first])).verdict).toBe("verified");
  await ask("delete from users where id = '1'");
  await ask("delete from merged");
  expect((await migrate("other", [second])).verdict).toBe("verified");
}

describe("I12: a row that the run of another source has written and holds", () => {
  it.each([
    ["which says the same", ADA],
    ["which says something else", BOB],
  ])("is neither removed nor told by a pass that prunes, nor by repair --force: %s", async (_, theirs) => {
    await remade(ADA, theirs);
    const there = await names();
    expect(await migrate("one", [KEPT], true)).toMatchObject({ verdict: "verified", discrepancies: [] });
    expect(await names()).toEqual(there);
    expect(await linesOf(database.url, "unremoved")).toEqual([]);
    expect(await repair("one", [KEPT])).toMatchObject({ verdict: "verified" });
    expect(await names()).toEqual(there);
    expect((await verify("other", [theirs])).verdict).toBe("verified");
  });

  it("is not removed for a note of before either, which is forgotten", async () => {
    await migrate("one", [KEPT, ADA]);
    await ask("update users set name = 'typed in' where id = '1'");
    expect((await migrate("one", [KEPT], true)).discrepancies).toMatchObject([
      { problem: expect.stringContaining("still there") },
    ]);
    await ask("delete from users where id = '1'");
    await migrate("other", [BOB]);
    expect((await verify("one", [KEPT])).verdict).toBe("verified");
    expect((await repair("one", [KEPT])).verdict).toBe("verified");
    expect(await names()).toEqual(["Bob"]);
    expect(await linesOf(database.url, "unremoved")).toEqual([]);
  });

  it("is not written over by an item that says something else by now", async () => {
    await remade(ADA, ADA);
    const report = await migrate("one", [KEPT, user(1, "Eve")]);
    expect(await names()).toEqual(["Ada"]);
    expect(report.verdict).toBe("discrepant");
  });

  it.each([
    ["", ADA, false],
    [", of which it had written another one", BOB, false],
    [", by force", BOB, true],
  ])("stays in a rollback%s, which loses nothing by it", async (_, theirs, force) => {
    await remade(ADA, theirs);
    const there = await names();
    const { removed, left } = await rollback(1, force);
    expect(removed).toMatchObject({ users: 1 });
    expect(left).toEqual({});
    expect(await names()).toEqual(there);
    expect((await verify("other", [theirs])).verdict).toBe("verified");
  });

  it("goes with the last of the two", async () => {
    await remade(ADA, ADA);
    expect((await rollback(2)).left).toEqual({});
    expect(await names()).toEqual(["Ada"]);
    expect((await rollback(1)).removed).toMatchObject({ users: 2 });
    expect(await names()).toEqual([]);
  });

  it("is counted as nobody's loss where rows cannot be compared any more", async () => {
    await remade(ADA, BOB);
    await ask("alter table users alter name type varchar(99)");
    expect((await rollback(1, true)).left).toEqual({ users: 1 });
    expect(await names()).toEqual(["Bob"]);
  });

  it.each([
    ["of which it holds a part that says nothing", BARE, { name: null, city: null }],
    ["of which it holds another part", PLACED, { name: null, city: "Kyiv" }],
  ])("stays, too, where rows are merged, %s", async (_, theirs, row) => {
    await remade(NAMED, theirs);
    expect(await mergedRows()).toEqual([row]);
    expect((await repair("one", [KEPT, NAMED], false)).verdict).toBe("discrepant");
    expect(await mergedRows()).toEqual([row]);
    expect((await migrate("one", [KEPT], true)).verdict).toBe("verified");
    expect((await repair("one", [KEPT])).verdict).toBe("verified");
    expect(await mergedRows()).toEqual([row]);
    expect((await verify("other", [theirs])).verdict).toBe("verified");
  });

  it("keeps its values when repair --force empties what no item of this run gives", async () => {
    await remade(NAMED, PLACED);
    await repair("one", [KEPT, NAMED]);
    expect(await mergedRows()).toMatchObject([{ city: "Kyiv" }]);
  });
});

describe("the twins: a row goes", () => {
  it("that the other run waits for, and does not hold", async () => {
    await migrate("one", [KEPT, ADA]);
    await migrate("other", [BOB]);
    expect((await migrate("one", [KEPT], true)).verdict).toBe("verified");
    expect(await names()).toEqual([]);
  });

  it("whose key the other run holds in another table, by the same number", async () => {
    await migrate("one", [KEPT, ADA]);
    await migrate("other", [PET]);
    expect((await migrate("one", [KEPT], true)).verdict).toBe("verified");
    expect(await names()).toEqual([]);
  });

  it("that is noted, and that no other run holds, by force", async () => {
    await migrate("one", [KEPT, ADA]);
    await migrate("other", [PET]);
    await ask("update users set name = 'typed in' where id = '1'");
    await migrate("one", [KEPT], true);
    expect(await names()).toEqual(["typed in"]);
    await repair("one", [KEPT]);
    expect(await names()).toEqual([]);
  });
});
