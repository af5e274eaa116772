/** A `latest` column that is NULL is older than any that is not, whatever the order of reading. */
import { expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, table, text, timestamptz } from "../../lambda/mapping/index.ts";
import { createDatabase } from "../support/database.ts";
import { migrateTrial, query } from "../support/migration.ts";

const tables = defineTables({
  seen: table({ id: text().primaryKey(), at: timestamptz().nullable(), by: text() }).duplicates({ latest: "at" }),
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
  item("Seen", { pk: "S#{id}", sk: "{by}" }, ({ key, attr }) => [
    into("seen", { id: key.id, at: attr("At").optional(), by: key.by }),
  ]),
]);
const seen = (by: string, at?: string): Item => ({
  PK: { S: "S#1" },
  SK: { S: by },
  ...(at === undefined ? {} : { At: { S: at } }),
});
const never = [seen("nobody"), seen("no one")];
const once = [...never, seen("old", "0001-01-01T00:00:00Z"), seen("new", "0001-01-02T00:00:00Z")];

it.each([
  ["read last", once, "new"],
  ["read first", once.toReversed(), "new"],
])("I5: it never holds the row when %s", async (_, list, by) => {
  await using database = await createDatabase();
  const report = await migrateTrial({ url: database.url, schema: { tables, items }, items: list });
  expect(report.verdict).toBe("verified");
  expect(report.tables[0]).toMatchObject({ superseded: 3 });
  expect(await query(database.url, "select by from seen")).toEqual([{ by }]);
});

it("I5: where all are NULL the same item holds the row in either order", async () => {
  const held: unknown[] = [];
  for (const list of [never, never.toReversed()]) {
    await using database = await createDatabase();
    const report = await migrateTrial({ url: database.url, schema: { tables, items }, items: list });
    expect(report.verdict).toBe("verified");
    held.push(await query(database.url, "select by, at from seen"));
  }
  expect(held[0]).toEqual(held[1]);
});
