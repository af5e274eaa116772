/** Rows, one after the other → whether an item before gave the same row. Remembers as many as there is room for, and says how many it does not. */
import { createHash } from "node:crypto";
import type { Contribution } from "../decode/decode.ts";

/** Rows that are remembered, and characters of their items' keys: together under 200 MB, whatever the table's size. */
const ROOM = { rows: 500_000, characters: 40_000_000 };

export interface Holder {
  readonly fingerprint: string;
  readonly source: string;
}

export class Holders {
  /** Rows that were compared with those remembered, and are not remembered themselves. */
  forgotten = 0;
  #rows: number;
  #characters: number;
  readonly #holders = new Map<string, Holder>();

  constructor(room: { readonly rows: number; readonly characters: number } = ROOM) {
    this.#rows = room.rows;
    this.#characters = room.characters;
  }

  /** The item that gave this row before, if one did; otherwise it is this one from now on. */
  holderOf({ table, facet, key, fingerprint }: Contribution, source: string): Holder | undefined {
    // A hash, because the keys of a row may be as long as its item.
    const at = createHash("sha256")
      .update(JSON.stringify([table.index, facet.index, ...key]))
      .digest("base64");
    const known = this.#holders.get(at);
    if (known !== undefined) return known;
    if (this.#rows < 1 || this.#characters < source.length) this.forgotten += 1;
    else {
      this.#holders.set(at, { fingerprint, source });
      this.#rows -= 1;
      this.#characters -= source.length;
    }
    return undefined;
  }
}
