/** So much a second → how long to wait before spending more. Pure: whoever asks says what time it is, in milliseconds. */

/** What is left of a rate after it was refused, and what comes back of it a second, as shares of the whole. */
export const GIVING_WAY = { left: 0.5, least: 0.05, backEachSecond: 0.02 } as const;

/** A bucket that fills at `perSecond` and holds one second's worth. It may be overdrawn; whoever comes next waits. */
export class Budget {
  readonly #perSecond: number;
  #share = 1;
  #balance: number;
  #filled: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#balance = perSecond;
    this.#filled = now;
  }

  /** Milliseconds until there is something to spend; 0 where there is. */
  missing(now: number): number {
    this.#fill(now);
    return this.#balance > 0 ? 0 : Math.max(1, (-this.#balance / (this.#perSecond * this.#share)) * 1000);
  }

  /** Takes what something cost, or will. */
  spend(amount: number, now: number): void {
    this.#fill(now);
    this.#balance -= amount;
  }

  /** Whoever serves the requests has refused one: half the rate from now on, which comes back little by little. */
  refused(now: number): void {
    this.#fill(now);
    this.#share = Math.max(GIVING_WAY.least, this.#share * GIVING_WAY.left);
  }

  #fill(now: number): void {
    const seconds = Math.max(0, now - this.#filled) / 1000;
    this.#filled = now;
    this.#share = Math.min(1, this.#share + seconds * GIVING_WAY.backEachSecond);
    const rate = this.#perSecond * this.#share;
    this.#balance = Math.min(rate, this.#balance + seconds * rate);
  }
}
