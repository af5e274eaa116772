/** A small table with one of everything a proof looks at: a merged row, a foreign key, a unique, copies, versions. */
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { bigint, defineItems, defineTables, numeric, table, text, timestamptz } from "../../lambda/mapping/index.ts";

export const tables = defineTables({
  owners: table({ owner_id: text().primaryKey(), name: text(), phone: text().nullable(), rank: bigint() }).duplicates(
    "merge",
  ),
  pets: { pet_id: text().primaryKey(), owner_id: text().references("owners"), tag: text().unique(), weight: numeric() },
  visits: table({ visit_id: text().primaryKey(), at: timestamptz(), note: text() }).duplicates({ latest: "at" }),
  pairs: table({ a: text().primaryKey(), b: text().primaryKey(), kind: text() }).duplicates("identical"),
});
export const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, part, ignoreItem }) => [
  item("Owner", { pk: "OWNER#{id}", sk: "METADATA" }, ({ key, attr }) => [
    part("owners", { owner_id: key.id, name: attr("Name"), rank: attr("Rank") }),
  ]),
  item("Contact", { pk: "OWNER#{id}", sk: "CONTACT" }, ({ key, attr }) => [
    part("owners", { owner_id: key.id, phone: attr("Phone") }),
  ]),
  item("Pet", { pk: "OWNER#{owner}", sk: "PET#{id}" }, ({ key, attr }) => [
    into("pets", { pet_id: key.id, owner_id: key.owner, tag: attr("Tag"), weight: attr("Weight") }),
  ]),
  item("Visit", { pk: "PET#{pet}", sk: "VISIT#{n}" }, ({ key, attr }) => [
    into("visits", { visit_id: key.pet, at: attr("At"), note: attr("Note") }),
  ]),
  item("Pair", { pk: "PAIR#{a}", sk: "{side}#{b}" }, ({ key, attr }) => [
    into("pairs", { a: key.a, b: key.b, kind: attr("Kind") }),
  ]),
  ignoreItem("Marker", { pk: "MARKER", sk: "{x}" }, "bookkeeping"),
]);
export const schema = { tables, items };

export const owner = (id: string): Item => ({
  PK: { S: `OWNER#${id}` },
  SK: { S: "METADATA" },
  Name: { S: `name of ${id}` },
  Rank: { N: "9007199254740993" },
});
export const contact = (id: string, phone = "1"): Item => ({
  PK: { S: `OWNER#${id}` },
  SK: { S: "CONTACT" },
  Phone: { S: phone },
});
export const pet = (owner: string, id: string, more: Item = {}): Item => ({
  PK: { S: `OWNER#${owner}` },
  SK: { S: `PET#${id}` },
  Tag: { S: `tag ${id}` },
  Weight: { N: "1.2345678901234567890123456789" },
  ...more,
});
export const visit = (id: string, n: string, at: string): Item => ({
  PK: { S: `PET#${id}` },
  SK: { S: `VISIT#${n}` },
  At: { S: at },
  Note: { S: n },
});
export const pair = (side: string, kind: string): Item => ({
  PK: { S: "PAIR#x" },
  SK: { S: `${side}#y` },
  Kind: { S: kind },
});
export const marker: Item = { PK: { S: "MARKER" }, SK: { S: "1" }, Anything: { N: "1" } };

export const GOOD: readonly Item[] = [
  owner("1"),
  contact("1"),
  owner("2"),
  pet("1", "a"),
  pet("2", "b"),
  visit("a", "1", "2026-01-01T00:00:00Z"),
  visit("a", "2", "2026-01-02T00:00:00Z"),
  pair("LEFT", "k"),
  pair("RIGHT", "k"),
  marker,
];
