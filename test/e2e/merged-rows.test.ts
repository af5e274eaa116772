/** Rows made of parts that come and go: what is left is what a run from nothing would make, and nobody else's row is touched. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, integer, table, text } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/migration.ts";
import { passesEndAsOne } from "../support/passes.ts";
import { SEED } from "../support/thoroughness.ts";

const tables = defineTables({
  people: table({
    id: text().primaryKey(),
    name: text().nullable(),
    phone: text().nullable().defaultLater("'none yet'"),
    visits: integer().default("7"),
  }).duplicates("merge"),
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, part }) => [
  item("Name", { pk: "NAME#{n}" }, ({ attr }) => [part("people", { id: attr("k"), name: attr("v") })]),
  item("Phone", { pk: "PHONE#{n}" }, ({ attr }) => [part("people", { id: attr("k"), phone: attr("v") })]),
  item("Key", { pk: "KEY#{n}" }, ({ attr }) => [part("people", { id: attr("k") })]),
]);
const schema = { tables, items };
const item = (PK: string, k: string, v?: string): Item => ({
  PK: { S: PK },
  k: { S: k },
  ...(v === undefined ? {} : { v: { S: v } }),
});

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[], prune = false) =>
  beginTrial({ url: database.url, schema, items: list, options: { prune } });
const rows = () =>
  query<{ id: string; name: string | null; phone: string | null }>(
    database.url,
    "select id, name, phone from people order by id",
  );
const collision = [item("NAME#1", "jane", "one"), item("NAME#2", "jane", "two")];

/** Of two items that give one part, the one that holds it, and the other. */
async function holder(): Promise<[Item, Item]> {
  const [{ name } = { name: "" }] = await rows();
  const [first = item("", ""), second = item("", "")] = collision;
  return JSON.stringify(first.v) === JSON.stringify({ S: name }) ? [first, second] : [second, first];
}

describe("I5: two items give one part, and the one that holds it", () => {
  it("is gone: the other one takes the part", async () => {
    expect((await migrate(collision)).verdict).toBe("discrepant");
    const [, other] = await holder();
    expect(await migrate([other], true)).toMatchObject({ verdict: "verified" });
    expect(await rows()).toMatchObject([{ id: "jane", name: expect.stringMatching(/one|two/), phone: null }]);
    expect((await rows())[0]?.name).toBe(Object.values(other.v ?? {})[0]);
  });

  it("moves to another row: both have their value", async () => {
    await migrate(collision);
    const [first, other] = await holder();
    expect(await migrate([{ ...first, k: { S: "joe" } }, other])).toMatchObject({ verdict: "verified" });
    expect((await rows()).map(({ name }) => name).sort()).toEqual(["one", "two"]);
  });
});

it(`I5: items that come, go and change, pass after pass, end as a run from nothing does (seed ${SEED})`, () =>
  passesEndAsOne({
    ...{ url: database.url, schema, tables: ["people"], items: 150 },
    make: (place, draw) => {
      const kind = ["NAME", "PHONE", "KEY"][place % 3];
      return item(`${kind}#${place}`, `k${draw(25)}`, kind === "KEY" ? undefined : `v${draw(3)}`);
    },
  }));

it("I5: a default of the time after stands in no row that items made", async () => {
  const two = [item("NAME#1", "jane", "Jane"), item("PHONE#1", "jane", "555")];
  await migrate(two);
  await migrate([...two, item("NAME#2", "joe", "Joe")]);
  expect(await rows()).toEqual([
    { id: "jane", name: "Jane", phone: "555" },
    { id: "joe", name: "Joe", phone: null },
  ]);
  expect(await migrate([item("NAME#1", "jane", "Jane"), item("NAME#2", "joe", "Joe")], true)).toMatchObject({
    verdict: "verified",
  });
  expect((await rows()).map(({ phone }) => phone)).toEqual([null, null]);
  // And still it is there for rows of the time after.
  await query(database.url, "insert into people (id) values ('later')");
  expect(await rows()).toContainEqual({ id: "later", name: null, phone: "none yet" });
});

it("I12: a merged row that was changed here since stays when its items are gone, and is told", async () => {
  const two = [item("NAME#1", "jane", "Jane"), item("NAME#2", "joe", "Joe")];
  await migrate(two);
  await query(database.url, "update people set name = 'changed here' where id = 'jane'");
  const report = await migrate(two.slice(1), true);
  expect(report.verdict).toBe("discrepant");
  expect(await rows()).toContainEqual(expect.objectContaining({ id: "jane", name: "changed here" }));
});

describe("I12: a row of somebody else's in a table that was there before", () => {
  const theirs = { id: "jane", name: "THEIR NAME", phone: "THEIR PHONE" };
  beforeEach(async () => {
    await query(
      database.url,
      "create table people (id text primary key, name text, phone text, visits integer default 7)",
    );
    await query(database.url, "insert into people values ('jane', 'THEIR NAME', 'THEIR PHONE', 1)");
  });
  const two = [item("NAME#1", "jane", "Jane"), item("PHONE#1", "jane", "555")];

  it("is not overwritten by any of the parts, and is told", async () => {
    expect((await migrate(two)).verdict).toBe("discrepant");
    expect(await rows()).toEqual([theirs]);
  });

  it("is not removed when the items that waited for it are gone", async () => {
    await migrate([...two, item("NAME#2", "joe", "Joe")]);
    await migrate([item("NAME#2", "joe", "Joe")], true);
    expect(await rows()).toContainEqual(theirs);
  });

  it("is not removed by a rollback", async () => {
    await migrate([...two, item("NAME#2", "joe", "Joe")]);
    await runRollback({ target: database.url, schema, force: false });
    expect(await rows()).toEqual([theirs]);
  });
});
