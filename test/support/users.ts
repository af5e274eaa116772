/** Users, of whom one stands in the source more than once: as one thing, as another, as what Postgres would not take, as what is ignored. */
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { bigint, defineItems, defineTables, text } from "../../lambda/mapping/index.ts";

const tables = defineTables({ users: { id: text().primaryKey(), email: text(), age: bigint() } });
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, ignoreItem }) => [
  item("User", { pk: "USER#{id}", sk: "METADATA" }, ({ key, attr }) => [
    into("users", { id: key.id, email: attr("Email"), age: attr("Age") }),
  ]),
  ignoreItem("Gone", { pk: "USER#{id}", sk: "METADATA", where: { State: "gone" } }, "deleted users"),
]);
export const schema = { tables, items };
export const user = (id: string, email: string, Age: Item[string] = { N: "36" }, more: Item = {}): Item => ({
  PK: { S: `USER#${id}` },
  SK: { S: "METADATA" },
  Email: { S: email },
  Age,
  ...more,
});
export const [BOB, ONE, OTHER] = [user("bob", "bob@x"), user("ada", "one@x"), user("ada", "other@x")];
export const REFUSED = user("ada", "refused@x", { N: "37.5" });
export const IGNORED = user("ada", "gone@x", { N: "1" }, { State: { S: "gone" } });
