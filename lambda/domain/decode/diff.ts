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

/** What one item gives to one facet, by key. */
interface Given {
  readonly by: Decoded;
  readonly rows: Map<string, Contribution>;
}

/** Compares item by item: a line belongs to the item, the facet and the key it was written for. */
export class Difference {
  readonly changed: { readonly line: KnownLine; readonly offer: Offer }[] = [];
  readonly #given = new Map<string, Given>();

  constructor(offers: Iterable<Offer>) {
    for (const { by, contribution } of offers) {
      const at = groupOf(by.item, contribution.table.index, contribution.facet.index);
      const { rows } = this.#given.get(at) ?? this.#begin(at, by);
      rows.set(placeOf(contribution.key), contribution);
    }
  }

  #begin(at: string, by: Decoded): Given {
    const given = { by, rows: new Map<string, Contribution>() };
    this.#given.set(at, given);
    return given;
  }

  /** Takes some of the ledger's lines, each once, and returns those that are no longer given. */
  meet(lines: readonly Line[]): Line[] {
    return lines.filter((line) => {
      const given = this.#given.get(groupOf(line.item, line.table, line.facet));
      const place = placeOf(line.key);
      const contribution = given?.rows.get(place);
      if (given === undefined || contribution === undefined) return true;
      given.rows.delete(place);
      const { at, fingerprint, holds } = line;
      if (contribution.fingerprint !== fingerprint)
        this.changed.push({ line: { at, fingerprint, holds }, offer: { by: given.by, contribution } });
      return false;
    });
  }

  /** Once every line was met: what the ledger has no line of. */
  *added(): Generator<Offer> {
    for (const { by, rows } of this.#given.values())
      for (const contribution of rows.values()) yield { by, contribution };
  }
}

const groupOf = (item: string, table: number, facet: number): string => `${item} ${table} ${facet}`;
