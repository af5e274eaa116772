/** Counts, as time goes by → how many a second, by what was counted lately. */

/** Long enough to be steady, short enough to follow a table that begins to throttle. */
const WINDOW_MS = 15_000;

export class Rate {
  #seen: { readonly at: number; readonly count: number }[] = [];

  add(count: number, at = performance.now()): void {
    const since = at - WINDOW_MS;
    // The last one before the window stays: it is what the window begins with.
    const first = this.#seen.findLastIndex((each) => each.at <= since);
    this.#seen = [...this.#seen.slice(Math.max(0, first)), { at, count }];
  }

  /** Undefined while nothing can be told. */
  perSecond(): number | undefined {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < 500) return undefined;
    // What a window of changes takes away is no speed.
    if (last.count < first.count) return undefined;
    return ((last.count - first.count) / (last.at - first.at)) * 1000;
  }
}
