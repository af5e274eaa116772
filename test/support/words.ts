/** One attribute, a word said of it, and a column: what the column holds then. */

import { load } from "../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../lambda/domain/decode/cell.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { must } from "../../lambda/domain/must.ts";
import {
  boolean,
  bytea,
  date,
  defineItems,
  defineTables,
  integer,
  jsonb,
  numeric,
  text,
  textArray,
  timestamp,
  timestamptz,
  uuid,
} from "../../lambda/mapping/index.ts";
import type { AnyReader, AttributeReader } from "../../lambda/mapping/words.ts";

const COLUMNS = {
  text: text(),
  integer: integer(),
  uuid: uuid(),
  time: timestamptz(),
  texts: textArray(),
  json: jsonb(),
  bytes: bytea(),
  flag: boolean(),
  day: date(),
  local: timestamp(),
  number: numeric(),
};
export type ColumnName = keyof typeof COLUMNS;

/** What one attribute `A` becomes in one column, or why it does not. */
export function read(column: ColumnName, word: (a: AttributeReader, b: AttributeReader) => AnyReader, item: Item) {
  const tables = defineTables({ t: { id: text().primaryKey(), value: COLUMNS[column].nullable() } });
  const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item: kind, into }) => [
    kind("T", { pk: "{id}" }, ({ key, attr }) => [
      // The compiler checks kinds elsewhere (test/mapping/types.test.ts); here any word meets any column.
      into("t", { id: key.id, value: word(attr("A"), attr("B")) as AttributeReader }),
    ]),
  ]);
  const { outcome } = decoder(load({ tables, items }), { source: "s", expiredAt: 0n })({
    item: { PK: { S: "1" }, ...item },
  });
  if (outcome.kind === "quarantined") return outcome.refusal.reason;
  if (outcome.kind !== "rows") return outcome.kind;
  if (outcome.unmapped.length > 0) return `unmapped ${outcome.unmapped.join()}`;
  const [row] = outcome.contributions;
  const at = must(row, "one row").facet.columns.findIndex(({ name }) => name === "value");
  return { value: inputOf(row?.cells[at] ?? null) };
}
export const A = (value: AttributeValue): Item => ({ A: value });
