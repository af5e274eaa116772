/** How fast a copy goes, and when it had better stop: rows a second, and a page that would outlast the time that is left. */
import { setTimeout as sleep } from "node:timers/promises";
import { Budget } from "../domain/budget.ts";

export interface PaceSettings {
  /** Rows a second, over all workers of this process: for a target that serves an application already. */
  readonly maxRowsPerSecond?: number;
  /** Milliseconds until everything has to be over. */
  readonly timeLeft?: () => number;
}

/** A page as slow as the slowest one, and half of that on top, must still fit. */
const MARGIN = 1.5;

/** Shared by all workers of a process. */
export class Pace {
  readonly #budget: Budget | undefined;
  readonly #timeLeft: () => number;
  readonly #now: () => number;
  #slowest = 0;

  constructor({ maxRowsPerSecond, timeLeft = () => Infinity }: PaceSettings, now: () => Date) {
    this.#now = () => now().getTime();
    this.#timeLeft = timeLeft;
    if (maxRowsPerSecond !== undefined) this.#budget = new Budget(maxRowsPerSecond, this.#now());
  }

  /** Whether there is time for one more page, as long as the slowest one so far took to be read and written. */
  hasTime(): boolean {
    return this.#timeLeft() > this.#slowest * MARGIN;
  }

  /** Waits until another page may be written, or the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.#budget === undefined) return;
    for (let ms = this.#budget.missing(this.#now()); ms > 0 && !signal.aborted; ms = this.#budget.missing(this.#now()))
      await sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  /** Notes a page: the rows it wrote, and when it was begun. */
  wrote(rows: number, since: Date): void {
    const now = this.#now();
    this.#budget?.spend(rows, now);
    this.#slowest = Math.max(this.#slowest, now - since.getTime());
  }
}
