/** An item that cannot become rows is told with everything that is wrong with it, so that it is corrected once. */
import { expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { defineItems, defineTables, integer, text } from "../../../lambda/mapping/index.ts";

const WIDE = Array.from({ length: 12 }, (_, at) => `c${at}`);
const tables = defineTables({
  a: { id: text().primaryKey(), n: integer(), t: text() },
  b: { id: text().primaryKey(), n: integer(), only: text() },
  c: { id: text().primaryKey(), at: integer().primaryKey(), n: integer(), t: text() },
  wide: { id: text().primaryKey(), ...Object.fromEntries(WIDE.map((name) => [name, text()])) },
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into, each }) => [
  item("Narrow", { pk: "N#{id}" }, ({ key, attr }) => [
    into("a", { id: key.id, n: attr("N"), t: attr("T") }),
    into("b", { id: key.id, n: attr("N"), only: attr("Only").oneOf("x") }),
    each(attr("L").optional(), (one, at) => into("c", { id: key.id, at, n: one.at("n"), t: one.at("t") })),
  ]),
  item("Wide", { pk: "W#{id}" }, ({ key, attr }) => [
    into("wide", { id: key.id, ...Object.fromEntries(WIDE.map((name) => [name, attr(name)])) }),
  ]),
]);
const decode = decoder(load({ tables, items }), { source: "s", expiredAt: 0n });
const refused = (item: Item) => {
  const { outcome } = decode({ item });
  return outcome.kind === "quarantined"
    ? [outcome.refusal.reason, ...outcome.refusal.detail.split("; also ")]
    : outcome.kind;
};
const S = (value: string): AttributeValue => ({ S: value });
const absent = (name: string) => `${name} is absent; say .optional() or .orElse() if it may be`;
const fine = { PK: S("N#1"), N: { N: "1" }, T: S("t"), Only: S("x") } as const;

it("every column that fails is told, each sentence once, and counted by the first reason", () => {
  expect(refused({ PK: S("N#1"), Only: S("canary") })).toEqual([
    "missing-attribute",
    absent("attribute N"),
    absent("attribute T"),
    'attribute Only is none of "x"',
  ]);
});

it("of a list it is the first element that fails, with all of its columns", () => {
  const L = { L: [{ M: { n: { N: "1" }, t: S("t") } }, { M: {} }, { M: { n: S("1") } }] };
  expect(refused({ ...fine, L })).toEqual(["missing-attribute", absent("an element.n"), absent("an element.t")]);
});

it("what is alone stays as it is, and what is fine becomes rows", () => {
  expect(refused({ ...fine, Only: S("y") })).toEqual(["not-allowed", 'attribute Only is none of "x"']);
  expect(refused(fine)).toBe("rows");
});

it("more than ten are counted", () => {
  const told = refused({ PK: S("W#1") });
  expect(told).toHaveLength(12);
  expect(told.at(-2)).toBe(absent("attribute c9"));
  expect(told.at(-1)).toBe("and 2 more");
});
