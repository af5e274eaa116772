/**
 * Values that may be ids → sets that can be compared with each other, in memory that is bounded. While there is room all of
 * them are kept; then only those whose hash is below a limit, the same for all sets: what is left of one set can still be looked
 * for in what is left of another.
 */
import { figure } from "./figure.ts";

/** Of all sets together: 8 bytes each, in tables that are half empty. */
const MOST_HASHES = 1_500_000;
/** Members of maps in maps might be without number. */
const MOST_SETS = 20_000;
const FEWEST_SLOTS = 16;
const FULL = 0.7;
const WHOLE = 2 ** 53;

export class IdSets {
  readonly #most: number;
  readonly #sets: IdSet[] = [];
  #limit = WHOLE;
  #kept = 0;

  constructor(most = MOST_HASHES) {
    this.#most = most;
  }

  make(): IdSet {
    const set = new IdSet(this);
    this.#sets.push(set);
    return set;
  }

  /** There are as many places as are told apart. */
  get isFull(): boolean {
    return this.#sets.length >= MOST_SETS;
  }

  /** The part of all hashes that is kept: 1 is all of them. */
  get share(): number {
    return this.#limit / WHOLE;
  }

  get limit(): number {
    return this.#limit;
  }

  grow(): void {
    this.#kept += 1;
    while (this.#kept > this.#most) {
      this.#limit /= 2;
      this.#kept = 0;
      for (const set of this.#sets) this.#kept += set.cut(this.#limit);
    }
  }
}

export class IdSet {
  readonly #all: IdSets;
  /** Hashes, each at its place or behind it; 0 is no hash. A `Set` takes five times as long, and three times the memory. */
  #slots = new Float64Array(FEWEST_SLOTS);
  #used = 0;
  /** Two were the same, as far as is known. */
  isRepeated = false;

  constructor(all: IdSets) {
    this.#all = all;
  }

  add(text: string): void {
    const hash = hashOf(text);
    if (hash > this.#all.limit) return;
    if (this.#put(hash)) this.#all.grow();
    else this.isRepeated = true;
  }

  /** False where it is there already. */
  #put(hash: number): boolean {
    const slot = this.#slotOf(hash);
    if (this.#slots[slot] === hash) return false;
    this.#slots[slot] = hash;
    this.#used += 1;
    if (this.#used > this.#slots.length * FULL) this.#rebuild(this.#slots.length * 2, WHOLE);
    return true;
  }

  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1;
    let at = hash & mask;
    for (;;) {
      const there = this.#slots[at];
      if (there === hash || there === 0) return at;
      at = (at + 1) & mask;
    }
  }

  #rebuild(length: number, limit: number): void {
    const before = this.#slots;
    this.#slots = new Float64Array(length);
    this.#used = 0;
    for (const hash of before) {
      if (hash === 0 || hash > limit) continue;
      this.#slots[this.#slotOf(hash)] = hash;
      this.#used += 1;
    }
  }

  /** About so many different ones. */
  get size(): number {
    return this.#estimate(this.#used);
  }

  #estimate(kept: number): number {
    return Math.round(kept / this.#all.share);
  }

  /** Whether all were kept, so that what is said of them is no estimate. */
  get isWhole(): boolean {
    return this.#all.share === 1;
  }

  /** How many of them are not in the other set, and how many there are: of those that are kept. */
  missingIn(other: IdSet): { readonly missing: number; readonly of: number } {
    let missing = 0;
    for (const hash of this.#slots) if (hash !== 0 && !other.#has(hash)) missing += 1;
    return { missing, of: this.#used };
  }

  /** So many of those that are kept → how many of all that makes, for a person: `1,200`, or `about 1,200` of an estimate. */
  told(kept = this.#used): string {
    return `${this.isWhole ? "" : "about "}${figure(this.#estimate(kept))}`;
  }

  /** Takes what another set has, too. */
  addAll(other: IdSet): void {
    for (const hash of other.#slots) if (hash !== 0 && this.#put(hash)) this.#all.grow();
  }

  #has(hash: number): boolean {
    return this.#slots[this.#slotOf(hash)] === hash;
  }

  /** Leaves out what is above the limit; returns how many are left. */
  cut(limit: number): number {
    this.#rebuild(this.#slots.length, limit);
    return this.#used;
  }
}

/** 53 bits, as a number: cyrb53, which mixes two 32-bit halves. */
function hashOf(text: string): number {
  let [high, low] = [0xdead_beef, 0x41c6_ce57];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0) || 1;
}
