/** Rows that several items, and others, write to: users in three parts, the latest of two, and rows that move. */
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { bigint, defineItems, defineTables, integer, table, text } from "../../lambda/mapping/index.ts";

const tables = defineTables({
  users: table({
    org: text().primaryKey(),
    id: text().primaryKey(),
    email: text().nullable(),
    name: text().nullable(),
    visits: integer().default("7"),
  }).duplicates("merge"),
  best: table({ k: text().primaryKey(), v: text(), at: bigint(), seen: integer().default("0") }).duplicates({
    latest: "at",
  }),
  moving: { id: text().primaryKey() },
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, part }) => [
  item("User", { pk: "USER#{id}", sk: "METADATA" }, ({ key, attr, constant }) => [
    part("users", { org: constant("o"), id: key.id, email: attr("v") }),
  ]),
  item("Profile", { pk: "USER#{id}", sk: "PROFILE#{n}" }, ({ key, attr, constant }) => [
    part("users", { org: constant("o"), id: key.id, name: attr("v") }),
  ]),
  item("Visits", { pk: "USER#{id}", sk: "VISITS" }, ({ key, attr, constant }) => [
    part("users", { org: constant("o"), id: key.id, visits: attr("n") }),
  ]),
  item("Moving", { pk: "MOVING#{n}", sk: "x" }, ({ attr }) => [into("moving", { id: attr("v") })]),
  item("Best", { pk: "BEST#{k}", sk: "{by}" }, ({ key, attr }) => [
    into("best", { k: key.k, v: key.by, at: attr("n") }),
  ]),
]);
export const schema = { tables, items };
export const of = (PK: string, SK: string, v: string): Item => ({ PK: { S: PK }, SK: { S: SK }, v: { S: v } });
export const counted = (PK: string, SK: string, n: number): Item => ({
  PK: { S: PK },
  SK: { S: SK },
  n: { N: String(n) },
});
export const USER = of("USER#ada", "METADATA", "ada@example.org");
export const PROFILE = of("USER#ada", "PROFILE#1", "Ada");
export const VISITS = counted("USER#ada", "VISITS", 99);
export const [OLD, NEW] = [counted("BEST#x", "old", 1), counted("BEST#x", "new", 2)];
export const ZOE = of("USER#zoe", "METADATA", "zoe@example.org");
