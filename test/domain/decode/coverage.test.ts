/** What counts as read is what was read of this very item: rows that were not written have read nothing. */

import { describe, expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../../lambda/domain/decode/cell.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { defineItems, defineTables, integer, jsonb, text, uuid } from "../../../lambda/mapping/index.ts";
import type { ItemsSpec } from "../../../lambda/mapping/items.ts";
import type { Tables } from "../../../lambda/mapping/tables.ts";

const keys = { pk: "PK" };

/** What of an item nobody read, and the jsonb of its rows where there is one. */
function decodedBy(tables: Tables, items: ItemsSpec) {
  const decode = decoder(load({ tables, items }), { source: "s", expiredAt: 0n });
  return (more: Item) => {
    const { outcome } = decode({ item: { PK: { S: "1" }, ...more } });
    if (outcome.kind !== "rows") throw new Error(JSON.stringify(outcome));
    const rests = [...outcome.contributions].flatMap(({ facet, cells }) =>
      cells.flatMap((cell, at) =>
        facet.columns[at]?.type.kind === "jsonb" ? [JSON.parse(inputOf(cell) ?? "null")] : [],
      ),
    );
    return { unmapped: outcome.unmapped, rows: outcome.contributions.length, rests };
  };
}
const S = (text: string): AttributeValue => ({ S: text });
const list = (...L: AttributeValue[]): AttributeValue => ({ L });
const map = (M: Item): AttributeValue => ({ M });

describe("I2: what only the rows of an each would read", () => {
  const tables = defineTables({
    lines: { id: text().primaryKey(), at: integer().primaryKey(), sku: text(), customer: text() },
  });
  const unmapped = (more: Item) =>
    decodedBy(
      tables,
      defineItems(tables, { keys }, ({ item, into, each }) => [
        item("Order", { pk: "{id}" }, ({ key, attr }) => [
          each(attr("Lines").nullIf("none").optional().nullable(), (sku, at) =>
            into("lines", { id: key.id, at, sku, customer: attr("Customer").at("Name") }),
          ),
        ]),
      ]),
    )(more).unmapped;
  const Customer = map({ Name: S("ada") });

  it("is read where there is an element", () => {
    expect(unmapped({ Lines: list(S("a")), Customer })).toEqual([]);
    expect(unmapped({ Lines: { SS: ["a", "b"] }, Customer })).toEqual([]);
  });

  it.each<[string, Item]>([
    ["an empty list", { Lines: list() }],
    ["an empty set", { Lines: { SS: [] } }],
    ["an absent list", {}],
    ["a list that is NULL", { Lines: { NULL: true } }],
    ["a text that stands for no list", { Lines: S("none") }],
  ])("is told of an item with %s", (_, more) => {
    expect(unmapped({ ...more, Customer })).toEqual(["Customer.Name"]);
    expect(unmapped({ ...more, Customer: { NULL: true } })).toEqual(["Customer"]);
    // What is in it is what might be lost.
    expect(unmapped({ ...more, Customer: map({}) })).toEqual([]);
    expect(unmapped(more)).toEqual([]);
  });

  it("leaves its other members to be told, too, where it is read", () => {
    expect(unmapped({ Lines: list(S("a")), Customer: map({ Name: S("ada"), Age: S("1") }) })).toEqual(["Customer.Age"]);
  });
});

describe("I2: what an inner each would read of an element", () => {
  const tables = defineTables({
    parts: { id: text().primaryKey(), line: integer().primaryKey(), part: text().primaryKey(), note: text() },
    tags: { id: text().primaryKey(), line: integer().primaryKey(), tag: text().primaryKey() },
  });
  const decode = decodedBy(
    tables,
    defineItems(tables, { keys }, ({ item, into, each }) => [
      item("Order", { pk: "{id}" }, ({ key, attr }) => [
        each(attr("Lines"), (line, at) => [
          each(line.at("Parts"), (part) => into("parts", { id: key.id, line: at, part, note: line.at("Note") })),
        ]),
        each(attr("Lines"), (line, at) => [
          each(line.at("Tags").optional(), (tag) => into("tags", { id: key.id, line: at, tag })),
        ]),
      ]),
    ]),
  );
  const line = (parts: readonly string[], more: Item = {}) =>
    map({ Parts: list(...parts.map(S)), Note: S("n"), ...more });

  it("is told of the very element whose inner list is empty, whatever the others hold", () => {
    expect(decode({ Lines: list(line(["a"]), line(["b"])) }).unmapped).toEqual([]);
    expect(decode({ Lines: list(line(["a"]), line([])) }).unmapped).toEqual(["Lines[].Note"]);
    expect(decode({ Lines: list(line([]), line([])) }).unmapped).toEqual(["Lines[].Note"]);
  });

  it("counts as read where one of several rows of the element reads it", () => {
    expect(decode({ Lines: list(line(["a"], { Tags: { SS: ["x"] } })) }).unmapped).toEqual([]);
    expect(decode({ Lines: list(line(["a"], { Tags: list(), Other: S("o") })) }).unmapped).toEqual(["Lines[].Other"]);
  });
});

describe("I2: elements of a list that only rows of another each go through", () => {
  const tables = defineTables({ pairs: { id: text().primaryKey(), a: text().primaryKey(), b: text().primaryKey() } });
  const unmapped = (more: Item) =>
    decodedBy(
      tables,
      defineItems(tables, { keys }, ({ item, into, each }) => [
        item("Pair", { pk: "{id}" }, ({ key, attr }) => [
          each(attr("As"), (a) => each(attr("Bs"), (b) => into("pairs", { id: key.id, a, b: b.at("Name") }))),
        ]),
      ]),
    )(more).unmapped;
  const b = (more: Item = {}) => map({ Name: S("b"), ...more });

  it("are read for each element of that one, and told where it has none", () => {
    expect(unmapped({ As: { SS: ["x", "y"] }, Bs: list(b(), b()) })).toEqual([]);
    expect(unmapped({ As: list(S("x")), Bs: list(b({ Age: S("1") })) })).toEqual(["Bs[].Age"]);
    expect(unmapped({ As: list(), Bs: list(b()) })).toEqual(["Bs"]);
  });

  it("and so are the elements of that one where there are none of these", () => {
    expect(unmapped({ As: { SS: ["x", "y"] }, Bs: list() })).toEqual(["As"]);
    expect(unmapped({ As: list(S("x")), Bs: list() })).toEqual(["As[]"]);
  });
});

describe("I2: a list that two each go through, one of them for the elements of another list", () => {
  const tables = defineTables({
    names: { id: text().primaryKey(), at: integer().primaryKey(), name: text() },
    pairs: { id: text().primaryKey(), a: text().primaryKey(), age: text().primaryKey() },
  });
  const unmapped = (more: Item) =>
    decodedBy(
      tables,
      defineItems(tables, { keys }, ({ item, into, each }) => [
        item("Pair", { pk: "{id}" }, ({ key, attr }) => [
          each(attr("Bs"), (b, at) => into("names", { id: key.id, at, name: b.at("Name") })),
          each(attr("As"), (a) => each(attr("Bs"), (b) => into("pairs", { id: key.id, a, age: b.at("Age") }))),
        ]),
      ]),
    )(more).unmapped;

  it("is read by whichever came to it", () => {
    const Bs = list(map({ Name: S("b"), Age: S("1") }));
    expect(unmapped({ As: list(S("x")), Bs })).toEqual([]);
    expect(unmapped({ As: list(), Bs })).toEqual(["Bs[].Age"]);
  });
});

it("I2: an element is read by rows that were written, not by those of a list that is empty", () => {
  const tables = defineTables({
    names: { id: text().primaryKey(), at: integer().primaryKey(), name: text().nullable() },
    pairs: { id: text().primaryKey(), a: text().primaryKey(), age: text().primaryKey() },
  });
  const { unmapped } = decodedBy(
    tables,
    defineItems(tables, { keys }, ({ item, into, each }) => [
      item("Pair", { pk: "{id}" }, ({ key, attr }) => [
        each(attr("Bs"), (b, at) => into("names", { id: key.id, at, name: b.at("Name").optional() })),
        each(attr("As"), (a) => each(attr("Bs"), (b) => into("pairs", { id: key.id, a, age: b.at("Age") }))),
      ]),
    ]),
  )({ As: list(), Bs: list(map({ Age: S("1") })) });
  expect(unmapped).toEqual(["Bs[].Age"]);
});

describe("I2: rest", () => {
  const tables = defineTables({
    orders: { id: text().primaryKey(), more: jsonb() },
    lines: { id: text().primaryKey(), sku: text().primaryKey(), customer: text(), city: text() },
    elements: { id: text().primaryKey(), sku: text().primaryKey(), more: jsonb() },
  });
  const inOrder = decodedBy(
    tables,
    defineItems(tables, { keys }, ({ item, into, each }) => [
      item("Order", { pk: "{id}" }, ({ key, attr, rest }) => [
        into("orders", { id: key.id, more: rest() }),
        each(attr("Lines").optional(), (sku) =>
          into("lines", { id: key.id, sku, customer: attr("Customer"), city: attr("Address").at("City") }),
        ),
        each(attr("Elements").optional(), (sku) => into("elements", { id: key.id, sku, more: rest() })),
      ]),
    ]),
  );
  const more = { Customer: S("ada"), Address: map({ City: S("c") }), Total: { N: "1" } };

  it("holds what would have been read, though it is written before", () => {
    expect(inOrder({ ...more, Lines: list(S("a")) })).toEqual({ rows: 2, unmapped: [], rests: [{ Total: 1 }] });
    const left = { Customer: "ada", Address: { City: "c" }, Total: 1 };
    expect(inOrder({ ...more, Lines: list() })).toEqual({ rows: 1, unmapped: [], rests: [left] });
    expect(inOrder({ ...more, Elements: list(S("a")) })).toEqual({ rows: 2, unmapped: [], rests: [left, left] });
  });

  it("that only an each would have taken is told where there is no element", () => {
    const only = defineTables({ lines: { id: text().primaryKey(), sku: text().primaryKey(), more: jsonb() } });
    const decode = decodedBy(
      only,
      defineItems(only, { keys }, ({ item, into, each }) => [
        item("Order", { pk: "{id}" }, ({ key, attr, rest }) => [
          each(attr("Lines").optional(), (sku) => into("lines", { id: key.id, sku, more: rest() })),
        ]),
      ]),
    );
    expect(decode({ Lines: list(S("a")), Total: { N: "1" } })).toEqual({
      rows: 1,
      unmapped: [],
      rests: [{ Total: 1 }],
    });
    expect(decode({ Lines: list(), Total: { N: "1" } })).toEqual({ rows: 0, unmapped: ["Total"], rests: [] });
  });
});

describe("I2: a value that another one has stopped from being read", () => {
  const tables = defineTables({ t: { id: text().primaryKey(), a: text().nullable(), s: uuid().nullable() } });
  const unmapped = (more: Item) =>
    decodedBy(
      tables,
      defineItems(tables, { keys }, ({ item, into }) => [
        item("T", { pk: "{id}" }, ({ key, attr, surrogate }) => [
          into("t", {
            id: key.id,
            a: attr("A").optional().agreesWith(attr("B")),
            s: surrogate("s", attr("C").optional(), attr("D").orElse("d")),
          }),
        ]),
      ]),
    )(more).unmapped;

  it("what a value has to agree with is read where there is a value", () => {
    expect(unmapped({ A: S("1"), B: S("1") })).toEqual([]);
    expect(unmapped({ B: S("1") })).toEqual(["B"]);
  });

  it("a part of a surrogate is read where the surrogate is no NULL", () => {
    expect(unmapped({ C: S("1"), D: S("2") })).toEqual([]);
    expect(unmapped({ D: S("2") })).toEqual(["D"]);
  });
});

describe("I2: a list that a word has made", () => {
  const tables = defineTables({ tags: { id: text().primaryKey(), at: integer().primaryKey(), tag: text() } });
  const decode = decodedBy(
    tables,
    defineItems(tables, { keys }, ({ item, into, each }) => [
      item("T", { pk: "{id}" }, ({ key, attr }) => [
        each(attr("Tags").split(",").optional(), (tag, at) => into("tags", { id: key.id, at, tag })),
        each(
          attr("Made")
            .optional()
            .convert("pieces", (value) => ({ L: [value] })),
          (tag) => into("tags", { id: key.id, at: tag.at("At"), tag: tag.at("Tag") }),
        ),
      ]),
    ]),
  );

  it("has been read as a whole, and gives a row for each element", () => {
    expect(decode({ Tags: S("a,b") })).toMatchObject({ unmapped: [], rows: 2 });
    expect(decode({ Tags: S("") })).toMatchObject({ unmapped: [], rows: 0 });
    const made = map({ At: { N: "7" }, Tag: S("t"), More: S("m") });
    expect(decode({ Made: made })).toMatchObject({ unmapped: [], rows: 1 });
  });
});
