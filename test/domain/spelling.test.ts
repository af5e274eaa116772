/** Words for how a value is spelled: what is told apart from what, and what is refused because it could be read in two ways. */

import { describe, expect, it } from "vitest";
import { load } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../lambda/domain/decode/cell.ts";
import type { Outcome } from "../../lambda/domain/decode/decode.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { must } from "../../lambda/domain/must.ts";
import { date, defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import type { AnyReader, AttributeReader } from "../../lambda/mapping/words.ts";
import { A, type ColumnName, read } from "../support/words.ts";

type Case = [string, ColumnName, (a: AttributeReader) => AnyReader, Item, unknown];
const EURO = { thousands: ".", point: ",", unit: "€" } as const;
const DOLLAR = { thousands: ",", unit: "$" } as const;

const rowsOf = (outcome: Outcome) => (outcome.kind === "rows" ? outcome : undefined);
const S = (text: string): Item => A({ S: text });
const gives = (text: string | null) => ({ value: text });

describe("a word for a spelling", () => {
  it.each<Case>([
    ["true", "flag", (a) => a.trueFalse("1", "0"), S("1"), gives("true")],
    ["false", "flag", (a) => a.trueFalse("1", "0"), S("0"), gives("false")],
    ["true, of a number", "flag", (a) => a.trueFalse("1", "0"), A({ N: "1.0" }), gives("true")],
    ["neither", "flag", (a) => a.trueFalse("1", "0"), S("true"), "not-allowed"],
    ["a boolean is none of two texts", "flag", (a) => a.trueFalse("1", "0"), A({ BOOL: true }), "not-allowed"],
    ["absent", "flag", (a) => a.optional().trueFalse("1", "0"), {}, gives(null)],
    ["of digits", "flag", (a) => a.digits().trueFalse("1", "0"), S("01"), gives("true")],
    ["without suffix", "text", (a) => a.withoutSuffix(" kg"), S("7 kg"), gives("7")],
    ["without suffix: where there is none", "text", (a) => a.withoutSuffix(" kg"), S("7 g"), "no-suffix"],
    ["without suffix: of a number", "text", (a) => a.withoutSuffix("0"), A({ N: "10" }), "wrong-type"],
    [
      "brackets taken off, and split",
      "texts",
      (a) => a.withoutPrefix("[").withoutSuffix("]").split(", "),
      S("[a, b]"),
      gives('{"a","b"}'),
    ],
    ["hex", "bytes", (a) => a.hex(), S("00fF"), gives("\\x00ff")],
    ["hex: none is no byte", "bytes", (a) => a.hex(), S(""), gives("\\x")],
    ["hex: half a byte", "bytes", (a) => a.hex(), S("0ff"), "not-hex"],
    ["hex: behind its prefix", "bytes", (a) => a.withoutPrefix("0x").hex(), S("0x0a"), gives("\\x0a")],
    ["hex: with its prefix", "bytes", (a) => a.hex(), S("0x0a"), "not-hex"],
    ["hex: a number", "bytes", (a) => a.hex(), A({ N: "10" }), "wrong-type"],
    ["date only: as it stands", "day", (a) => a.dateOnly(), S("2024-02-29T23:30:00-05:00"), gives("2024-02-29")],
    ["date only: of a day", "day", (a) => a.dateOnly(), S("2024-02-29"), gives("2024-02-29")],
    ["date only: no day of the year", "day", (a) => a.dateOnly(), S("2023-02-29T00:00:00Z"), "not-a-time"],
    ["date only: no time of the day", "day", (a) => a.dateOnly(), S("2023-02-28T25:00:00Z"), "not-a-time"],
    ["date only: another spelling", "day", (a) => a.dateOnly(), S("1/2/2024"), "not-a-time"],
    ["date only: seconds, in UTC", "day", (a) => a.epochSeconds().dateOnly(), A({ N: "86399.5" }), gives("1970-01-01")],
    ["date only: millis before 1970", "day", (a) => a.epochMillis().dateOnly(), A({ N: "-1" }), gives("1969-12-31")],
    ["date only: a number of what", "day", (a) => a.dateOnly(), A({ N: "1" }), "wrong-type"],
    ["date only, into a text", "text", (a) => a.dateOnly(), S("2024-01-02T03:04"), gives("2024-01-02")],
  ])("%s", (_, column, word, item, expected) => expect(read(column, word, item)).toEqual(expected));
});

describe("digits as people write them", () => {
  it.each<[string, string, Parameters<AttributeReader["digits"]>[0]]>([
    ["1,234,567.50", "1234567.5", DOLLAR],
    ["1234567.50", "1234567.5", DOLLAR],
    ["$1,234.50", "1234.5", DOLLAR],
    ["-$5", "-5", DOLLAR],
    ["$-5", "-5", DOLLAR],
    ["$ +5", "5", DOLLAR],
    ["5-", "-5", DOLLAR],
    ["($1,000.00)", "-1000", DOLLAR],
    ["1.234,50 €", "1234.5", EURO],
    ["0,5", "0.5", EURO],
    ["1'000", "1000", { thousands: "'" }],
    ["12 345", "12345", { thousands: " " }],
    ["1.5", "1.5", {}],
  ])("%s is %s", (text, number, spelled) =>
    expect(read("number", (a) => (spelled === undefined ? a : a.digits(spelled)), S(text))).toEqual(gives(number)),
  );

  it.each([
    "1,23",
    "1,2345",
    "12,34,567",
    "1234,567",
    ",123",
    "1.",
    ".5",
    "",
    "$",
    "(5",
    "5)",
    "(-5)",
    "--5",
    "-5-",
    "1 000",
    "£5",
    "1e3",
    "$$5",
  ])("%s is none, since it could mean another", (text) =>
    expect(read("number", (a) => a.digits(DOLLAR), S(text))).toBe("not-a-number"),
  );

  it("says nothing of a number that is one already", () =>
    expect(read("number", (a) => a.digits(DOLLAR), A({ N: "5" }))).toBe("wrong-type"));
});

describe("a column that a kind of item has nothing for", () => {
  const tables = defineTables({
    things: { id: text().primaryKey(), note: text().nullable(), day: date().nullable(), kept: text() },
  });
  const decode = decoder(
    load({
      tables,
      items: defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
        item("A", { pk: "A#{id}" }, ({ key, attr }) => [
          into("things", { id: key.id, note: attr("N"), day: attr("D").dateOnly(), kept: attr("K") }),
        ]),
        item("B", { pk: "B#{id}" }, ({ key, attr, constant }) => [
          into("things", { kept: attr("K"), id: key.id, day: constant(null) }),
        ]),
      ]),
    }),
    { source: "s", expiredAt: 0n },
  );
  const outcome = (item: Item) => decode({ item }).outcome;

  it("is NULL there, left out or said", () => {
    const { contributions } = must(rowsOf(outcome({ PK: { S: "B#1" }, K: { S: "k" } })), "it is mapped");
    expect([...contributions].map(({ cells }) => cells.map(inputOf))).toEqual([["1", null, null, "k"]]);
  });

  it("hides no attribute: what it could have held is told", () => {
    expect(rowsOf(outcome({ PK: { S: "B#1" }, K: { S: "k" }, N: { S: "n" } }))?.unmapped).toEqual(["N"]);
  });
});

describe("a date of a format", () => {
  const since1950 = { firstYear: 1950 };
  it.each<[string, ColumnName, (a: AttributeReader) => AnyReader, string]>([
    ["1/2/24", "day", (a) => a.format("M/D/YY", since1950), "2024-01-02"],
    ["12/31/50", "day", (a) => a.format("M/D/YY", since1950), "1950-12-31"],
    ["12/31/49", "day", (a) => a.format("M/D/YY", since1950), "2049-12-31"],
    ["1/1/00", "day", (a) => a.format("M/D/YY", { firstYear: 1900 }), "1900-01-01"],
    ["02.01.2024", "day", (a) => a.format("DD.MM.YYYY"), "2024-01-02"],
    ["20240229", "day", (a) => a.format("YYYYMMDD"), "2024-02-29"],
    ["Jan 2, 2024", "day", (a) => a.format("MMM D, YYYY"), "2024-01-02"],
    ["2 december 2024", "day", (a) => a.format("D MMMM YYYY"), "2024-12-02"],
    ["may 2 2024", "day", (a) => a.format("MMM D YYYY"), "2024-05-02"],
    ["1/2/2024 3:04 PM", "local", (a) => a.format("M/D/YYYY h:mm A"), "2024-01-02 15:04:00"],
    ["1/2/2024 12:04 am", "local", (a) => a.format("M/D/YYYY h:mm A"), "2024-01-02 00:04:00"],
    ["1/2/2024 12:04 PM", "local", (a) => a.format("M/D/YYYY h:mm A"), "2024-01-02 12:04:00"],
    ["20240102T030405", "local", (a) => a.format("YYYYMMDDTHHmmss"), "2024-01-02 03:04:05"],
    ["2024-01-02 at 03:04 +0100", "time", (a) => a.format("YYYY-MM-DD [at] HH:mm Z"), "2024-01-02 02:04:00+00"],
  ])("%s", (text, column, word, moment) => expect(read(column, word, S(text))).toEqual(gives(moment)));

  it.each<[string, (a: AttributeReader) => AnyReader]>([
    ["13/1/24", (a) => a.format("M/D/YY", since1950)],
    ["2/30/24", (a) => a.format("M/D/YY", since1950)],
    ["1/2/2024", (a) => a.format("M/D/YY", since1950)],
    ["1/2/24 ", (a) => a.format("M/D/YY", since1950)],
    ["1-2-24", (a) => a.format("M/D/YY", since1950)],
    ["02x01.2024", (a) => a.format("DD.MM.YYYY")],
    ["2.1.2024", (a) => a.format("DD.MM.YYYY")],
  ])("%s is none", (text, word) => expect(read("day", word, S(text))).toBe("not-a-time"));

  it.each([["0:04 AM"], ["13:04 PM"]])("%s is no time of a day of two halves", (clock) =>
    expect(read("local", (a) => a.format("M/D/YYYY h:mm A"), S(`1/2/2024 ${clock}`))).toBe("not-a-time"),
  );

  it("holds what the column says, and no zone is guessed", () => {
    expect(read("time", (a) => a.format("D.M.YYYY HH:mm"), S("1.2.2024 03:04"))).toBe("wrong-type");
    expect(read("day", (a) => a.format("D.M.YYYY HH:mm").dateOnly(), S("1.2.2024 03:04"))).toEqual(gives("2024-02-01"));
  });
});
