/** Windows of changes over rows that others have changed, or refer to: what is not the run's stays, and is told (I12). */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MemoryExport, memoryExports, TABLE } from "../support/memory-exports.ts";
import { migrateTrial, query } from "../support/migration.ts";

const tables = defineTables({ pets: { id: text().primaryKey(), name: text() } });
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
  item("Pet", { pk: "PET#{id}", sk: "P" }, ({ key, attr }) => [into("pets", { id: key.id, name: attr("name") })]),
]);
const schema = { tables, items };
const key = (id: string): Item => ({ PK: { S: `PET#${id}` }, SK: { S: "P" } });
const pet = (id: string, name = id): Item => ({ ...key(id), name: { S: name } });
const hour = (at: number): Date => new Date(Date.UTC(2026, 0, 14, at));
const facts = { place: "memory", table: TABLE, records: 1, images: "new and old" } as const;
const FULL: MemoryExport = { ...facts, id: "F", to: hour(1), items: [pet("ada"), pet("bob"), pet("cat")] };
const WINDOW: MemoryExport = {
  ...{ ...facts, id: "W", from: hour(1), to: hour(2) },
  changes: [
    { key: key("ada"), before: pet("ada") },
    { key: key("bob"), before: pet("bob"), after: pet("bob", "Bob") },
  ],
};

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (...exports: MemoryExport[]) =>
  migrateTrial({ url: database.url, schema, source: memoryExports(exports) });
const names = async () =>
  (await query<{ name: string }>(database.url, "select name from pets order by id")).map(({ name }) => name);

it("I12: rows that were changed here since are neither removed nor written over, and each is told", async () => {
  await migrate(FULL);
  await query(database.url, "update pets set name = 'mine ' || id where id in ('ada', 'bob')");
  const { verdict, discrepancies } = await migrate(FULL, WINDOW);
  expect(await names()).toEqual(["mine ada", "mine bob", "cat"]);
  expect(verdict).toBe("discrepant");
  expect(discrepancies.map(({ problem }) => problem)).toContain(
    "1 row was to be removed and is still there: changed since, or kept by a trigger",
  );
  expect(discrepancies.some(({ check }) => check === "content")).toBe(true);
});

it.each(["cascade", "restrict"])(
  "I12: a window waits while a table of others refers to rows, on delete %s",
  async (action) => {
    await migrate(FULL);
    await query(database.url, `create table visits (pet text references pets on delete ${action})`);
    await query(database.url, "insert into visits values ('ada')");
    await expect(migrate(FULL, WINDOW)).rejects.toMatchObject({ code: "in-use" });
    expect(await names()).toEqual(["ada", "bob", "cat"]);
    await query(database.url, "drop table visits");
    expect(await migrate(FULL, WINDOW)).toMatchObject({ verdict: "verified" });
    expect(await names()).toEqual(["Bob", "cat"]);
  },
);
