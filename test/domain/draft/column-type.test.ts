import { describe, expect, it } from "vitest";
import type { AttributeValue } from "../../../lambda/domain/decode/attribute.ts";
import { columnTypeOf } from "../../../lambda/domain/draft/columns/column-type.ts";
import { IdSets } from "../../../lambda/domain/profile/id-sets.ts";
import { Values } from "../../../lambda/domain/profile/values.ts";
import { sqlType } from "../../../lambda/mapping/kinds.ts";

function choose(name: string, values: readonly AttributeValue[], isKey = false) {
  const all = new Values(new IdSets());
  for (const value of values) all.add(value);
  const { type, words, doubts, isNullIf } = columnTypeOf(all, name, isKey);
  const said = words.map(({ word, args }) => `${word}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`);
  return { column: [sqlType(type), ...said].join("."), doubts, isNullIf };
}

const texts = (...all: readonly string[]): AttributeValue[] => all.map((S) => ({ S }));
const numbers = (...all: readonly (string | number)[]): AttributeValue[] => all.map((N) => ({ N: String(N) }));
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

describe("a column of text", () => {
  it.each<[string, string, string[]]>([
    ["uuid", "id", ["3d4285f0-e52b-401a-a59b-112b38c4a26b"]],
    ["timestamptz", "at", ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05.678+02:00"]],
    ["timestamp", "at", ["2024-01-02T03:04:05"]],
    ["date", "day", ["2024-02-29"]],
    // No calendar has that day.
    ["text", "day", ["2023-02-29"]],
    ["text", "name", ["Ada", "3d4285f0-e52b-401a-a59b-112b38c4a26b"]],
    ["text", "zip_code", ["26676", "52896"]],
    ["text", "quantity", ["007", "12"]],
    ["integer.digits()", "quantity", ["50", "4"]],
    ["numeric(12,2).digits()", "price", ["100", "40.50"]],
    ["timestamptz.digits().epochSeconds()", "timestamp", ["1571827560"]],
    ['boolean.trueFalse("true", "false")', "anything", ["true", "false"]],
    ['boolean.trueFalse("Yes", "No")', "opted", ["Yes", "No", "Yes"]],
    ['boolean.trueFalse("1", "0")', "is_active", ["1", "0"]],
    ["text", "code", ["1", "0"]],
    ['date.format("MM/DD/YYYY")', "day", ["01/31/2024", "02/01/2024"]],
    ['date.format("D MMM YYYY")', "day", ["1 Feb 2024", "12 Mar 2024"]],
    ['numeric.digits({"thousands":",","unit":"$"})', "price", ["$1,234.50", "($5.00)"]],
    ['numeric.digits({"thousands":".","point":",","unit":"€"})', "price", ["1.234,50 €"]],
    ["bytea.hex()", "checksum", ["d41d8cd98f00b204e9800998ecf8427e"]],
    ["text", "note", ["d41d8cd98f00b204e9800998ecf8427e"]],
  ])("is %s for %s: %j", (column, name, all) => {
    expect(choose(name, texts(...all)).column).toBe(column);
  });

  it("holds NULL where a text stands for it, and tells how many do", () => {
    const found = choose("day", texts(...times(9, () => "2024-01-02"), "N/A", "N/A", ""));
    expect(found).toEqual({
      column: 'date.nullIf("N/A").nullIf("")',
      isNullIf: true,
      doubts: ['2 of 12 are "N/A"', '1 of 12 are ""'],
    });
  });

  it("of any words only says that some of them may stand for NULL", () => {
    const found = choose("name", texts(...times(9, (at) => `name ${at}`), "NULL"));
    expect(found).toEqual({ column: "text", isNullIf: false, doubts: ['1 of 10 are "NULL": .nullIf("NULL")'] });
  });

  it("of a key is never NULL, so that one such text makes it text", () => {
    expect(choose("day", texts("2024-01-02", "N/A"), true)).toEqual({ column: "text", isNullIf: false, doubts: [] });
  });

  it("is held to its values where they are few, each is there often, and its name says that there are no others", () => {
    const open = times(40, (at) => (at % 2 === 0 ? "open" : "paid"));
    expect(choose("status", texts(...open)).column).toBe('text.oneOf("open", "paid")');
    expect(choose("city", texts(...open)).column).toBe("text");
    expect(choose("status", texts("open", "paid")).column).toBe("text");
  });

  it("says what else it may be, and does not guess", () => {
    expect(choose("reference", texts(...times(6, (at) => `${at + 10}`))).doubts).toEqual([
      "digits in all 6: integer() with .digits()",
    ]);
    expect(choose("day", texts(...times(6, (at) => `0${at + 1}/02/2024`))).doubts).toEqual([
      'a date in all 6, and no day tells whether it stands before the month: .format("MM/DD/YYYY")',
    ]);
  });
});

describe("a column of numbers", () => {
  it.each<[string, string, (string | number)[]]>([
    ["integer", "people", [34, -1]],
    ["bigint", "followers", [3000000000]],
    ["numeric", "distance", ["99999999999999999999"]],
    ["numeric", "ratio", [1, 0.5]],
    ["numeric(12,2)", "total", [1, 0.5]],
    ["numeric", "total", [0.125]],
    ["timestamptz.epochSeconds()", "created_at", [1704067200, 0]],
    ["timestamptz.epochMillis()", "created_at", [1704067200000]],
    ["integer", "account", [1704067200]],
    ['boolean.trueFalse("1", "0")', "is_active", [1, 0]],
    ["integer", "copies", [1, 0]],
  ])("is %s for %s: %j", (column, name, all) => expect(choose(name, numbers(...all)).column).toBe(column));

  it("says where numbers may count time", () => {
    expect(choose("account", numbers(1704067200, 1704067201, 1704067202)).doubts).toEqual([
      "may count seconds, in all 3: timestamptz() with .epochSeconds()",
    ]);
  });
});

describe("a column of anything else", () => {
  it("takes values of several types as they are, and says which", () => {
    expect(choose("x", [{ S: "a" }, { N: "1" }, { N: "2" }])).toEqual({
      column: "jsonb",
      isNullIf: false,
      doubts: ["S in 1, N in 2: as it is, of whatever type"],
    });
  });

  it("takes bytes inside a map as base64, since jsonb holds none", () => {
    const inside: AttributeValue = { M: { a: { L: [{ B: new Uint8Array([1]) }] } } };
    expect(choose("x", [inside]).column).toBe('jsonb.convert("bytes as base64 v1")');
    expect(choose("x", [{ M: { a: { L: [] } } }]).column).toBe("jsonb");
  });

  it("that was never anything but NULL is told", () => {
    expect(choose("x", [{ NULL: true }]).doubts).toEqual(["never anything but NULL, in 1"]);
  });
});
