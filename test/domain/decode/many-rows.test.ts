/** I8: an item that gives a great many rows gives them as often as they are asked for, and none is kept. */
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import type { AttributeValue } from "../../../lambda/domain/decode/attribute.ts";
import type { Contributions, Outcome } from "../../../lambda/domain/decode/decode.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { defineItems, defineTables, integer, text } from "../../../lambda/mapping/index.ts";

const tables = defineTables({
  elements: { list_id: text().primaryKey(), position: integer().primaryKey(), letter: text() },
  letters: { list_id: text().primaryKey(), letter: text().primaryKey(), is: text() },
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, each, into }) => [
  item("List", { pk: "LIST#{id}" }, ({ key, attr }) => [
    each(attr("Letters").optional(), (letter, position) => into("elements", { list_id: key.id, position, letter })),
    each(attr("Pairs").optional(), (pair) =>
      into("letters", { list_id: key.id, letter: pair.at("Letter"), is: pair.at("Is") }),
    ),
  ]),
]);
const decode = decoder(load({ tables, items }), { source: "s", expiredAt: 0n });

const MANY = 25_000;
const outcomeOf = (attributes: Record<string, AttributeValue>): Outcome =>
  decode({ item: { PK: { S: "LIST#1" }, ...attributes } }).outcome;
const given = (outcome: Outcome): Contributions => (outcome.kind === "rows" ? outcome.contributions : []);
const cellsOf = (rows: Contributions) => Array.from(rows, ({ cells }) => cells.join());

const letters = (count: number): AttributeValue => ({
  L: Array.from({ length: count }, (_, at) => ({ S: String.fromCharCode(97 + (at % 26)) })),
});
const pair = (letter: number, is: string): AttributeValue => ({
  M: { Letter: { S: String(letter) }, Is: { S: is } },
});

describe("an item of many rows", () => {
  it.each([100, MANY])("I8: gives the same %d whenever they are gone through", (count) => {
    const rows = given(outcomeOf({ Letters: letters(count) }));
    expect(rows.length).toBe(count);
    const first = cellsOf(rows);
    expect(first).toHaveLength(count);
    expect(first.at(-1)).toBe(`1,${count - 1},${String.fromCharCode(97 + ((count - 1) % 26))}`);
    expect(cellsOf(rows)).toEqual(first);
    // Two at a time do not meet.
    const [one, other] = [rows[Symbol.iterator](), rows[Symbol.iterator]()];
    one.next();
    one.next();
    expect([one.next().value, other.next().value]).toMatchObject([
      { cells: ["1", "2", "c"] },
      { cells: ["1", "0", "a"] },
    ]);
  });

  it.each([100, MANY])("gives each of %d once, and counts those that are equal", (count) => {
    const twice = Array.from({ length: count }, (_, at) => pair(at, "x"));
    const outcome = outcomeOf({ Pairs: { L: [...twice, ...twice.slice(0, 7)] } });
    expect(outcome).toMatchObject({ collapsed: new Map([["letters", 7]]) });
    expect(given(outcome).length).toBe(count);
    expect(new Set(cellsOf(given(outcome)))).toHaveLength(count);
    expect(cellsOf(given(outcome))).toHaveLength(count);
  });

  it.each([100, MANY])("is refused where one of %d has another's key", (count) => {
    const pairs = Array.from({ length: count }, (_, at) => pair(at, "x"));
    expect(outcomeOf({ Pairs: { L: [...pairs, pair(count - 1, "y")] } })).toMatchObject({
      kind: "quarantined",
      refusal: { reason: "conflicting-rows" },
    });
  });

  it.each([
    { count: 130_000, isKept: false },
    { count: 9_000, isKept: true },
  ])("I8: of $count rows is any kept: $isKept", async ({ count, isKept }) => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const rows = given(outcomeOf({ Letters: letters(count) }));
    const met = [...rows].slice(0, 100).map((row) => new WeakRef(row));
    // What was looked at in this turn is not collected in it.
    await setImmediate();
    collect();
    expect(met.filter((row) => row.deref() !== undefined)).toHaveLength(isKept ? 100 : 0);
    expect(rows.length).toBe(count);
  });
});
