/** Accounts and their orders, of which the schema promises one of everything that is built beside rows. */
import type { Schema } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, integer, table, text, timestamptz } from "../../lambda/mapping/index.ts";
import { memorySource } from "./memory-source.ts";
import { query, repairTrial, verifyTrial } from "./migration.ts";

export const tables = defineTables({
  accounts: { id: text().primaryKey(), email: text().unique() },
  orders: table({
    number: integer().primaryKey().identityLater(),
    account: text().references("accounts"),
    state: text().index(),
    placed: timestamptz().nullable().defaultLater("now()"),
  })
    .check("state is known", "state in ('open', 'done')")
    .indexWhere("state = 'open'", "placed"),
});
export const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("Account", { pk: "A#{id}" }, ({ key }) => [into("accounts", { id: key.id, email: key.id })]),
  item("Order", { pk: "O#{n}" }, ({ key, attr }) => [
    into("orders", {
      number: key.n.digits(),
      account: attr("Account"),
      state: attr("State"),
      placed: attr("Placed").optional(),
    }),
  ]),
]);
export const schema: Schema = { tables, items };
export const account = (id: string): Item => ({ PK: { S: `A#${id}` } });
export const order = (n: number, of: string): Item => ({
  PK: { S: `O#${n}` },
  Account: { S: of },
  State: { S: "open" },
});
export const LIST = [order(7, "x"), account("x"), account("y"), order(9, "y")];

export const task = (url: string, of = schema) => ({ target: url, schema: of, options: { sample: 0 } });
export const verify = async (url: string, of = schema) => await verifyTrial(task(url, of), memorySource(LIST));
export const repair = async (url: string, of = schema) =>
  await repairTrial({ ...task(url, of), force: false }, memorySource(LIST));
export const told = ({ discrepancies }: Awaited<ReturnType<typeof verify>>) =>
  discrepancies.map(({ check, subject, problem }) => `${check} ${subject}: ${problem}`);
export const indexes = async (url: string, of: string) =>
  (
    await query<{ def: string }>(
      url,
      "select indexdef as def from pg_indexes where tablename = $1 and indexname not like '%\\_pkey'",
      [of],
    )
  )
    .map(({ def }) => def.replace(/^.* USING /, ""))
    .sort();
