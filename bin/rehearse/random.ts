/**
 * A seed → an endless stream of choices, the same for the same seed on every machine. Mulberry32: small and good enough
 * for made-up data, and nothing else.
 */
import { must } from "../../lambda/domain/must.ts";

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A fraction, from 0 and below 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A whole number, both ends included. */
  between(least: number, greatest: number): number {
    return least + Math.floor(this.fraction() * (greatest - least + 1));
  }

  /** A whole number whose magnitude is spread evenly: as many below a thousand as between a thousand and a million. */
  magnitude(least: number, greatest: number): number {
    return Math.floor(least * (greatest / least) ** this.fraction());
  }

  pick<T>(list: readonly T[]): T {
    return must(list[this.between(0, list.length - 1)], "a choice needs something to choose from");
  }

  /** Up to `count` different elements, in no particular order. */
  some<T>(list: readonly T[], count: number): T[] {
    const left = [...list];
    const chosen: T[] = [];
    while (chosen.length < count && left.length > 0) {
      chosen.push(...left.splice(this.between(0, left.length - 1), 1));
    }
    return chosen;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.between(0, 255));
  }

  hex(length: number): string {
    return Array.from({ length }, () => this.between(0, 15).toString(16)).join("");
  }

  /** A version 4 UUID. */
  uuid(): string {
    const variant = this.pick(["8", "9", "a", "b"]);
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`;
  }

  /** Decimal digits of which the first and the last are not zero. */
  digits(length: number): string {
    const inner = Array.from({ length: Math.max(0, length - 2) }, () => this.between(0, 9)).join("");
    return length === 1 ? String(this.between(1, 9)) : `${this.between(1, 9)}${inner}${this.between(1, 9)}`;
  }
}
