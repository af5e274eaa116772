/**
 * Names, one after the other → how many items have each. So many are told apart and all others counted together, and which
 * depends on the names alone: never on the order they come in, nor on how the items were divided among pages and units (I5).
 */
import { must } from "../must.ts";

/** Some items, all of them counted, and the key of one: the smallest. */
export interface Named {
  readonly count: number;
  readonly example: string;
}

export interface Names {
  readonly named: Readonly<Record<string, Named>>;
  /** Names beyond those told apart: each is counted as often as items have it. */
  readonly beyond?: Named;
}

/**
 * Sorts as names are taken: those with fewer digits first, then the shorter, because a name that is made of data has more
 * of both than one somebody gave.
 */
const rankOf = (name: string): string => String.fromCharCode(name.replace(/\D+/g, "").length, name.length) + name;
const nameOf = (rank: string): string => rank.slice(2);

const together = (a: Named | undefined, b: Named): Named =>
  a === undefined ? b : { count: a.count + b.count, example: a.example < b.example ? a.example : b.example };

/** Each so many times; less than none adds up with the same names to none. */
export function namesTimes({ named, beyond }: Names, factor: number): Names {
  const times = ({ count, example }: Named): Named => ({ count: count * factor, example });
  return {
    named: Object.fromEntries(Object.entries(named).map(([name, found]) => [name, times(found)])),
    ...(beyond === undefined ? {} : { beyond: times(beyond) }),
  };
}

/** A name among the first of all is among the first of every part, so whatever is told apart in the end was never counted otherwise. */
export class NameCounts {
  readonly #most: number;
  readonly #named = new Map<string, Named>();
  /** The ranks of those told apart, in order. */
  readonly #order: string[] = [];
  #beyond: Named | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  add(name: string, found: Named): void {
    const rank = rankOf(name);
    const known = this.#named.get(rank);
    if (known !== undefined) this.#named.set(rank, together(known, found));
    else if (this.#order.length < this.#most || rank < (this.#order.at(-1) ?? "")) this.#tellApart(rank, found);
    else this.#beyond = together(this.#beyond, found);
  }

  addAll({ named, beyond }: Names): void {
    for (const [name, found] of Object.entries(named)) this.add(name, found);
    if (beyond !== undefined) this.#beyond = together(this.#beyond, beyond);
  }

  names(): Names {
    const named = this.#order.flatMap((rank) => {
      const found = this.#named.get(rank);
      return found === undefined || found.count === 0 ? [] : [[nameOf(rank), found] as const];
    });
    const beyond = this.#beyond === undefined || this.#beyond.count === 0 ? {} : { beyond: this.#beyond };
    return { named: Object.fromEntries(named), ...beyond };
  }

  #tellApart(rank: string, found: Named): void {
    this.#named.set(rank, found);
    this.#order.splice(placeIn(this.#order, rank), 0, rank);
    if (this.#order.length <= this.#most) return;
    const last = must(this.#order.pop(), "there are more than may be");
    this.#beyond = together(this.#beyond, must(this.#named.get(last), "what is in order is counted"));
    this.#named.delete(last);
  }
}

/** How many of `order` come before. */
function placeIn(order: readonly string[], rank: string): number {
  let [from, to] = [0, order.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((order[middle] ?? "") < rank) from = middle + 1;
    else to = middle;
  }
  return from;
}
