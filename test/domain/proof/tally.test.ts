/** Tallies: whatever is divided and in whatever order, they come to the same; and they stay small. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { RunningSum } from "../../../lambda/domain/decode/running-sum.ts";
import { EMPTY_TALLY, MOST_NAMES, negated, PageTally, sumOf, type Tally } from "../../../lambda/domain/proof/tally.ts";
import { readTally, writeTally } from "../../../lambda/domain/proof/tally-text.ts";
import { defineItems, defineTables, text } from "../../../lambda/mapping/index.ts";
import { owner, schema } from "../../support/pets.ts";

const decode = decoder(load(schema), { source: "memory:tally", expiredAt: 0n });

/** A page of owners, each with attributes nobody reads. */
function pageOf(items: readonly Item[]): Tally {
  const page = new PageTally(items.length);
  const decoded = items.map((item) => decode({ item }));
  for (const each of decoded) page.note(each);
  return page.tally(decoded.map(() => "migrated"));
}

const ownerWith = (id: string, names: readonly string[]): Item => ({
  ...owner(id),
  ...Object.fromEntries(names.map((name) => [name, { S: "x" }])),
});

const values = ({ unmapped }: Tally): number =>
  Object.values(unmapped).reduce(
    (sum, { named, beyond }) =>
      Object.values(named).reduce((inner, { count }) => inner + count, sum) + (beyond?.count ?? 0),
    0,
  );

describe("I8: names nobody reads", () => {
  const many = Array.from({ length: 5_000 }, (_, at) => ownerWith(`o${at}`, [`seen_by_${at}`, "Color"]));
  const pages = Array.from({ length: 50 }, (_, at) => many.slice(at * 100, at * 100 + 100));

  it("take the ledger no more room when every item has another one", () => {
    const few = writeTally(sumOf(pages.slice(0, 2).map(pageOf)));
    const all = writeTally(sumOf(pages.map(pageOf)));
    expect(all.length).toBeLessThan(few.length * 1.1);
  });

  it("are all counted, and the one that somebody gave is told apart from those made of data", () => {
    const tally = sumOf(pages.map(pageOf));
    const { named, beyond } = tally.unmapped.Owner ?? { named: {} };
    expect(Object.keys(named)).toHaveLength(MOST_NAMES);
    expect(named.Color).toEqual({ count: 5_000, example: '{"PK":{"S":"OWNER#o0"},"SK":{"S":"METADATA"}}' });
    expect(beyond?.count).toBe(5_000 - (MOST_NAMES - 1));
    expect(values(tally)).toBe(10_000);
  });

  it("I5: are the same in whichever order they come", () => {
    expect(sumOf(pages.toReversed().map(pageOf))).toEqual(sumOf(pages.map(pageOf)));
    expect(pageOf(many.toReversed())).toEqual(pageOf(many));
  });

  it("are told apart as long as there is room", () => {
    const names = Array.from({ length: MOST_NAMES }, (_, at) => `name${at}`);
    const tally = pageOf([ownerWith("a", names)]);
    expect(Object.keys(tally.unmapped.Owner?.named ?? {}).sort()).toEqual(names.sort());
    expect(tally.unmapped.Owner?.beyond).toBeUndefined();
    const oneMore = pageOf([ownerWith("a", [...names, "name100"])]);
    expect(oneMore.unmapped.Owner?.beyond?.count).toBe(1);
  });
});

it("I5: a tally does not depend on the order of items, nor on how they were divided", () => {
  const items = fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 0, max: 10_000 }),
      names: fc.uniqueArray(
        fc.oneof(
          fc.integer({ min: 0, max: 300 }).map((n) => `n${n}`),
          fc.constantFrom("Color", "__proto__", "high", "10"),
        ),
        { maxLength: 30 },
      ),
    }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(items, fc.infiniteStream(fc.nat()), (made, random) => {
      const all = made.map(({ id, names }) => ownerWith(String(id), names));
      const shuffled = all.toSorted(() => (Number(random.next().value) % 2 === 0 ? -1 : 1));
      const pages: Item[][] = [[]];
      for (const item of shuffled) {
        if (Number(random.next().value) % 3 === 0) pages.push([]);
        pages.at(-1)?.push(item);
      }
      const divided = sumOf(pages.map(pageOf).map((page) => readTally(writeTally(page))));
      expect(divided).toEqual(pageOf(all));
      expect(values(divided)).toBe(made.reduce((sum, { names }) => sum + names.length, 0));
    }),
    { numRuns: 200 },
  );
});

it("what is taken away again leaves nothing behind", () => {
  const page = pageOf([ownerWith("a", ["Color"]), ownerWith("b", ["Color", "Size"])]);
  const { unmapped, entities, read } = sumOf([page, negated(page)]);
  expect({ entities, read }).toEqual({ entities: {}, read: 0 });
  expect(unmapped.Owner?.named).toEqual({});
  expect(sumOf([EMPTY_TALLY])).toEqual(EMPTY_TALLY);
});

it("attributes may be called what a sum is made of, or what every object has", () => {
  const names = ["count", "high", "low", "__proto__", "constructor"];
  const tally = pageOf([ownerWith("a", names)]);
  expect(readTally(writeTally(tally))).toEqual(tally);
  expect(Object.keys(tally.unmapped.Owner?.named ?? {}).sort()).toEqual(names.sort());
});

it("each facet has a sum of its own, of the rows an item gives to it", () => {
  const tables = defineTables({
    a: { id: text().primaryKey(), tag: text().primaryKey() },
    b: { id: text().primaryKey(), tag: text().primaryKey() },
  });
  const decodeTags = decoder(
    load({
      tables,
      items: defineItems(tables, { keys: { pk: "PK" } }, ({ item, into, each }) => [
        item("Tagged", { pk: "{id}" }, ({ key, attr }) => [
          each(attr("Tags"), (tag) => [into("a", { id: key.id, tag }), into("b", { id: key.id, tag })]),
        ]),
      ]),
    }),
    { source: "s", expiredAt: 0n },
  );
  const decoded = ["1", "2"].map((id) => decodeTags({ item: { PK: { S: id }, Tags: { SS: ["x", "y", "z"] } } }));
  const page = new PageTally(2);
  for (const each of decoded) page.note(each);
  const { facets } = page.tally(["migrated", "repeated"]);
  const sum = (table: string) => {
    const [first] = decoded;
    const rows = first?.outcome.kind === "rows" ? [...first.outcome.contributions] : [];
    const of = rows.filter((row) => row.table.name === table);
    return of.reduce((running, { fingerprint }) => running.add(fingerprint), new RunningSum()).sum();
  };
  expect(facets).toEqual({ "1.0": sum("a"), "2.0": sum("b") });
  expect(facets["1.0"]?.count).toBe(3);
  expect(page.rowsOf(["migrated", "repeated"])).toBe(6);
});
