/**
 * Texts of one attribute, one after the other, each with what else its item holds → how they are made: pieces that are always the
 * same, pieces that repeat another value of the item, and pieces that stand nowhere else.
 */
import type { IdSets } from "./id-sets.ts";
import { Values } from "./values.ts";

/** Texts of the item in lower case → the values that hold them, as they are. */
export type Around = ReadonlyMap<string, readonly { readonly name: string; readonly text: string }[]>;

export interface Repeat {
  readonly name: string;
  /** Case aside where it is not. */
  readonly isExact: boolean;
}

export interface Piece {
  /** The literal that all texts have here before the value, up to one of `-_.:@/=`. */
  readonly stem: string;
  /** What stands behind the stem, as long as it was always the same. */
  readonly constant: string | undefined;
  /** Values that were the same each time. */
  readonly repeats: readonly Repeat[];
  readonly values: Values;
  /** Nothing has stood behind the stem so far, as libraries leave it where a value is absent. */
  readonly isEmpty?: true;
}

const MOST_PIECES = 16;

export class Composition {
  readonly delimiter: string;
  /** Some texts ended before others did. */
  isRagged = false;
  /** undefined once the texts had no common shape. */
  pieces: readonly Piece[] | undefined = [];
  #isNew = true;
  readonly #ids: IdSets;

  constructor(delimiter: string, ids: IdSets) {
    this.delimiter = delimiter;
    this.#ids = ids;
  }

  add(text: string, around: Around): void {
    if (this.pieces === undefined) return;
    const texts = text.split(this.delimiter);
    if (!this.#isNew && texts.length !== this.pieces.length) this.isRagged = true;
    const known = this.pieces;
    const isOdd = texts.some((piece, at) => !piece.startsWith(known[at]?.stem ?? ""));
    if (texts.length > MOST_PIECES || isOdd) {
      this.pieces = undefined;
      return;
    }
    const read = texts.map((piece, at) => this.#read(piece, known[at], around));
    this.pieces = [...read, ...known.slice(texts.length)];
    this.#isNew = false;
  }

  #read(text: string, known: Piece | undefined, around: Around): Piece {
    const piece = known ?? begun(text, around, new Values(this.#ids));
    const rest = text.slice(piece.stem.length);
    if (rest === "" && piece.stem !== "") return piece;
    piece.values.add({ S: rest });
    if (known === undefined) return piece;
    if (known.isEmpty)
      return { stem: known.stem, constant: rest, repeats: repeatsOf(rest, around), values: known.values };
    const repeats = piece.repeats.length === 0 ? piece.repeats : common(piece.repeats, repeatsOf(rest, around));
    return { ...piece, constant: piece.constant === rest ? rest : undefined, repeats };
  }
}

/** The longest text behind a stem that is a value of the item, or the whole. */
function begun(text: string, around: Around, values: Values): Piece {
  const whole = repeatsOf(text, around);
  if (whole.length > 0) return { stem: "", constant: text, repeats: whole, values };
  for (const { index } of /^[A-Za-z$_]/.test(text) ? text.slice(0, 200).matchAll(/[-_.:@/=]/g) : []) {
    const rest = text.slice(index + 1);
    const repeats = repeatsOf(rest, around);
    if (repeats.length > 0) return { stem: text.slice(0, index + 1), constant: rest, repeats, values };
  }
  if (/^[A-Za-z$][A-Za-z$_]*[-_.:@/=]$/.test(text))
    return { stem: text, constant: "", repeats: [], values, isEmpty: true };
  const stem = /^[A-Za-z$][A-Za-z$_]*[-_.:@/=](?=[^/])/.exec(text)?.[0] ?? "";
  return { stem, constant: text.slice(stem.length), repeats: [], values };
}

function repeatsOf(text: string, around: Around): Repeat[] {
  if (text === "" || text.length > 200) return [];
  const found = around.get(text.toLowerCase());
  return found === undefined ? [] : found.map(({ name, text: own }) => ({ name, isExact: own === text }));
}

const common = (one: readonly Repeat[], other: readonly Repeat[]): Repeat[] =>
  one.flatMap(({ name, isExact }) => {
    const again = other.find((each) => each.name === name);
    return again === undefined ? [] : [{ name, isExact: isExact && again.isExact }];
  });
