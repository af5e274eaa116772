/** Two source tables into one target: a run each, a ledger that keeps them apart, and a foreign key between them. */
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ownedByOthers } from "../../lambda/adapters/postgres/ledger/run/owned.ts";
import type { Asking } from "../../lambda/adapters/postgres/session/catalogue.ts";
import { connect } from "../../lambda/adapters/postgres/session/connection.ts";
import { load, NO_MAPPING, openTarget } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { partsOf } from "../../lambda/domain/decode/mapping-parts.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { runStatus } from "../../lambda/verbs/status.ts";
import { runTrace } from "../../lambda/verbs/trace.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf, lockOn } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, verifyTrial } from "../support/migration.ts";

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
  const verify = (schema: typeof peopleSchema, list: readonly Item[], name: string) =>
    verifyTrial({ target: database.url, schema, options: {} }, memorySource(list, name));
  expect(await verify(peopleSchema, USERS, "memory:people")).toMatchObject({ verdict: "verified", run: 1 });
  expect((await runStatus(database.url, 1)).is.source).toBe("memory:people");
  expect((await runStatus(database.url)).is.source).toBe("memory:shop");
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

describe("a source whose tables another source's run has made", () => {
  const migrateAs = (name: string, items: readonly Item[] = USERS) =>
    migrateTrial({ url: database.url, schema: peopleSchema, source: memorySource(items, name) });
  const others: readonly Item[] = [{ PK: { S: "U#2" }, Name: { S: "Bob" } }];
  const refused = {
    code: "preflight",
    findings: [
      expect.objectContaining({
        where: "table users",
        problem: expect.stringContaining("memory:people"),
        remedy: expect.stringMatching(/\.schema\(\).*\.writtenElsewhere\(\).*roll that run back/),
      }),
    ],
  };

  it.each([
    ["rows of its own", others],
    ["the very rows of the first", USERS],
  ])("I12: is refused before it writes: %s", async (_, items) => {
    await migratePeople();
    await expect(migrateAs("memory:more", items)).rejects.toMatchObject(refused);
    expect(await query(database.url, "select id from users")).toEqual([{ id: "1" }]);
    expect(await linesOf(database.url, "runs")).toMatchObject([{ source: "memory:people" }]);
    expect((await migratePeople()).verdict).toBe("verified");
  });

  it("I12: is refused also where both begin at once, and the one that is not goes through", async () => {
    const ends = await Promise.allSettled([migratePeople(), migrateAs("memory:more", others)]);
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const [lost] = ends.filter((end) => end.status === "rejected");
    expect(lost?.reason).toMatchObject({ code: "preflight", findings: [{ where: "table users" }] });
    expect(await linesOf(database.url, "runs")).toHaveLength(1);
    expect(await query(database.url, "select count(*)::int as rows from users")).toEqual([{ rows: 1 }]);
  });

  it("I12: is refused whenever the other makes them while it looks", async () => {
    const mapping = load(peopleSchema);
    for (let steps = 1, made = false; steps === 1 || made; steps += 1) {
      await database.drop();
      database = await createDatabase();
      await using target = openTarget(database.url, mapping);
      const parts = partsOf(mapping);
      await target.runs.open({ source: "memory:people", mapping: "m", parts, remap: false, now: new Date() });
      await using session = await connect(database.url, "looking");
      let step = 0;
      made = false;
      const looking: Asking = {
        async query<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]) {
          const answer = await session.query<R>(sql, values);
          step += 1;
          if (step === steps) made = (await migratePeople()).verdict === "verified";
          return answer;
        },
      };
      const findings = await ownedByOthers(looking, "memory:more", parts.tables);
      expect(findings, `made after ${steps} steps`).toMatchObject([{ where: "table users" }]);
    }
  });

  it("I12: is refused also where it looked before the other had begun", async () => {
    await using target = openTarget(database.url, load(peopleSchema));
    const request = { mapping: "m", remap: false, now: new Date() };
    // A run of no tables: the ledger is there.
    await target.runs.open({ ...request, source: "memory:none", parts: partsOf(NO_MAPPING) });
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    // Runs can be looked at, and not written.
    await holder.query(`begin; ${lockOn("run", "exclusive")}`);
    const parts = partsOf(load(peopleSchema));
    const opening = ["memory:people", "memory:more"].map((source) => target.runs.open({ ...request, source, parts }));
    const ends = Promise.allSettled(opening);
    const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await expect.poll(async () => (await query(database.url, waiting)).length).toBe(2);
    await holder.query("commit");
    await holder.end();
    expect((await ends).map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await linesOf(database.url, "runs")).toHaveLength(2);
  });

  it("I12: is refused by a run that has begun and made nothing yet", async () => {
    const mapping = load(peopleSchema);
    await using target = openTarget(database.url, mapping);
    const request = { mapping: "m", parts: partsOf(mapping), remap: false, now: new Date() };
    await target.runs.open({ ...request, source: "memory:people" });
    await expect(target.runs.open({ ...request, source: "memory:more" })).rejects.toMatchObject(refused);
    expect((await target.tables.check("memory:more")).findings).toMatchObject(refused.findings);
    // The twin: the run's own source.
    expect((await target.tables.check("memory:people")).findings).toEqual([]);
  });

  it("goes through when that run is taken back, in a schema of its own, or into a table that was there before either", async () => {
    await query(database.url, "create table users (id text primary key, name text not null)");
    expect((await migratePeople()).verdict).toBe("verified");
    expect((await migrateAs("memory:more", others)).verdict).toBe("verified");
    expect((await migratePeople()).verdict).toBe("verified");
    const apart = defineTables({ users: { id: text().primaryKey(), name: text() } }, { schema: "apart" });
    const schema = {
      tables: apart,
      items: defineItems(apart, { keys }, ({ item, into }) => [
        item("User", { pk: "U#{id}" }, ({ key, attr }) => [into("users", { id: key.id, name: attr("Name") })]),
      ]),
    };
    const source = memorySource(others, "memory:apart");
    expect((await migrateTrial({ url: database.url, schema, source })).verdict).toBe("verified");
  });
});
