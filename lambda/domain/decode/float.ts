/**
 * A canonical number -> the bytes of the float Postgres makes of it, where Postgres prints that float as that number.
 * The one place where a DynamoDB number becomes a JavaScript number, and only for columns declared real or double.
 */

import { sqlType } from "../../mapping/kinds.ts";
import { canonicalNumber, isWhole, TEXT_NUMBER } from "./number.ts";
import { type Refusal, refuse } from "./refusal.ts";

export type FloatKind = "real" | "double";

/** The digits that tell any two floats of a kind apart (C's FLT_DECIMAL_DIG and DBL_DECIMAL_DIG). */
const DIGITS = { real: 9, double: 17 } as const;

/** Hex as of float4send and float8send, which no session setting changes; or why the float would not be the number. */
export function floatBytes(kind: FloatKind, canonical: string): string | Refusal {
  const name = sqlType({ kind });
  const read = Number(canonical);
  const value = kind === "real" ? Math.fround(read) : read;
  if (!Number.isFinite(value) || (value === 0 && canonical !== "0")) {
    return refuse("out-of-range", `the number is beyond ${name}: declare the column numeric()`);
  }
  if (printed(kind, value) !== canonical) {
    return refuse("would-round", `the number has digits that ${name} does not keep: declare the column numeric()`);
  }
  const view = new DataView(new ArrayBuffer(8));
  if (kind === "double") view.setFloat64(0, value);
  else view.setFloat32(4, value);
  const bytes = view.getBigUint64(0).toString(16).padStart(16, "0");
  return kind === "double" ? bytes : bytes.slice(8);
}

/**
 * What Postgres prints: the shortest decimal nearer to this float than to any other. JavaScript's String() also takes
 * one that lies exactly between two floats and reads back by rounding half to even: 1e23, which Postgres prints as
 * 9.999999999999999e+22.
 */
function printed(kind: FloatKind, value: number): string | undefined {
  if (kind === "double") {
    const decimal = canonicalNumber(String(value), TEXT_NUMBER);
    if (decimal !== undefined && !isBetweenDoubles(decimal, value)) return decimal;
  }
  for (let digits = 1; digits <= DIGITS[kind]; digits++) {
    const decimal = nearestDecimal(value, digits);
    if (decimal !== undefined && (kind === "real" ? isReal(decimal, value) : isDouble(decimal, value))) return decimal;
  }
  return undefined;
}

function isDouble(decimal: string, value: number): boolean {
  return Number(decimal) === value && !isBetweenDoubles(decimal, value);
}

// Mirrored at a number exactly between two floats, one of them becomes the other. Only a whole number can be that and
// be printed: with a fraction it would have one binary digit, and so one decimal, more than its float.
function isBetweenDoubles(decimal: string, value: number): boolean {
  if (!isWhole(decimal)) return false;
  const exact = BigInt(decimal);
  const mirrored = 2n * exact - BigInt(value);
  return mirrored !== exact && Number.isFinite(Number(mirrored)) && BigInt(Number(mirrored)) === mirrored;
}

// Postgres goes from the digits to the real at once, here they are rounded to a double first. The two ways can part
// only where that double lies exactly between two reals, and no such number is printed.
function isReal(decimal: string, value: number): boolean {
  const read = Number(decimal);
  const mirrored = 2 * read - value;
  const isBetween = mirrored !== value && mirrored === Math.fround(mirrored);
  return Math.fround(read) === value && !isBetween;
}

// Half goes to the even digit, as Postgres has it: the real 3624282.25 is printed 3624282.2, and toPrecision says 3624282.3.
function nearestDecimal(value: number, digits: number): string | undefined {
  const [nearest, finer, exact] = [digits, digits + 1, 100].map((precision) =>
    canonicalNumber(value.toPrecision(precision), TEXT_NUMBER),
  );
  const halfAboveEven = finer === exact && nearest !== exact && exact !== undefined && /[02468]\.?50*$/.test(exact);
  return halfAboveEven ? canonicalNumber(exact.replace(/5(?=0*$)/, "0"), TEXT_NUMBER) : nearest;
}
