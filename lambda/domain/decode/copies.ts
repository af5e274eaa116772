/**
 * The copies of an item are the records with its key; those of equal content are one version of it. Where there are several
 * versions, which of them counts is a function of the set: of no order, no pass and no worker (I5).
 */
import type { Decoded } from "./decode.ts";

/** By item, one copy of each version. */
export function versionsByItem(copies: Iterable<Decoded>): Map<string, Decoded[]> {
  const byItem = new Map<string, Decoded[]>();
  for (const copy of copies) {
    const versions = byItem.get(copy.item) ?? [];
    byItem.set(copy.item, versions);
    if (!versions.some(({ fingerprint }) => fingerprint === copy.fingerprint)) versions.push(copy);
  }
  return byItem;
}

/** What is left behind on purpose gives no row, whichever version of it is looked at. */
export const isLeftBehind = ({ outcome: { kind } }: Decoded): boolean => kind === "ignored" || kind === "expired";

/**
 * Of the versions of one item the one that counts: the smallest fingerprint among those that give rows and that Postgres does
 * not refuse, as one of `refused`; where none does, the smallest of all.
 */
export function versionThatCounts(
  versions: readonly Decoded[],
  refused: { has(fingerprint: string): boolean } = new Set(),
): Decoded | undefined {
  const giving = versions.filter(({ outcome, fingerprint }) => outcome.kind === "rows" && !refused.has(fingerprint));
  return (giving.length > 0 ? giving : [...versions]).reduce<Decoded | undefined>(
    (least, each) => (least === undefined || each.fingerprint < least.fingerprint ? each : least),
    undefined,
  );
}
