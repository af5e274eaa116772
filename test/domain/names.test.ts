/** Names come from users and from data: one that every object has, or that JavaScript has a meaning for, is a name like any other. */
import { expect, it } from "vitest";
import { load } from "../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { parseItem, toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { parseJson } from "../../lambda/domain/decode/json-names.ts";
import { mappingChanges, partsOf } from "../../lambda/domain/decode/mapping-parts.ts";
import { CensusTaker } from "../../lambda/domain/discover/census-taker.ts";
import { must } from "../../lambda/domain/must.ts";
import { negated, PageTally, sumOf } from "../../lambda/domain/proof/tally.ts";
import { readTally, writeTally } from "../../lambda/domain/proof/tally-text.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";

const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "high", "low", "count"] as const;
const tables = defineTables({ t: { id: text().primaryKey() }, constructor: { id: text().primaryKey() } });
const items = defineItems(
  tables,
  { keys: { pk: "PK" }, ignore: ["valueOf"], ttl: { attribute: "hasOwnProperty", expired: "skip" } },
  ({ item, into, each }) => [
    item("__proto__", { pk: "P#{id}" }, ({ key, attr }) => [
      into("t", { id: key.id }),
      each(attr("list").optional(), (id) => into("constructor", { id })),
    ]),
    item("constructor", { pk: "C#{id}", where: { toString: "x" } }, ({ key }) => [into("t", { id: key.id })]),
  ],
);
const mapping = load({ tables, items });
const decode = decoder(mapping, { source: "s", expiredAt: 1_000n });

const value: AttributeValue = { S: "x" };
/** As a source reads it: by way of text. */
const item = (names: readonly string[], more: Item = {}): Item => {
  const written = toDynamoDbJson({
    PK: { S: "P#1" },
    ...more,
    ...Object.fromEntries(names.map((name) => [name, value])),
  });
  const read = parseItem(parseJson(written));
  return must("item" in read ? read.item : undefined, "what was written can be read");
};
const tallyOf = (list: readonly Item[]) => {
  const page = new PageTally(list.length);
  const decoded = list.map((each) => decode({ item: each }));
  for (const each of decoded) page.note(each);
  return page.tally(decoded.map(() => "migrated"));
};

it("I2: an attribute of any name is told, counted, and kept with the ledger's counts", () => {
  const told = NAMES.filter((name) => name !== "valueOf");
  const { outcome } = decode({ item: item(NAMES) });
  expect(outcome).toMatchObject({ kind: "rows", unmapped: told, ignored: ["valueOf"] });
  const tally = sumOf([tallyOf([item(NAMES)]), tallyOf([item(NAMES, { PK: { S: "P#2" } })])]);
  for (const kept of [tally, readTally(writeTally(tally))]) {
    const [[entity, { named }] = ["", { named: {} }]] = Object.entries(kept.unmapped);
    expect(entity).toBe("__proto__");
    expect(
      Object.entries(named)
        .map(([name, { count }]) => [name, count])
        .sort(),
    ).toEqual(told.map((name) => [name, 2]).sort());
  }
  expect(Object.keys(sumOf([tally, negated(tally)]).entities)).toEqual([]);
});

it("what an item does not have is not there, however it is called", () => {
  expect(decode({ item: item([]) }).outcome).toMatchObject({ kind: "rows", unmapped: [], ignored: [] });
  expect(decode({ item: item([], { PK: { S: "C#1" } }) }).outcome).toMatchObject({ kind: "quarantined" });
  expect(decode({ item: item(["toString"], { PK: { S: "C#1" } }) }).outcome).toMatchObject({
    kind: "rows",
    unmapped: [],
  });
});

it("a table of any name has its equal rows counted, over all pages", () => {
  const twice = (key: string) => item([], { PK: { S: key }, list: { L: [value, value] } });
  const tally = sumOf([tallyOf([twice("P#1")]), tallyOf([twice("P#2")])]);
  for (const kept of [tally, readTally(writeTally(tally))]) {
    const [[, { named }] = ["", { named: {} }]] = Object.entries(kept.collapsed);
    expect(Object.entries(named)).toEqual([["constructor", { count: 2, example: '{"PK":{"S":"P#1"}}' }]]);
  }
});

it("a census without a mapping shows kinds that an attribute of any name tells apart", () => {
  const taker = new CensusTaker({ pk: "PK" });
  for (let at = 0; at < 400; at += 1) {
    const kind = at % 2 === 0 ? "cat" : "dog";
    const own = { [kind]: value };
    taker.add({ item: item([], { PK: { S: `id-${at}` }, ...own, constructor: { S: kind } }) });
  }
  const { shapes } = taker.census("s", true);
  expect(shapes.flatMap(({ attributes }) => attributes.map(({ name }) => name))).toContain("constructor");
});

it("a part that is gone is gone, though every object has one of its name", () => {
  const less = load({
    tables,
    items: {
      ...items,
      entities: items.entities.map((each) => (each.name === "constructor" ? { ...each, name: "Other" } : each)),
    },
  });
  const { gone, changed } = mappingChanges(partsOf(mapping), partsOf(less), 1);
  expect(gone.map(({ where }) => where)).toEqual(["item constructor"]);
  expect(changed).toEqual([]);
});
