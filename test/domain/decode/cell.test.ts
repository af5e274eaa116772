/** What goes into which column, in what text, and what is refused because Postgres would change it. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttributeValue } from "../../../lambda/domain/decode/attribute.ts";
import { type Cell, encode } from "../../../lambda/domain/decode/cell.ts";
import { isRefusal, type Reason, type Refusal } from "../../../lambda/domain/decode/refusal.ts";
import type { ColumnType, Conversion, Kind } from "../../../lambda/mapping/kinds.ts";

const KINDS: readonly Kind[] = [
  "text",
  "uuid",
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "real",
  "double",
  "boolean",
  "timestamptz",
  "timestamp",
  "date",
  "bytea",
  "jsonb",
  "text[]",
  "numeric[]",
];
const CONVERSIONS: readonly Conversion[] = ["natural", "digits", "epochSeconds", "epochMillis"];

const money: ColumnType = { kind: "numeric", precision: 12, scale: 2 };
const natural = (kind: Kind, value: AttributeValue) => encode({ kind }, value, "natural");
const reasonOf = (result: Cell | Refusal) => (isRefusal(result) ? result.reason : "accepted");

describe("a natural value", () => {
  test.each<[Kind, AttributeValue, string]>([
    ["text", { S: "" }, ""],
    ["text", { S: "NULL" }, "NULL"],
    ["uuid", { S: "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11" }, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    ["smallint", { N: "-32768" }, "-32768"],
    ["integer", { N: "1.0e3" }, "1000"],
    ["bigint", { N: "9223372036854775807" }, "9223372036854775807"],
    ["numeric", { N: "1E-130" }, `0.${"0".repeat(129)}1`],
    ["boolean", { BOOL: true }, "true"],
    ["timestamptz", { S: "2026-01-01T01:00:00+01:00" }, "2026-01-01 00:00:00+00"],
    ["timestamp", { S: "2026-01-01T01:00" }, "2026-01-01 01:00:00"],
    ["date", { S: "2026-01-01" }, "2026-01-01"],
    ["jsonb", { S: "x" }, '"x"'],
    ["jsonb", { N: "1.0" }, "1"],
    ["jsonb", { BOOL: false }, "false"],
    ["jsonb", { M: { a: { L: [{ NULL: true }] } } }, '{"a": [null]}'],
    ["jsonb", { NS: ["2", "1"] }, "[1, 2]"],
  ])("goes into %s: %j", (kind, value, text) => {
    const cell = natural(kind, value);
    expect(cell).toEqual(text);
  });

  test.each<[Kind, AttributeValue, string, string]>([
    ["bytea", { B: new Uint8Array([0, 255, 10]) }, "\\x00ff0a", "00ff0a"],
    ["bytea", { B: new Uint8Array([9, 1, 2, 9]).subarray(1, 3) }, "\\x0102", "0102"],
    ["text[]", { SS: ["b", "a", 'x"\\'] }, '{"a","b","x\\"\\\\"}', '["a", "b", "x\\"\\\\"]'],
    ["text[]", { L: [{ S: "b" }, { S: "NULL" }, { S: "b" }] }, '{"b","NULL","b"}', '["b", "NULL", "b"]'],
    ["text[]", { L: [] }, "{}", "[]"],
    ["numeric[]", { NS: ["10", "9.0", "9"] }, "{9,10}", "[9, 10]"],
    ["numeric[]", { L: [{ N: "2.50" }, { N: "1" }] }, "{2.5,1}", "[2.5, 1]"],
    ["double", { N: "0.10" }, "0.1", "3fb999999999999a"],
    ["double", { N: "0.30000000000000004" }, "0.30000000000000004", "3fd3333333333334"],
    ["double", { N: "-0" }, "0", "0000000000000000"],
    ["real", { N: "-0.1" }, "-0.1", "bdcccccd"],
  ])("goes into %s with a canonical text of its own: %j", (kind, value, input, canonical) => {
    expect(natural(kind, value)).toEqual({ input, canonical });
  });

  test.each<[Kind, AttributeValue, Reason]>([
    ["smallint", { N: "32768" }, "out-of-range"],
    ["integer", { N: "-2147483649" }, "out-of-range"],
    ["bigint", { N: "9223372036854775808" }, "out-of-range"],
    ["bigint", { N: "1.5" }, "would-round"],
    ["double", { N: "0.12345678901234567" }, "would-round"],
    ["double", { N: "9007199254740993" }, "would-round"],
    ["double", { N: "1e23" }, "would-round"],
    ["real", { N: "270310000" }, "would-round"],
    ["real", { N: "16777217" }, "would-round"],
    ["real", { N: "0.123456789" }, "would-round"],
    ["real", { N: "3.5e38" }, "out-of-range"],
    ["real", { N: "1e-46" }, "out-of-range"],
    ["numeric", { N: "NaN" }, "not-a-number"],
    ["numeric", { N: "Infinity" }, "not-a-number"],
    ["numeric[]", { L: [{ N: "1" }, { N: "" }] }, "not-a-number"],
    ["numeric[]", { L: [{ N: "1" }, { S: "1" }] }, "wrong-type"],
    ["text[]", { L: [{ S: "1" }, { NULL: true }] }, "wrong-type"],
    ["text[]", { SS: ["\0"] }, "not-storable-text"],
    ["text", { S: "a\0b" }, "not-storable-text"],
    ["text", { S: "\udc00" }, "not-storable-text"],
    ["uuid", { S: "a0eebc99" }, "not-a-uuid"],
    ["uuid", { S: "a0eebc999c0b4ef8bb6d6bb9bd380a11" }, "not-a-uuid"],
    ["jsonb", { B: new Uint8Array() }, "wrong-type"],
  ])("is refused where %s would not give it back: %j is %s", (kind, value, reason) => {
    expect(reasonOf(natural(kind, value))).toBe(reason);
  });

  test("I6: numeric(12,2) takes no third digit and no eleventh, zeros aside", () => {
    const into = (N: string) => encode(money, { N }, "natural");
    expect(into("1.005")).toMatchObject({ reason: "would-round", detail: expect.stringContaining("numeric(12,2)") });
    expect(into("1.1000")).toEqual("1.1");
    expect(into("9999999999.99")).toEqual("9999999999.99");
    expect(into("10000000000")).toMatchObject({ reason: "out-of-range" });
    expect(encode({ kind: "numeric", precision: 2, scale: 4 }, { N: "0.0099" }, "natural")).toBe("0.0099");
    expect(encode({ kind: "numeric", precision: 2, scale: 4 }, { N: "0.01" }, "natural")).toMatchObject({
      reason: "out-of-range",
    });
    expect(encode({ kind: "numeric", precision: 2, scale: -2 }, { N: "1200" }, "natural")).toBe("1200");
    expect(encode({ kind: "numeric", precision: 2, scale: -2 }, { N: "1250" }, "natural")).toMatchObject({
      reason: "would-round",
    });
  });
});

describe("a spelled conversion", () => {
  test("a number out of text is kept to the last of 78 digits", () => {
    const wei = "9".repeat(78);
    expect(encode({ kind: "numeric" }, { N: wei }, "digits")).toEqual(wei);
    expect(encode({ kind: "integer" }, { N: "-007" }, "digits")).toEqual("-7");
    expect(encode(money, { N: "19.90" }, "digits")).toEqual("19.9");
    expect(encode({ kind: "double" }, { N: "0.5" }, "digits")).toMatchObject({ input: "0.5" });
    expect(encode(money, { N: "19.905" }, "digits")).toMatchObject({ reason: "would-round" });
  });

  test("epoch numbers become moments", () => {
    const printed = "2026-01-01 00:00:00+00";
    expect(encode({ kind: "timestamptz" }, { N: "1767225600" }, "epochSeconds")).toBe(printed);
    expect(encode({ kind: "timestamptz" }, { N: "1767225600e3" }, "epochMillis")).toBe(printed);
    expect(encode({ kind: "date" }, { N: "1767225601" }, "epochSeconds")).toMatchObject({ reason: "would-round" });
  });
});

describe("a refusal of type", () => {
  test.each<[AttributeValue, Kind, Conversion, string]>([
    [{ S: "12" }, "numeric", "natural", "S into numeric: say .digits() if the text holds a number"],
    [
      { N: "12" },
      "timestamptz",
      "natural",
      "N into timestamptz: say .epochSeconds() or .epochMillis() if the number counts from 1970",
    ],
    [{ S: "12" }, "date", "epochSeconds", "S into date by .epochSeconds(): ISO text needs no .epochSeconds()"],
    [{ L: [{ N: "1" }] }, "text[]", "natural", "L into text[]: an element is not S; a jsonb column holds any list"],
    [
      { BOOL: true },
      "text",
      "natural",
      "BOOL into text: declare a column that holds this type, or convert the value with a function",
    ],
  ])("names both types and the way out: %j into %s by %s", (value, kind, conversion, detail) => {
    expect(encode({ kind }, value, conversion)).toEqual({ reason: "wrong-type", detail });
  });

  test("NULL goes into no column by itself", () => {
    for (const kind of KINDS) expect(reasonOf(natural(kind, { NULL: true }))).toBe("null-attribute");
  });

  test("every pair of value and column is either a cell or a refusal, and I10: no refusal shows the value", () => {
    const secret = "secret-4711\0";
    const values: readonly AttributeValue[] = [
      { S: secret },
      { N: secret },
      { L: [{ S: secret }] },
      { L: [{ N: secret }] },
      { SS: [secret] },
      { NS: [secret] },
      { M: { [secret]: { S: secret } } },
      { BOOL: true },
      { B: Buffer.from(secret) },
      { BS: [Buffer.from(secret)] },
      { N: "4711.4711e47" },
      { N: "4711.4711" },
      { S: "4711.4711" },
      { S: "4711-47-11" },
      { S: "4711-02-28T47:11:00Z" },
    ];
    for (const kind of KINDS) {
      for (const conversion of CONVERSIONS) {
        for (const value of values) {
          const result = encode({ kind, ...(kind === "numeric" ? { precision: 4, scale: 2 } : {}) }, value, conversion);
          if (isRefusal(result)) expect(result.detail).not.toMatch(/secret|4711/);
        }
      }
    }
  });
});

test("I6: every number of six digits goes into real, of fifteen into double", () => {
  const spelled = fc.tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: -30, max: 0 }));
  fc.assert(
    fc.property(spelled, ([units, exponent]) => {
      expect(reasonOf(natural("real", { N: `${units}e${exponent}` }))).toBe("accepted");
      expect(reasonOf(natural("double", { N: `${units}123456789e${exponent}` }))).toBe("accepted");
    }),
  );
});

test.each([
  ["smallint", 15n],
  ["integer", 31n],
  ["bigint", 63n],
] as const)("a whole number fits %s, or is refused, whatever its length", (kind, bits) => {
  const [least, most] = [-(2n ** bits), 2n ** bits - 1n];
  const near = fc.bigInt({ min: -3n, max: 3n });
  const any = fc.oneof(
    near.map((more) => least + more),
    near.map((more) => most + more),
    fc.tuple(fc.integer({ min: 0, max: 21 }), near).map(([digits, more]) => 10n ** BigInt(digits) + more),
    fc.tuple(fc.integer({ min: 0, max: 21 }), near).map(([digits, more]) => -(10n ** BigInt(digits)) + more),
  );
  fc.assert(
    fc.property(any, (value) => {
      const cell = encode({ kind }, { N: String(value) }, "natural");
      if (value >= least && value <= most) expect(cell).toEqual(String(value));
      else expect(cell).toMatchObject({ reason: "out-of-range" });
    }),
    { numRuns: 2_000 },
  );
});

test("a uuid is one in letters of either case, and always printed in small ones", () => {
  const letter = fc.constantFrom("0", "9", "a", "F", "f", "g", "-");
  const group = (length: number) =>
    fc.array(letter, { minLength: length, maxLength: length }).map((all) => all.join(""));
  const good = fc
    .uuid()
    .map((text) => [text, text.toUpperCase(), text.replace(/[a-f]/, (at) => at.toUpperCase())])
    .chain((all) => fc.constantFrom(...all));
  const any = fc.oneof(
    good,
    fc.tuple(group(8), group(4), group(4), group(4), group(12)).map((groups) => groups.join("-")),
  );
  fc.assert(
    fc.property(any, (text) => {
      const cell = encode({ kind: "uuid" }, { S: text }, "natural");
      const isOne = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
      if (isOne) expect(cell).toEqual(text.toLowerCase());
      else expect(cell).toMatchObject({ reason: "not-a-uuid" });
    }),
    { numRuns: 2_000 },
  );
});
