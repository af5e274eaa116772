/**
 * What some items give now, and what the ledger knows of them → what has to be written. Pure, so that the rules of a second
 * pass can be read and tested apart from SQL.
 */
import type { Contribution, Decoded } from "./decode.ts";
import { placeOf } from "./rows.ts";

/** One line as the ledger holds it. */
export interface Line {
  /** The item that gave it, by its hash and by its number in the ledger. */
  readonly item: string;
  readonly id: number;
  /** Where the ledger keeps it: good until it is written again. */
  readonly at: string;
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

/** What stands in memory of a line until it is written anew: its keys may be long. */
export type KnownLine = Pick<Line, "at" | "fingerprint" | "holds">;

/** A contribution with the item that gives it. */
export interface Offer {
  readonly by: Decoded;
  readonly contribution: Contribution;
}

export interface Changes {
  /** Lines whose item no longer gives this row. */
  readonly gone: readonly Line[];
  /** Contributions that are known, and hold other values now. */
  readonly changed: readonly { readonly line: KnownLine; readonly offer: Offer }[];
  readonly added: readonly Offer[];
}

export const NO_CHANGES: Changes = { gone: [], changed: [], added: [] };

const at = (item: string, table: number, facet: number, key: readonly string[]): string =>
  `${item} ${table} ${facet} ${placeOf(key)}`;

/** Compares item by item: a line belongs to the item, the facet and the key it was written for. */
export class Difference {
  readonly changed: { readonly line: KnownLine; readonly offer: Offer }[] = [];
  readonly #given: Map<string, Offer>;

  constructor(offers: Iterable<Offer>) {
    this.#given = new Map();
    for (const offer of offers) {
      const { table, facet, key } = offer.contribution;
      this.#given.set(at(offer.by.item, table.index, facet.index, key), offer);
    }
  }

  /** Takes some of the ledger's lines, each once, and returns those that are no longer given. */
  meet(lines: readonly Line[]): Line[] {
    return lines.filter((line) => {
      const place = at(line.item, line.table, line.facet, line.key);
      const offer = this.#given.get(place);
      this.#given.delete(place);
      if (offer !== undefined && offer.contribution.fingerprint !== line.fingerprint) {
        const { at: where, fingerprint, holds } = line;
        this.changed.push({ line: { at: where, fingerprint, holds }, offer });
      }
      return offer === undefined;
    });
  }

  /** Once every line was met: what the ledger has no line of. */
  added(): Iterable<Offer> {
    return this.#given.values();
  }
}
