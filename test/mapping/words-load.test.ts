/** Words that could mean nothing, or two things, are told when a mapping is loaded, each with what to write in their place. */
import { expect, it } from "vitest";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import type { ItemsSpec } from "../../lambda/mapping/items.ts";
import { loadMapping } from "../../lambda/mapping/load.ts";
import type { Tables } from "../../lambda/mapping/tables.ts";
import type { AnyReader, AttributeReader } from "../../lambda/mapping/words.ts";

const keys = { pk: "PK" };
const tables = defineTables({ things: { id: text().primaryKey(), note: text().nullable() } });

/** A mapping of one column, the compiler not asked. */
const said = (word: (a: AttributeReader) => AnyReader): ItemsSpec =>
  defineItems(tables, { keys }, ({ item, into }) => [
    item("X", { pk: "{id}" }, ({ key, attr }) => [
      into("things", { id: key.id, note: word(attr("A")) as AttributeReader }),
    ]),
  ]);

function problems(spec: ItemsSpec, declared: Tables = tables): string[] {
  const loaded = loadMapping(declared, spec);
  return "problems" in loaded ? loaded.problems.map(({ problem, remedy }) => `${problem} → ${remedy}`) : [];
}

it.each<[string, (a: AttributeReader) => AnyReader, RegExp]>([
  ["an empty suffix", (a) => a.withoutSuffix(""), /empty suffix → name the suffix/],
  ["one text for both", (a) => a.trueFalse("1", "1"), /both true and false → name two: \.trueFalse\("1", "0"\)/],
  ["one mark for both", (a) => a.digits({ thousands: "." }), /before the fraction → say both: \.digits\(\{ thousands/],
  ["a digit that parts digits", (a) => a.digits({ thousands: "0" }), /a digit or sign itself → write \.digits/],
  ["a mark of two", (a) => a.digits({ point: ",," }), /not one character.* → write \.digits/],
  ["a unit of nothing", (a) => a.digits({ unit: " " }), /unit.* → write \.digits\(\{ unit: "\$" \}\)/],
  ["no such part", (a) => a.format("DD.MM.YYYY Uhr"), /"U" is no part of a date → write YYYY or YY.*\[brackets\]/],
  ["a part twice", (a) => a.format("D.M.YYYY MM"), /says the month twice, M and MM → leave one out/],
  ["no day", (a) => a.format("MM/YYYY"), /it says no day → write DD or D/],
  ["no year", (a) => a.format("D.M."), /it says no year → write YYYY/],
  ["no month", (a) => a.format("D YYYY"), /it says no month → write MM/],
  ["an hour of two halves alone", (a) => a.format("D.M.YYYY h:mm"), /hh and A belong together → write hh with A/],
  ["a half without its hour", (a) => a.format("D.M.YYYY HH:mm A"), /hh and A belong together/],
  ["minutes of no hour", (a) => a.format("D.M.YYYY mm"), /it says no hour → write HH/],
  ["an hour alone", (a) => a.format("D.M.YYYY HH"), /it says no minute → write mm/],
  ["digits that run together", (a) => a.format("YYYYMDD"), /DD follows M with nothing between.* → write MM, of two/],
  ["a century not said", (a) => a.format<string>("M/D/YY"), /century → name the first year.*firstYear: 1950/],
  ["a century said for nothing", (a) => a.format<"YY">("YYYY-MM-DD" as never, { firstYear: 1 }), /leave it out/],
  [
    "a word behind the last",
    (a) => (a.hex() as AttributeReader).withoutPrefix("x"),
    /\.withoutPrefix\(\) can do nothing with what \.hex\(\) makes of a value/,
  ],
])("%s", (_, word, message) => expect(problems(said(word)).join("\n")).toMatch(message));

it("each word, and what is said with it, is part of a mapping's identity", () => {
  const words: ((a: AttributeReader) => AnyReader)[] = [
    (a) => a.withoutSuffix("a"),
    (a) => a.withoutSuffix("b"),
    (a) => a.trueFalse("1", "0"),
    (a) => a.trueFalse("0", "1"),
    (a) => a.hex(),
    (a) => a.dateOnly(),
    (a) => a.epochMillis().dateOnly(),
    (a) => a.epochSeconds().dateOnly(),
    (a) => a.digits(),
    (a) => a.digits({ thousands: "," }),
    (a) => a.digits({ thousands: "'" }),
    (a) => a.digits({ thousands: "'", unit: "$" }),
    (a) => a.format("M/D/YY", { firstYear: 1950 }),
    (a) => a.format("M/D/YY", { firstYear: 1951 }),
    (a) => a.format("D/M/YY", { firstYear: 1950 }),
  ];
  const identities = words.map((word) => {
    const loaded = loadMapping(tables, said(word));
    return "mapping" in loaded ? loaded.mapping.entities[0]?.identity : undefined;
  });
  expect(identities).not.toContain(undefined);
  expect(new Set(identities).size).toBe(words.length);
});

it("a column that may be NULL may be left out by one kind of item, and not by all", () => {
  const declared = defineTables({ things: { id: text().primaryKey(), note: text().nullable() } });
  const spec = (isNamed: boolean) =>
    defineItems(declared, { keys }, ({ item, into }) => [
      item("A", { pk: "A#{id}" }, ({ key }) => [into("things", { id: key.id })]),
      item("B", { pk: "B#{id}" }, ({ key, attr }) => [
        into("things", isNamed ? { id: key.id, note: attr("N") } : { id: key.id }),
      ]),
    ]);
  expect(problems(spec(true), declared)).toEqual([]);
  expect(problems(spec(false), declared).join()).toMatch(
    /no item gives column note → name it in an `into`, as constant/,
  );
  const misspelt = defineItems(declared, { keys }, ({ item, into }) => [
    // What a misspelt capture gives where nobody asked the compiler.
    item("A", { pk: "A#{id}" }, ({ key }) => [into("things", { id: key.id, note: undefined as never })]),
  ]);
  expect(problems(misspelt, declared).join()).toMatch(/column note is not given/);
});

it("a column with a default that is left out is Postgres' to fill, whether it may be NULL or not", () => {
  const declared = defineTables({ things: { id: text().primaryKey(), note: text().nullable().default("'x'") } });
  const spec = defineItems(declared, { keys }, ({ item, into }) => [
    item("A", { pk: "A#{id}" }, ({ key }) => [into("things", { id: key.id })]),
  ]);
  const loaded = loadMapping(declared, spec);
  const [facet] = ("mapping" in loaded && loaded.mapping.tables[0]?.facets) || [];
  expect(facet?.columns.map(({ name }) => name)).toEqual(["id"]);
});

it("a column of a merge table that no part gives stays a problem", () => {
  const declared = defineTables({
    things: table({ id: text().primaryKey(), note: text().nullable() }).duplicates("merge"),
  });
  const spec = defineItems(declared, { keys }, ({ item, part }) => [
    item("A", { pk: "A#{id}" }, ({ key }) => [part("things", { id: key.id })]),
  ]);
  expect(problems(spec, declared).join()).toMatch(/no part gives column note/);
});

it("a function that is made twice where it is written once is one function, and another one of its name is not", () => {
  const upper = (a: AttributeReader) =>
    a.convert("upper v1", (value) => ({ S: "S" in value ? value.S.toUpperCase() : "" }));
  const lower = (a: AttributeReader) =>
    a.convert("upper v1", (value) => ({ S: "S" in value ? value.S.toLowerCase() : "" }));
  const both = (one: typeof upper, other: typeof upper) =>
    defineItems(tables, { keys }, ({ item, into }) => [
      item("X", { pk: "{id}" }, ({ attr }) => [into("things", { id: one(attr("A")), note: other(attr("B")) })]),
    ]);
  expect(problems(both(upper, upper))).toEqual([]);
  expect(problems(both(upper, lower)).join()).toMatch(/two functions are called "upper v1" → give each its own name/);
});
