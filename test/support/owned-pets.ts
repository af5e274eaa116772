/** Users, and pets that are theirs: two tables with a key between them, a unique column and a check. */
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";

const tables = defineTables({
  users: table({ id: text().primaryKey(), email: text().unique() }).check("has an address", "email <> ''"),
  pets: { id: text().primaryKey(), owner: text().references("users") },
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("User", { pk: "U#{id}" }, ({ key, attr }) => [into("users", { id: key.id, email: attr("v") })]),
  item("Pet", { pk: "P#{id}" }, ({ key, attr }) => [into("pets", { id: key.id, owner: attr("v") })]),
]);
export const schema = { tables, items };
export const item = (PK: string, v: string): Item => ({ PK: { S: PK }, v: { S: v } });
export const ALL = [item("U#1", "a@x"), item("U#2", "b@x"), item("P#1", "1")];
