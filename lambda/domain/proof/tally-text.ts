/** A tally ↔ the text it stands as in the ledger. */
import { readSum, writeSum } from "../decode/fingerprint.ts";
import { parseJson } from "../decode/json-names.ts";
import type { Tally } from "./tally.ts";

/** The tally as JSON text: sums stay exact because they are text. */
export function writeTally({ keys, facets, ...counts }: Tally): string {
  const sums = Object.entries(facets).map(([key, sum]) => [key, writeSum(sum)] as const);
  return JSON.stringify({ ...counts, keys: writeSum(keys), facets: Object.fromEntries(sums) });
}

/** Reads what `writeTally` wrote. */
export function readTally(text: string): Tally {
  // Attribute names stand in it, whatever they hold.
  const stored = parseJson(text) as Omit<Tally, "facets" | "keys"> & { facets: Record<string, string>; keys: string };
  const facets = Object.entries(stored.facets).map(([key, sum]) => [key, readSum(sum)] as const);
  return { ...stored, keys: readSum(stored.keys), facets: Object.fromEntries(facets) };
}
