/**
 * Any spelling of a decimal number -> its one canonical spelling: plain digits, no exponent, no needless zero, no `-0`.
 * It is what Postgres prints for `trim_scale(v)::text`, and it is found by moving text about: a DynamoDB number
 * never becomes a JavaScript number, so every digit is kept (I6).
 */

/** How many significant digits a number may have, and the exponents its first digit may stand at. */
interface NumberLimits {
  readonly significant: number;
  readonly least: number;
  readonly greatest: number;
}

/** What DynamoDB stores as N: 38 significant digits, 1E-130 to 9.9…E+125 (Developer Guide, "Supported data types"). */
const DYNAMODB_NUMBER: NumberLimits = { significant: 38, least: -130, greatest: 125 };

/** A number kept as text may be longer, a 78-digit wei amount for instance. 1,000 is numeric's largest precision. */
export const TEXT_NUMBER: NumberLimits = { significant: 1000, least: -1000, greatest: 999 };

const PLAIN_INTEGER = /^-?[1-9]\d{0,37}$/;
const SPELLING = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * The canonical spelling, or undefined where the text is no number or one beyond the limits. Zeros around the
 * significant digits count against no limit. `1e999999999` is refused before its zeros are written out.
 */
export function canonicalNumber(spelling: string, limits: NumberLimits = DYNAMODB_NUMBER): string | undefined {
  if (PLAIN_INTEGER.test(spelling)) return spelling;
  const match = SPELLING.exec(spelling);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = whole + fraction;
  if (digits === "") return undefined;
  const first = skipZeros(digits);
  if (first === digits.length) return "0";
  const significant = digits.slice(first, endWithoutZeros(digits));
  const point = whole.length - first + Number(exponent);
  if (significant.length > limits.significant || point - 1 < limits.least || point - 1 > limits.greatest) {
    return undefined;
  }
  return (sign === "-" ? "-" : "") + withPoint(significant, point);
}

function withPoint(significant: string, point: number): string {
  if (point <= 0) return `0.${"0".repeat(-point)}${significant}`;
  if (point >= significant.length) return significant.padEnd(point, "0");
  return `${significant.slice(0, point)}.${significant.slice(point)}`;
}

// Loops, not /0+$/: on a long run of inner zeros that pattern takes quadratic time.
function skipZeros(digits: string): number {
  let at = 0;
  while (at < digits.length && digits[at] === "0") at++;
  return at;
}

function endWithoutZeros(digits: string): number {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end--;
  return end;
}

/** Where a number's first and last significant digits stand, counted from the point. */
interface Extent {
  /** Digits before the point; below zero by the zeros that follow it: `12.5` 2, `0.5` 0, `0.005` -2. */
  readonly before: number;
  /** Digits after the point; below zero by the zeros that end a whole number: `12.5` 1, `12` 0, `1200` -2. */
  readonly after: number;
}

/** The extent of a canonical number. Zero has no significant digit and fits everywhere: 0 and 0. */
export function extentOf(canonical: string): Extent {
  if (canonical === "0") return { before: 0, after: 0 };
  const plain = canonical.startsWith("-") ? canonical.slice(1) : canonical;
  const [whole = "", fraction = ""] = plain.split(".");
  return {
    before: whole === "0" ? 0 - skipZeros(fraction) : whole.length,
    after: fraction === "" ? endWithoutZeros(whole) - whole.length : fraction.length,
  };
}

/** True for a canonical number without a fraction. */
export function isWhole(canonical: string): boolean {
  return !canonical.includes(".");
}

/** Orders canonical numbers by value. */
export function compareNumbers(a: string, b: string): number {
  const negative = a.startsWith("-");
  if (negative !== b.startsWith("-")) return negative ? -1 : 1;
  return negative ? compareMagnitudes(b.slice(1), a.slice(1)) : compareMagnitudes(a, b);
}

// Equal lengths before the point make comparing the text comparing the values: nothing canonical ends in a zero there.
function compareMagnitudes(a: string, b: string): number {
  const longer = wholeLength(a) - wholeLength(b);
  if (longer !== 0) return longer;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function wholeLength(canonical: string): number {
  const point = canonical.indexOf(".");
  return point < 0 ? canonical.length : point;
}
