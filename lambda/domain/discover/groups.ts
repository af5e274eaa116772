/** Findings, one after the other → those that are alike as one, with how many there are. Counting is exact; groups beyond a number are counted together. */

export class Groups<T> {
  /** Findings of groups there was no room for. */
  beyond = 0;
  readonly #most: number;
  readonly #groups = new Map<string, T & { readonly count: number }>();

  constructor(most: number) {
    this.#most = most;
  }

  /** `like` says which group; `first` is what the group shows. */
  add(like: readonly (string | undefined)[], first: () => T, count = 1): void {
    const at = JSON.stringify(like);
    const known = this.#groups.get(at);
    if (known !== undefined) this.#groups.set(at, { ...known, count: known.count + count });
    else if (this.#groups.size < this.#most) this.#groups.set(at, { ...first(), count });
    else this.beyond += count;
  }

  /** The largest first. */
  all(): (T & { readonly count: number })[] {
    return [...this.#groups.values()].sort((a, b) => b.count - a.count);
  }
}
