/** Attribute values become the jsonb text Postgres prints; test/adapters/postgres/session/canonical.test.ts asks Postgres itself. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttributeValue } from "../../../lambda/domain/decode/attribute.ts";
import { compareBytes, jsonbText, sortedNumbers, sortedTexts } from "../../../lambda/domain/decode/json.ts";

const nested = (levels: number): AttributeValue =>
  levels === 0 ? { N: "1.0" } : levels % 2 === 0 ? { L: [nested(levels - 1)] } : { M: { a: nested(levels - 1) } };

describe("jsonb text", () => {
  test.each<[string, AttributeValue, string]>([
    ["a string", { S: 'x"\\\b\f\n\r\t\u0001\u007f\u2028/é😀' }, '"x\\"\\\\\\b\\f\\n\\r\\t\\u0001\u007f\u2028/é😀"'],
    ["an empty string", { S: "" }, '""'],
    ["a number in its canonical spelling", { N: "-1.50E2" }, "-150"],
    ["a boolean", { BOOL: false }, "false"],
    ["NULL inside a container", { L: [{ NULL: true }, { S: "NULL" }] }, '[null, "NULL"]'],
    ["empty containers", { L: [{ L: [] }, { M: {} }] }, "[[], {}]"],
    ["a string set by bytes", { SS: ["b", "ab", "é", "a"] }, '["a", "ab", "b", "é"]'],
    ["a number set by value, once each", { NS: ["10", "9", "1.0", "1", "-2"] }, "[-2, 1, 9, 10]"],
    [
      "keys by length, then by bytes",
      { M: { aaa: { N: "1" }, b: { N: "2" }, "": { N: "3" }, é: { N: "4" }, zz: { N: "5" } } },
      '{"": 3, "b": 2, "zz": 5, "é": 4, "aaa": 1}',
    ],
    [
      "a key JavaScript has plans for",
      { M: JSON.parse('{"__proto__":{"N":"1"},"10":{"N":"2"},"9":{"N":"3"}}') },
      '{"9": 3, "10": 2, "__proto__": 1}',
    ],
  ])("writes %s", (_, value, text) => {
    expect(jsonbText(value)).toBe(text);
  });

  test("nests as deep as DynamoDB, and refuses what no table can have held", () => {
    expect(jsonbText(nested(32))).toBe(`${'[{"a": '.repeat(16)}1${"}]".repeat(16)}`);
    expect(jsonbText(nested(5000))).toMatchObject({ reason: "wrong-type" });
  });

  test.each<[string, AttributeValue, string]>([
    ["binary", { M: { a: { B: new Uint8Array([1]) } } }, "wrong-type"],
    ["a binary set", { L: [{ BS: [new Uint8Array([1])] }] }, "wrong-type"],
    ["U+0000 in a string", { L: [{ S: "secret\0" }] }, "not-storable-text"],
    ["U+0000 in a key", { M: { "secret\0": { N: "1" } } }, "not-storable-text"],
    ["half a surrogate pair in a set", { SS: ["secret\ud800"] }, "not-storable-text"],
    ["a number that is none", { NS: ["secret"] }, "not-a-number"],
  ])("I10: refuses %s without showing it", (_, value, reason) => {
    const refusal = jsonbText(value);
    expect(refusal).toMatchObject({ reason });
    expect(JSON.stringify(refusal)).not.toContain("secret");
  });

  test("is JSON that says what the value says", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "binary", maxDepth: 4 }), (text) => {
        fc.pre(!text.includes("\\u0000"));
        const value: unknown = JSON.parse(text, (_, part) =>
          typeof part === "number" ? Math.round(part % 1e6) / 8 : part,
        );
        expect(JSON.parse(String(jsonbText(attributeOf(value))))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 1000 },
    );
  });
});

function attributeOf(value: unknown): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  return { M: Object.fromEntries(Object.entries(Object(value)).map(([key, member]) => [key, attributeOf(member)])) };
}

describe("canonical order of sets", () => {
  test("text goes by its UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 2000 },
    );
    expect(sortedTexts(["\u{1F600}", "\uffee", "\ud7ff", ""])).toEqual(["", "\ud7ff", "\uffee", "\u{1F600}"]);
  });

  test("I6: numbers go by value to the last digit", () => {
    const large = "12345678901234567890123456789012345678";
    expect(sortedNumbers([large, "12345678901234567890123456789012345677"])).toEqual([
      "12345678901234567890123456789012345677",
      large,
    ]);
  });
});
