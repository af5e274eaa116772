/**
 * Records, one after the other → the keys that stand there more than once: all of them are found, in memory that is bounded. Where
 * there are too many to remember, half of the keys is set aside, by their hashes, and half of what is left again; what was set aside
 * is for another reading. 64 bits of a hash stand for a key: of 40 million keys, in one of 25,000 sources two would be taken for one.
 */
import { type Position, positionOf, spotOf } from "../decode/source-record.ts";

/** 302 MB, three quarters of which are filled at most: 6 million keys in one reading. */
const MOST_SLOTS = 2 ** 23;
const FEWEST_SLOTS = 2 ** 10;
const FULL = 0.75;
const EXAMPLES = 10;

/** One record that has a key. */
export interface KeyRecord {
  /** Its item's hash, spelled as a uuid. */
  readonly item: string;
  /** 32 hex digits of what it holds. */
  readonly fingerprint: string;
  readonly position: Position;
  readonly source: string;
  /** Copies of an item that are all left behind on purpose may differ. */
  readonly isLeftBehind: boolean;
}

export interface RepeatedKey {
  readonly source: string;
  /** Two of the places where it stands. */
  readonly positions: readonly [Position, Position];
}

export interface RepeatedKeys {
  /** Items whose copies are not all alike, and of which not every one is left behind. */
  readonly different: number;
  /** Records that say once more what one before them says of the same item. */
  readonly equal: number;
  /** Some of each. */
  readonly examples: { readonly different: readonly RepeatedKey[]; readonly equal: readonly RepeatedKey[] };
}

/** A slot is an item with its first version, or one more version of it, and where that stands first: nine words. */
const WORDS = 9;
const [FLAGS, KEY, KEY_LOW, VERSION, VERSION_LOW, EQUAL, FILE, PLACE, PLACE_LOW] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
const [ITEM, FURTHER, COUNTS, DIFFERS] = [1, 2, 4, 8] as const;
const WORD = 2 ** 32;

/** The keys whose first bits are these. */
interface Shard {
  readonly bits: number;
  readonly prefix: number;
}

const belongs = (key: number, { bits, prefix }: Shard): boolean => bits === 0 || key >>> (32 - bits) === prefix;

export class RepeatedKeyFinder {
  readonly #most: number;
  #slots = new Uint32Array(FEWEST_SLOTS * WORDS);
  #used = 0;
  #shard: Shard = { bits: 0, prefix: 0 };
  readonly #aside: Shard[] = [];
  /** Those that positions name, by the number that stands for each in a slot. */
  readonly #files: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #examples = { different: new Map<number, RepeatedKey>(), equal: new Map<number, RepeatedKey>() };
  #found: RepeatedKeys = { different: 0, equal: 0, examples: { different: [], equal: [] } };

  constructor(most = MOST_SLOTS) {
    this.#most = most;
  }

  add(record: KeyRecord): void {
    const { item, fingerprint, position, isLeftBehind } = record;
    const [key, low] = [word(item.slice(0, 8)), word(item.slice(9, 13) + item.slice(14, 18))];
    if (!belongs(key, this.#shard)) return;
    const [version, versionLow] = [word(fingerprint.slice(0, 8)), word(fingerprint.slice(8, 16))];
    const counts = isLeftBehind ? 0 : COUNTS;
    const first = this.#find(ITEM, key, low, version, versionLow);
    const slots = this.#slots;
    if (slots[first + FLAGS] === 0) {
      this.#fill(first, ITEM | counts, key, low, version, versionLow, position);
      return;
    }
    const isFirst = slots[first + VERSION] === version && slots[first + VERSION_LOW] === versionLow;
    const further = isFirst ? first : this.#find(FURTHER, key, low, version, versionLow);
    if (isFirst || slots[further + FLAGS] !== 0) {
      slots[first + EQUAL] = (slots[first + EQUAL] ?? 0) + 1;
      this.#show("equal", key, further, record);
      return;
    }
    slots[first + FLAGS] = (slots[first + FLAGS] ?? 0) | DIFFERS | counts;
    if (isFault(slots[first + FLAGS])) this.#show("different", key, first, record);
    this.#fill(further, FURTHER, key, low, version, versionLow, position);
  }

  /** To be asked when all records were added. True where the source has to be read again: all of them are then added again. */
  needsAnother(): boolean {
    let { different, equal } = this.#found;
    for (let slot = 0; slot < this.#slots.length; slot += WORDS) {
      equal += this.#slots[slot + EQUAL] ?? 0;
      if (isFault(this.#slots[slot + FLAGS])) different += 1;
    }
    const add = (which: "different" | "equal") =>
      [...this.#found.examples[which], ...this.#examples[which].values()].slice(0, EXAMPLES);
    this.#found = { different, equal, examples: { different: add("different"), equal: add("equal") } };
    this.#slots = new Uint32Array(FEWEST_SLOTS * WORDS);
    this.#used = 0;
    for (const examples of Object.values(this.#examples)) examples.clear();
    const next = this.#aside.pop();
    if (next !== undefined) this.#shard = next;
    return next !== undefined;
  }

  found(): RepeatedKeys {
    return this.#found;
  }

  /** The slot of an item, or of a version of it; a free one where there is none. */
  #find(kind: number, key: number, low: number, version: number, versionLow: number): number {
    const mask = this.#slots.length / WORDS - 1;
    const start = kind === ITEM ? low : low ^ Math.imul(versionLow, 0x9e37_79b1);
    for (let at = start & mask; ; at = (at + 1) & mask) {
      const slot = at * WORDS;
      const flags = this.#slots[slot + FLAGS] ?? 0;
      if (flags === 0) return slot;
      if ((flags & kind) === 0 || this.#slots[slot + KEY] !== key || this.#slots[slot + KEY_LOW] !== low) continue;
      if (kind === ITEM) return slot;
      if (this.#slots[slot + VERSION] === version && this.#slots[slot + VERSION_LOW] === versionLow) return slot;
    }
  }

  #fill(
    slot: number,
    flags: number,
    key: number,
    low: number,
    version: number,
    versionLow: number,
    position: Position,
  ): void {
    const slots = this.#slots;
    const { file, at } = spotOf(position);
    slots[slot + FLAGS] = flags;
    slots[slot + FILE] = this.#numberOf(file);
    [slots[slot + PLACE], slots[slot + PLACE_LOW]] = [Math.floor(at / WORD), at % WORD];
    [slots[slot + KEY], slots[slot + KEY_LOW]] = [key, low];
    [slots[slot + VERSION], slots[slot + VERSION_LOW]] = [version, versionLow];
    this.#used += 1;
    if (this.#used * WORDS > FULL * slots.length) this.#makeRoom();
  }

  #numberOf(file: string): number {
    const known = this.#numbers.get(file);
    if (known !== undefined) return known;
    this.#numbers.set(file, this.#files.length);
    return this.#files.push(file) - 1;
  }

  /** Twice the slots or, where that would be too many, half the keys. */
  #makeRoom(): void {
    const before = this.#slots;
    const isFull = (before.length / WORDS) * 2 > this.#most;
    if (isFull) {
      const { bits, prefix } = this.#shard;
      this.#aside.push({ bits: bits + 1, prefix: prefix * 2 + 1 });
      this.#shard = { bits: bits + 1, prefix: prefix * 2 };
      for (const examples of Object.values(this.#examples))
        for (const key of examples.keys()) if (!belongs(key, this.#shard)) examples.delete(key);
    }
    this.#slots = new Uint32Array(before.length * (isFull ? 1 : 2));
    this.#used = 0;
    for (let from = 0; from < before.length; from += WORDS) {
      const old = before.subarray(from, from + WORDS);
      const [flags = 0, key = 0, low = 0, version = 0, versionLow = 0] = old;
      if (flags === 0 || !belongs(key, this.#shard)) continue;
      this.#slots.set(old, this.#find(flags & ITEM ? ITEM : FURTHER, key, low, version, versionLow));
      this.#used += 1;
    }
  }

  /** Keeps those with the smallest hashes: they are the last to be set aside. */
  #show(which: "different" | "equal", key: number, before: number, { source, position }: KeyRecord): void {
    const examples = this.#examples[which];
    if (examples.has(key)) return;
    const at = (this.#slots[before + PLACE] ?? 0) * WORD + (this.#slots[before + PLACE_LOW] ?? 0);
    const file = this.#files[this.#slots[before + FILE] ?? 0] ?? "";
    // That of its line was not kept.
    const other = positionOf({ file, of: spotOf(position).of, at });
    examples.set(key, { source, positions: [other, position] });
    if (examples.size > EXAMPLES) examples.delete(Math.max(...examples.keys()));
  }
}

const word = (hex: string): number => Number.parseInt(hex, 16);

const isFault = (flags = 0): boolean => (flags & (DIFFERS | COUNTS)) === (DIFFERS | COUNTS);
