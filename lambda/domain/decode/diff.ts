/**
 * What the ledger knows of some items, and what they give now → what has to be written. Pure, so that the rules of a
 * second pass can be read and tested apart from SQL.
 */
import type { Contribution, Decoded } from "./decode.ts";

/** One audit line as the ledger holds it. */
export interface Line {
  readonly item: string;
  readonly table: number;
  readonly facet: number;
  readonly key: readonly string[];
  /** The item's key, as people read it. */
  readonly source: string;
  /** 32 hex digits. */
  readonly fingerprint: string;
  /** Whether this contribution holds its row, or is parked. */
  readonly holds: boolean;
}

/** A contribution with the item that gives it. */
export interface Offer {
  readonly by: Decoded;
  readonly contribution: Contribution;
}

export interface Changes {
  /** Lines whose item no longer gives this row. */
  readonly gone: readonly Line[];
  /** Contributions that are known, and hold other values now. */
  readonly changed: readonly { readonly line: Line; readonly offer: Offer }[];
  readonly added: readonly Offer[];
}

const at = (item: string, table: number, facet: number, key: readonly string[]): string =>
  JSON.stringify([item, table, facet, ...key]);

/** Compares item by item: a line belongs to the item, the facet and the key it was written for. */
export function changesOf(lines: readonly Line[], offers: readonly Offer[]): Changes {
  const known = new Map(lines.map((line) => [at(line.item, line.table, line.facet, line.key), line]));
  const changed: { line: Line; offer: Offer }[] = [];
  const added: Offer[] = [];
  for (const offer of offers) {
    const { table, facet, key, fingerprint } = offer.contribution;
    const place = at(offer.by.item, table.index, facet.index, key);
    const line = known.get(place);
    known.delete(place);
    if (line === undefined) added.push(offer);
    else if (line.fingerprint !== fingerprint) changed.push({ line, offer });
  }
  return { gone: [...known.values()], changed, added };
}
