/** People of two parts each, their pets, and edges that are there twice; with a view of the schema's own. */
import { sql } from "kysely";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { bigint, defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";

export const tables = defineTables({
  people: table({ id: text().primaryKey(), name: text().nullable(), phone: text().nullable() }).duplicates("merge"),
  pets: { pet: text().primaryKey(), owner: text().references("people"), age: bigint() },
  edges: table({ a: text().primaryKey(), b: text().primaryKey() }).duplicates("identical"),
});
export const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, part }) => [
  item("Person", { pk: "P#{id}", sk: "NAME" }, ({ key, attr }) => [part("people", { id: key.id, name: attr("v") })]),
  item("Phone", { pk: "P#{id}", sk: "PHONE" }, ({ key, attr }) => [part("people", { id: key.id, phone: attr("v") })]),
  item("Pet", { pk: "P#{owner}", sk: "PET#{pet}" }, ({ key, attr }) => [
    into("pets", { pet: key.pet, owner: key.owner, age: attr("v") }),
  ]),
  item("Edge", { pk: "E#{a}", sk: "{b}" }, ({ key }) => [into("edges", { a: key.a, b: key.b })]),
  item("Back", { pk: "F#{b}", sk: "{a}" }, ({ key }) => [into("edges", { a: key.a, b: key.b })]),
]);
const view = {
  up: async (db: never) => void (await sql`create view old_pets as select * from pets where age > 3`.execute(db)),
  down: async (db: never) => void (await sql`drop view old_pets`.execute(db)),
};
export const schema = { tables, items, migrations: { after: { "001_view": view } } };
export const item = (PK: string, SK: string, v: Item[string] = { S: "x" }): Item => ({
  PK: { S: PK },
  SK: { S: SK },
  ...(PK.startsWith("P") ? { v } : {}),
});
export const GIVEN = [
  item("P#jane", "NAME"),
  item("P#jane", "PHONE"),
  item("P#jane", "PET#tom", { N: "4" }),
  item("E#1", "2"),
  item("F#2", "1"),
  item("P#jane", "PET#bad", { S: "four" }),
];
