/**
 * Values that have to be known until the end, as hashes of 52 bits, in memory that is bounded. Where there are too many, one value in
 * two is looked at from then on, then one in four, and all that is known of the others is forgotten: what is said of those that are
 * looked at stays true.
 */
import { digest } from "../../decode/fingerprint.ts";
import { placeOf } from "../../decode/rows.ts";

/** Values that are remembered, and characters of the keys of their items: under 200 MB, whatever the table's size. */
const ROOM = { values: 1_000_000, characters: 30_000_000 };

/** Of some texts together. */
export const hashOf = (values: readonly string[]): number => Number.parseInt(digest(placeOf(values)).slice(0, 13), 16);

interface Store {
  readonly values: Map<number, unknown> | Set<number>;
  /** What stands beside the values, counted as they are. */
  beside(): number;
}

export class Remembered {
  /** Of so many values one is looked at. */
  oneIn = 1;
  #values: number;
  #characters: number;
  readonly #most: number;
  readonly #stores: Store[] = [];

  constructor(room: { readonly values: number; readonly characters: number } = ROOM) {
    this.#most = room.values;
    this.#values = room.values;
    this.#characters = room.characters;
  }

  /** `beside` counts what one of them holds beyond itself. */
  map<V>(beside: (value: V) => number = () => 0): Map<number, V> {
    const values = new Map<number, V>();
    this.#stores.push({ values, beside: () => values.values().reduce((sum, value) => sum + beside(value), 0) });
    return values;
  }

  set(): Set<number> {
    const values = new Set<number>();
    this.#stores.push({ values, beside: () => 0 });
    return values;
  }

  isLookedAt(value: number): boolean {
    return value % this.oneIn === 0;
  }

  /** The key of an item, where there is room for it. */
  kept(source: string): string | undefined {
    if (this.#characters < source.length) return undefined;
    this.#characters -= source.length;
    return source;
  }

  /** One more is known; half of all may be forgotten for it. */
  take(): void {
    this.#values -= 1;
    if (this.#values > 0) return;
    this.oneIn *= 2;
    for (const { values } of this.#stores)
      for (const value of values.keys()) if (!this.isLookedAt(value)) values.delete(value);
    const left = this.#stores.reduce((sum, { values, beside }) => sum + values.size + beside(), 0);
    this.#values = Math.max(this.#most - left, 1);
  }

  /** One is of no use any more. */
  give(source: string | undefined): void {
    this.#values += 1;
    this.#characters += source?.length ?? 0;
  }
}
