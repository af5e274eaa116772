/**
 * Values for every column kind, to be asked of both sides of the proof: edges picked by hand, and arbitraries that
 * also reach what is refused.
 */

import fc from "fast-check";
import type { AttributeValue } from "../../../lambda/domain/decode/attribute.ts";
import type { Kind } from "../../../lambda/mapping/kinds.ts";

export const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const text = fc.string({ unit: "binary", maxLength: 12 }).filter((value) => !value.includes("\0"));
const wholes = (low: bigint, high: bigint) => fc.bigInt({ min: low, max: high }).map((value) => ({ N: String(value) }));
export const spelling = fc
  .tuple(
    fc.constantFrom("", "-", "+"),
    fc.stringMatching(/^\d{0,19}$/),
    fc.stringMatching(/^\d{1,19}$/),
    fc.integer({ min: -110, max: 100 }),
  )
  .map(([sign, whole, fraction, exponent]) => `${sign}${whole}.${fraction}e${exponent}`);
export const shortNumber = fc
  .tuple(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.integer({ min: -50, max: 40 }))
  .map(([units, exponent]) => `${units}e${exponent}`);
export const float = fc.oneof(
  fc.double({ noNaN: true, min: -1e120, max: 1e120 }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toPrecision(8)),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toPrecision(9)),
  shortNumber,
);
const two = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((value) => String(value).padStart(2, "0"));
export const day = fc
  .tuple(fc.integer({ min: 2, max: 9998 }), two(0, 13), two(0, 32))
  .map(([year, month, date]) => `${String(year).padStart(4, "0")}-${month}-${date}`);
const clock = fc
  .tuple(two(0, 25), two(0, 60), two(0, 61), fc.option(fc.stringMatching(/^\d{1,6}$/)))
  .map(([hour, minute, second, fraction]) => `${hour}:${minute}:${second}${fraction === null ? "" : `.${fraction}`}`);
const zone = fc.oneof(
  fc.constant("Z"),
  fc
    .tuple(fc.constantFrom("+", "-"), two(0, 16), two(0, 60), fc.constantFrom("", ":"))
    .map(([sign, hours, minutes, colon]) => sign + hours + colon + minutes),
);
export const local = fc.tuple(day, fc.constantFrom("T", " "), clock).map((parts) => parts.join(""));
export const instant = fc.tuple(local, zone).map((parts) => parts.join(""));
export const epoch = fc.bigInt({ min: -62_135_596_800_000n, max: 253_402_300_799_999n });

const { document } = fc.letrec<{ document: AttributeValue }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4 },
    text.map((S) => ({ S })),
    fc.oneof(spelling, shortNumber).map((N) => ({ N })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc.array(text).map((SS) => ({ SS })),
    fc.array(shortNumber).map((NS) => ({ NS })),
    fc.array(tie("document"), { maxLength: 4 }).map((L) => ({ L })),
    fc.dictionary(text, tie("document"), { maxKeys: 4 }).map((M) => ({ M })),
  ),
}));

/** Per kind: values picked by hand, and an arbitrary for the rest. */
export const VALUES: Readonly<
  Record<Kind, { readonly picked: readonly AttributeValue[]; readonly generated: fc.Arbitrary<AttributeValue> }>
> = {
  text: {
    picked: [
      "",
      "NULL",
      "~",
      "-",
      "0:",
      "a\u0001b",
      "\u{1F600}",
      "e\u0301",
      "\u00e9",
      "  x ",
      "\n\r\t\\",
      "\u2028",
      "\\N",
    ].map((S) => ({ S })),
    generated: text.map((S) => ({ S })),
  },
  uuid: { picked: [{ S: "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11" }], generated: fc.uuid().map((S) => ({ S })) },
  smallint: { picked: [{ N: "-32768" }, { N: "-0" }, { N: "1e3" }], generated: wholes(-32768n, 32767n) },
  integer: { picked: [{ N: "-2147483648" }, { N: "2147483647" }], generated: wholes(-2147483648n, 2147483647n) },
  bigint: {
    picked: [{ N: "9223372036854775807" }, { N: "-9223372036854775808" }],
    generated: wholes(-(2n ** 63n), 2n ** 63n - 1n),
  },
  numeric: {
    picked: words(`
      0 -0 0.0 1.50 1e5 1E-130 9.9999999999999999999999999999999999999E+125 -17.4E37 .123 0001.23 +3
      12345678901234567890123456789012345678 0.00000000000000000000000000000000000001 100 1e2
    `).map((N) => ({ N })),
    generated: spelling.map((N) => ({ N })),
  },
  real: {
    picked: words("0 -0 0.1 16777216 1e38 3.4028235e38 1e-45 1.1754944e-38").map((N) => ({ N })),
    generated: float.map((N) => ({ N })),
  },
  double: {
    picked: words("0 -0 1e15 1e16 1e21 0.00001 1e-7 3.141592653589793 1E-130 9.99E125 0.1").map((N) => ({ N })),
    generated: float.map((N) => ({ N })),
  },
  boolean: { picked: [{ BOOL: true }, { BOOL: false }], generated: fc.boolean().map((BOOL) => ({ BOOL })) },
  timestamptz: {
    picked: words(`
      2026-01-01T00:00:00Z 2026-01-01T00:00:00.1234Z 1969-12-31T23:59:59.999999Z 0001-01-01T00:00:00Z
      9999-12-31T23:59:59.999999Z 2024-02-29T23:00:00+05:30 1900-02-28T00:00:00Z 2026-01-01T24:00:00Z
      1883-11-18T12:03:58-04:56 2026-01-01T00:00:00.100000Z
    `).map((S) => ({ S })),
    generated: instant.map((S) => ({ S })),
  },
  timestamp: {
    picked: [{ S: "1883-11-18 12:00:00.5" }, { S: "2026-03-29T02:30" }],
    generated: local.map((S) => ({ S })),
  },
  date: {
    picked: words("0001-01-01 9999-12-31 1970-01-01 1600-02-29").map((S) => ({ S })),
    generated: day.map((S) => ({ S })),
  },
  bytea: {
    picked: [new Uint8Array(), new Uint8Array([0, 255, 10, 92]), new Uint8Array(200).fill(7)].map((B) => ({ B })),
    generated: fc.uint8Array({ maxLength: 40 }).map((B) => ({ B })),
  },
  jsonb: {
    picked: [
      { S: 'x"\\\b\f\n\u0001\u007f\u2028/' },
      { L: ["-0", "1E-130", "12345678901234567890123456789012345678", "1.50"].map((N) => ({ N })) },
      { M: { b: { N: "1.50" }, aa: { N: "1e2" }, a: { NULL: true }, "": { S: "x" } } },
      {
        M: {
          é: { N: "1" },
          zz: { N: "2" },
          "😀": { L: [{ M: {} }] },
          "\uffee": { BOOL: true },
          __proto: { SS: ["b", "a"] },
        },
      },
      { L: Array.from({ length: 800 }, (_, at) => ({ S: String.fromCodePoint(1 + at * 61) })) },
    ],
    generated: document,
  },
  "text[]": {
    picked: [[], [""], ["NULL", "a,b", '{"', "\\", "}"], ["é", "😀", " "]].map((SS) => ({ SS })),
    generated: fc.array(text, { maxLength: 5 }).map((texts) => ({ L: texts.map((S) => ({ S })) })),
  },
  "numeric[]": {
    picked: [{ NS: [] }, { NS: ["1.50", "-0", "1e2", "1E-130"] }],
    generated: fc.array(spelling, { maxLength: 5 }).map((NS) => ({ NS })),
  },
  "bytea[]": {
    picked: [{ BS: [] }, { BS: [Uint8Array.of(), Uint8Array.of(0, 92, 34, 255)] }],
    generated: fc
      .array(fc.uint8Array({ maxLength: 6 }), { maxLength: 5 })
      .map((list) => ({ L: list.map((B) => ({ B })) })),
  },
};
