/** One canonical spelling per number, found without ever making it a JavaScript number. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalNumber,
  compareNumbers,
  extentOf,
  isWhole,
  TEXT_NUMBER,
} from "../../../lambda/domain/decode/number.ts";

const digitsOnly = (length: number) => fc.stringMatching(new RegExp(`^\\d{1,${length}}$`));

/** A canonical number as an integer and a power of ten: an oracle that shares no code with the text way. */
function exactly(spelling: string): { units: bigint; scale: number } {
  const [mantissa = "", exponent = "0"] = spelling.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { units: BigInt(whole.replace("+", "") + fraction), scale: Number(exponent) - fraction.length };
}

function equal(a: string, b: string): boolean {
  const left = exactly(a);
  const right = exactly(b);
  const least = Math.min(left.scale, right.scale);
  return left.units * 10n ** BigInt(left.scale - least) === right.units * 10n ** BigInt(right.scale - least);
}

describe("the canonical spelling of a number", () => {
  test.each([
    ["0", "0"],
    ["-0", "0"],
    ["-0.000", "0"],
    ["0e1000", "0"],
    ["1.50", "1.5"],
    ["100", "100"],
    ["1e5", "100000"],
    ["1E+2", "100"],
    ["+3", "3"],
    [".123", "0.123"],
    ["5.", "5"],
    ["0001.23", "1.23"],
    ["-17.4E37", "-174000000000000000000000000000000000000"],
    ["1.5e-3", "0.0015"],
    ["0000012345678901234567890123456789012345678", "12345678901234567890123456789012345678"],
    ["12345678901234567890123456789012345678", "12345678901234567890123456789012345678"],
    ["0.12345678901234567890123456789012345678", "0.12345678901234567890123456789012345678"],
  ])("I6: %s is %s", (spelling, canonical) => {
    expect(canonicalNumber(spelling)).toBe(canonical);
  });

  test("reaches to both ends of DynamoDB's range and not past them", () => {
    expect(canonicalNumber("1E-130")).toBe(`0.${"0".repeat(129)}1`);
    expect(canonicalNumber("9.9999999999999999999999999999999999999E+125")).toBe("9".repeat(38) + "0".repeat(88));
    expect(canonicalNumber("1E-131")).toBeUndefined();
    expect(canonicalNumber("1E126")).toBeUndefined();
    expect(canonicalNumber("1".repeat(39))).toBeUndefined();
    expect(canonicalNumber(`1${"0".repeat(39)}`)).toBe(`1${"0".repeat(39)}`);
    expect(canonicalNumber("1".repeat(78), TEXT_NUMBER)).toBe("1".repeat(78));
  });

  test.each(["", " ", "-", ".", "e5", "1e", "1 ", " 1", "1,5", "0x10", "NaN", "Infinity", "1_000", "1\n", "--1", "１"])(
    "%j is no number",
    (text) => {
      expect(canonicalNumber(text)).toBeUndefined();
    },
  );

  test("absurd exponents and endless zeros are refused at once", () => {
    expect(canonicalNumber("1e999999999999")).toBeUndefined();
    expect(canonicalNumber(`1e-${"9".repeat(400)}`)).toBeUndefined();
    expect(canonicalNumber(`1${"0".repeat(400_000)}1`)).toBeUndefined();
  });

  test("I6: any spelling keeps its exact value, and the canonical spelling is its own", () => {
    const spelling = fc
      .tuple(fc.constantFrom("", "-", "+"), digitsOnly(19), digitsOnly(19), fc.integer({ min: -90, max: 80 }))
      .map(([sign, whole, fraction, exponent]) => `${sign}${whole}.${fraction}e${exponent}`);
    fc.assert(
      fc.property(spelling, (text) => {
        const canonical = canonicalNumber(text) ?? "refused";
        expect(canonical).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/);
        expect(equal(text, canonical)).toBe(true);
        expect(canonicalNumber(canonical)).toBe(canonical);
      }),
    );
  });
});

describe("what a canonical number looks like", () => {
  test.each([
    ["0", 0, 0],
    ["12.5", 2, 1],
    ["-12.5", 2, 1],
    ["0.5", 0, 1],
    ["0.005", -2, 3],
    ["1200", 4, -2],
    ["12", 2, 0],
  ])("%s has its first digit %i before and its last %i after the point", (canonical, before, after) => {
    expect(extentOf(canonical)).toEqual({ before, after });
  });

  test("is whole without a point", () => {
    expect(isWhole("-12")).toBe(true);
    expect(isWhole("0.5")).toBe(false);
  });

  test("orders by value", () => {
    const ordered = [
      "-100",
      "-20",
      "-3.5",
      "-3",
      "-0.05",
      "0",
      "0.005",
      "0.05",
      "1",
      "1.45",
      "1.5",
      "9",
      "10",
      "10.01",
    ];
    expect([...ordered].reverse().sort(compareNumbers)).toEqual(ordered);
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
        expect(Math.sign(compareNumbers(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});
