/** Read capacity units a second → a turn for each request. What a request consumes is known only afterwards: it is guessed, and set right by the next. */
import { setTimeout as sleep } from "node:timers/promises";
import { Budget } from "../../domain/budget.ts";
import type { Allowance } from "../../ports/allowance.ts";

/** A consistent page of a megabyte. */
const PAGE_UNITS = 256;

/** What a request may consume. */
export interface Turn {
  /** Units a second; undefined where nothing limits them. */
  readonly perSecond: number | undefined;
  /** Units that were taken for it. */
  readonly taken: number;
  /** Items that it may ask for, where a whole page would be more than a second's worth at once. */
  readonly limit?: number;
}

const FREE: Turn = { perSecond: undefined, taken: 0 };

export class ReadBudget {
  readonly #limit: () => Promise<number | undefined>;
  readonly #allowance: Allowance;
  /** Asked for once: by the first who reads. */
  #known: Promise<number | undefined> | undefined;
  /** What a request took the last time, and what was consumed beyond what was taken. */
  #usual = PAGE_UNITS;
  #owed = 0;
  /** Units an item took the last time. */
  #ofItem = 1;
  readonly spent = { units: 0, retries: 0, throttled: 0 };

  constructor(limit: () => Promise<number | undefined>, allowance: Allowance = ofThisProcess()) {
    this.#limit = limit;
    this.#allowance = allowance;
  }

  /** Waits for its turn, or until the signal aborts. */
  async turn(signal?: AbortSignal): Promise<Turn> {
    this.#known ??= this.#limit().catch((error: unknown) => {
      this.#known = undefined;
      throw error;
    });
    const perSecond = await this.#known;
    const isOver = (): boolean => signal?.aborted === true;
    if (perSecond === undefined || isOver()) return FREE;
    const taken = Math.min(this.#usual, Math.max(1, perSecond));
    const owed = this.#owed;
    this.#owed = 0;
    const wait = await this.#allowance.take(taken + owed, perSecond);
    if (wait > 0) await sleep(wait, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    if (isOver()) {
      // Whoever goes on does not wait for what was never read.
      await this.#allowance.take(-taken, perSecond);
      return FREE;
    }
    if (perSecond >= PAGE_UNITS) return { perSecond, taken };
    return { perSecond, taken, limit: Math.max(1, Math.floor(perSecond / this.#ofItem)) };
  }

  /** Notes what a request has consumed in its turn, and how many items it gave. */
  spend({ perSecond, taken }: Turn, units: number, items: number): void {
    this.spent.units += units;
    // A server that does not say what it took leaves the guess as it is.
    if (perSecond === undefined || units === 0) return;
    if (items > 0) this.#ofItem = units / items;
    this.#usual = units;
    this.#owed += units - taken;
  }

  /** A request is sent again. Where the table was throttled others use it too, and all readers give way. */
  again(isThrottled: boolean): void {
    this.spent.retries += 1;
    if (isThrottled) this.spent.throttled += 1;
    if (isThrottled) void this.#giveWay();
  }

  async #giveWay(): Promise<void> {
    try {
      if ((await this.#known) !== undefined) await this.#allowance.giveWay();
    } catch {
      // Where that cannot be noted, this reader's own pauses have to do.
    }
  }
}

/** Of whoever reads alone. */
export function ofThisProcess(): Allowance {
  let budget: Budget | undefined;
  return {
    take: async (units, perSecond) => {
      const now = performance.now();
      budget ??= new Budget(perSecond, now);
      const wait = budget.missing(now);
      budget.spend(units, now);
      return wait;
    },
    giveWay: async () => budget?.refused(performance.now()),
  };
}
