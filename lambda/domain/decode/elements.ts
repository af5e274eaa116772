/**
 * A list or set → its elements. Sets have no order of their own, and a number many spellings: they are sorted as what they mean
 * and without repetitions, so that positions are stable.
 */
import type { AttributeValue } from "./attribute.ts";
import { compareBytes } from "./json.ts";
import { canonicalNumber, compareNumbers } from "./number.ts";

/** Undefined where the value is neither. Those of a set are made each time: `Reads` keeps them for as long as an item is read. */
export const elementsOf = (value: AttributeValue): readonly AttributeValue[] | undefined =>
  "L" in value ? value.L : membersOf(value);

const NO_BYTES = new Uint8Array();

function membersOf(value: AttributeValue): readonly AttributeValue[] | undefined {
  if ("SS" in value) return [...new Set(value.SS)].sort(compareBytes).map((S) => ({ S }));
  if ("NS" in value) {
    const numbers = new Set(value.NS.map((spelling) => canonicalNumber(spelling) ?? spelling));
    return [...numbers].sort(compareNumbers).map((N) => ({ N }));
  }
  if (!("BS" in value)) return undefined;
  const sorted = [...value.BS].sort(Buffer.compare);
  return sorted
    .filter((bytes, at) => Buffer.compare(bytes, sorted[at - 1] ?? NO_BYTES) !== 0 || at === 0)
    .map((B) => ({ B }));
}
