/** What a run remembers of a mapping's parts: the numbers they go by in the ledger. */
import { expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import { numbersAgree, numbersOf, partsOf } from "../../../lambda/domain/decode/mapping-parts.ts";
import { defineItems, defineTables, text } from "../../../lambda/mapping/index.ts";

const schemaOf = (...names: readonly string[]) => {
  const tables = defineTables(Object.fromEntries(names.map((name) => [name, { id: text().primaryKey() }])));
  const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) =>
    names.map((name) => item(`Item ${name}`, { pk: `${name}#{id}` }, ({ key }) => [into(name, { id: key.id })])),
  );
  return { tables, items };
};
const parts = (names: readonly string[], before?: ReturnType<typeof partsOf>) =>
  partsOf(load(schemaOf(...names), before === undefined ? undefined : numbersOf(before)));

it("a part that comes after one was removed gets a number that no other one goes by", () => {
  const first = parts(["a", "b", "c"]);
  expect(numbersOf(first).tables).toEqual({ a: 1, b: 2, c: 3 });
  const without = parts(["a", "c"], first);
  const grown = parts(["d", "a", "c"], without);
  expect(numbersOf(grown)).toEqual({
    tables: { a: 1, c: 3, d: 4 },
    entities: { "Item a": 1, "Item c": 3, "Item d": 4 },
  });
  expect(numbersAgree(without, grown)).toBe(true);
});

it("two mappings that give a number to different parts do not agree", () => {
  const first = parts(["a", "b"]);
  expect(numbersAgree(parts(["a", "b", "c"], first), parts(["a", "b", "d"], first))).toBe(false);
  expect(numbersAgree(first, parts(["b", "a"]))).toBe(false);
});
