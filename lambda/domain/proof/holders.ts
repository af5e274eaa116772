/** Rows, one after the other → whether an item before gave the same row. Remembers as many as there is room for, and says how many it does not. */
import { createHash } from "node:crypto";
import { canonicalOf } from "../decode/cell.ts";
import type { Contribution } from "../decode/decode.ts";

/** Rows that are remembered, and characters of their items' keys: together under 200 MB, whatever the table's size. */
const ROOM = { rows: 500_000, characters: 40_000_000 };

export interface Holder {
  readonly fingerprint: string;
  readonly source: string;
  /** A character for each column: 16 bits tell two values apart, but for one pair in 65,000. */
  readonly columns: string;
}

const NULL = "\u0000";

/** As short as it comes: there is one for every row that is remembered. */
export function columnsOf({ cells }: Pick<Contribution, "cells">): string {
  let text = "";
  for (const cell of cells) {
    let hash = 0x811c9dc5;
    const canonical = canonicalOf(cell) ?? "";
    for (let at = 0; at < canonical.length; at += 1) hash = Math.imul(hash ^ canonical.charCodeAt(at), 0x01000193);
    text += cell === null ? NULL : String.fromCharCode((hash ^ (hash >>> 16)) & 0xffff || 1);
  }
  return text;
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
  holderOf(contribution: Contribution, source: string): Holder | undefined {
    const { table, facet, key, fingerprint } = contribution;
    // A hash, because the keys of a row may be as long as its item.
    const at = createHash("sha256")
      .update(JSON.stringify([table.index, facet.index, ...key]))
      .digest("base64");
    const known = this.#holders.get(at);
    if (known !== undefined) return known;
    const columns = columnsOf(contribution);
    const characters = source.length + columns.length * 2;
    if (this.#rows < 1 || this.#characters < characters) this.forgotten += 1;
    else {
      this.#holders.set(at, { fingerprint, source, columns });
      this.#rows -= 1;
      this.#characters -= characters;
    }
    return undefined;
  }
}
