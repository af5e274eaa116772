/**
 * What some items give now, and what the ledger knows of them → what has to be written. Pure, so that the rules of a second
 * pass can be read and tested apart from SQL.
 */
import type { Contribution, Decoded } from "./decode.ts";
import { PACKED, packed, unpacked } from "./fingerprint.ts";
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

/** What is kept of a line until it is written anew: its keys may be long. */
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

/** What one item gives to one facet, by key: the packed fingerprint, until a line is met, and then the packed line that holds another one. */
type Given = Map<string, string>;

/**
 * Compares item by item: a line belongs to the item, the facet and the key it was written for. What is offered is gone through
 * once more for what has changed, and once more for what was added: an item may give too much to be kept (I8).
 */
export class Difference {
  readonly #offers: () => Iterable<Offer>;
  readonly #given = new Map<string, Given>();

  constructor(offers: () => Iterable<Offer>) {
    this.#offers = offers;
    for (const { by, contribution } of offers()) {
      const at = groupOf(by.item, contribution.table.index, contribution.facet.index);
      const given = this.#given.get(at) ?? new Map();
      this.#given.set(at, given.set(placeOf(contribution.key), packed(contribution.fingerprint)));
    }
  }

  /** Takes some of the ledger's lines, each once, and returns those that are no longer given. */
  meet(lines: readonly Line[]): Line[] {
    return lines.filter(({ item, table, facet, key, at, fingerprint, holds }) => {
      const given = this.#given.get(groupOf(item, table, facet));
      const place = placeOf(key);
      const now = given?.get(place);
      if (now === undefined) return true;
      if (now === packed(fingerprint)) given?.delete(place);
      else given?.set(place, packedLine({ at, fingerprint, holds }));
      return false;
    });
  }

  /** Once every line was met: what the ledger knows with other values. */
  *changed(): Generator<Changes["changed"][number]> {
    for (const { offer, given } of this.#left()) if (isLine(given)) yield { line: unpackedLine(given), offer };
  }

  /** Once every line was met: what the ledger has no line of. */
  *added(): Generator<Offer> {
    for (const { offer, given } of this.#left()) if (!isLine(given)) yield offer;
  }

  *#left(): Generator<{ readonly offer: Offer; readonly given: string }> {
    for (const offer of this.#offers()) {
      const { table, facet, key } = offer.contribution;
      const given = this.#given.get(groupOf(offer.by.item, table.index, facet.index))?.get(placeOf(key));
      if (given !== undefined) yield { offer, given };
    }
  }
}

/** A line in a third of the room: there can be 130,000. */
const packedLine = ({ at, fingerprint, holds }: KnownLine): string =>
  Buffer.concat([Buffer.from(fingerprint, "hex"), Buffer.from(`${holds ? HOLDS : WAITS}${at}`)]).toString("latin1");

const unpackedLine = (line: string): KnownLine => ({
  fingerprint: unpacked(line.slice(0, PACKED)),
  holds: line.charAt(PACKED) === HOLDS,
  at: line.slice(PACKED + 1),
});

const [HOLDS, WAITS] = ["+", "-"];

const isLine = (given: string): boolean => given.length > PACKED;

const groupOf = (item: string, table: number, facet: number): string => `${item} ${table} ${facet}`;
