/** Two source tables into one target: a run each, a ledger that keeps them apart, and a foreign key between them. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { runStatus, runTrace } from "../../lambda/ask.ts";
import { load } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/attribute.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { runVerify } from "../../lambda/run.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query } from "../support/migration.ts";

const keys = { pk: "PK" };
const people = defineTables({ users: { id: text().primaryKey(), name: text() } });
const peopleSchema = {
  tables: people,
  items: defineItems(people, { keys }, ({ item, into }) => [
    item("User", { pk: "U#{id}" }, ({ key, attr }) => [into("users", { id: key.id, name: attr("Name") })]),
  ]),
};
const shop = defineTables({
  users: table({ id: text().primaryKey() }).writtenElsewhere(),
  orders: { id: text().primaryKey(), user_id: text().references("users") },
});
const shopSchema = {
  tables: shop,
  items: defineItems(shop, { keys }, ({ item, into }) => [
    item("Order", { pk: "O#{id}" }, ({ key, attr }) => [into("orders", { id: key.id, user_id: attr("User") })]),
  ]),
};
const USERS: readonly Item[] = [{ PK: { S: "U#1" }, Name: { S: "Ada" } }];
const ORDERS: readonly Item[] = [{ PK: { S: "O#7" }, User: { S: "1" } }];

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migratePeople = () =>
  migrateTrial({ url: database.url, schema: peopleSchema, source: memorySource(USERS, "memory:people") });
const migrateShop = (items = ORDERS) =>
  migrateTrial({ url: database.url, schema: shopSchema, source: memorySource(items, "memory:shop") });
const keyState = () =>
  query(database.url, "select convalidated from pg_constraint where conname = 'orders_user_id_fkey'");

it("in the one order, the foreign key is built with the second", async () => {
  expect((await migratePeople()).verdict).toBe("verified");
  expect(await migrateShop()).toMatchObject({ verdict: "verified", tables: [{ name: "orders", actualRows: 1 }] });
  expect(await keyState()).toEqual([{ convalidated: true }]);
  const edge = { progress: { tell: () => undefined }, signal: new AbortController().signal };
  const verify = (schema: typeof peopleSchema, list: readonly Item[], name: string) =>
    runVerify({ target: database.url, schema, options: {} }, edge, memorySource(list, name));
  expect((await verify(peopleSchema, USERS, "memory:people")).report).toMatchObject({ verdict: "verified", run: 1 });
  expect((await runStatus(database.url, 1)).run.source).toBe("memory:people");
  expect((await runStatus(database.url)).run.source).toBe("memory:shop");
  expect(await runTrace({ target: database.url, schema: peopleSchema, words: ["U#1"], isItem: false })).toMatchObject({
    run: 1,
    count: 1,
  });
});

it("in the other order, what points to nothing is told until both are there", async () => {
  const alone = await migrateShop();
  expect(alone.verdict).toBe("discrepant");
  expect(alone.foreignKeys).toMatchObject([{ references: "users", orphans: 1, validated: false }]);
  expect((await migratePeople()).verdict).toBe("verified");
  expect((await migrateShop()).verdict).toBe("verified");
  expect(await keyState()).toEqual([{ convalidated: true }]);
});

it("an orphan between two sources is told", async () => {
  await migratePeople();
  const report = await migrateShop([...ORDERS, { PK: { S: "O#8" }, User: { S: "nobody" } }]);
  expect(report.foreignKeys).toMatchObject([{ orphans: 1, validated: false, examples: [{ key: ["8"] }] }]);
});

it("a run that is not there is refused, and those that are there are named", async () => {
  await migratePeople();
  await expect(runStatus(database.url, 9)).rejects.toMatchObject({
    findings: [{ remedy: expect.stringContaining("1 of memory:people") }],
  });
});

it("a table that is written elsewhere and here is refused", () => {
  const items = defineItems(shop, { keys }, ({ item, into }) => [
    item("Order", { pk: "O#{id}" }, ({ key, attr }) => [
      into("orders", { id: key.id, user_id: attr("User") }),
      into("users", { id: key.id }),
    ]),
  ]);
  expect(() => load({ tables: shop, items })).toThrow(/problem/);
});
