/**
 * Maps → what is made of their names in one order, whichever they stand in. Items of a kind have theirs in few orders, each of
 * which is sorted once: after that, going from one name to the next takes a tenth of the time that sorting them does.
 */

/** Characters that are remembered. Maps whose names are data have others each time; those are sorted each time. */
const ROOM = 1_000_000;
/** What a name takes beside its characters. */
const OVERHEAD = 100;

interface Place<T> {
  readonly next: Map<string, Place<T>>;
  made?: readonly T[];
}

export class NameOrders<T> {
  readonly #make: (name: string) => T;
  readonly #compare: ((a: string, b: string) => number) | undefined;
  readonly #start: Place<T> = { next: new Map() };
  #room: number;

  /** Without `compare` as JavaScript sorts texts. */
  constructor(make: (name: string) => T, compare?: (a: string, b: string) => number, room = ROOM) {
    this.#make = make;
    this.#compare = compare;
    this.#room = room;
  }

  /** One for each name, in order. */
  of(map: Readonly<Record<string, unknown>>): readonly T[] {
    let place = this.#start;
    for (const name in map) {
      const next = place.next.get(name) ?? this.#extended(place, name);
      if (next === undefined) return this.#sorted(map);
      place = next;
    }
    place.made ??= this.#sorted(map);
    return place.made;
  }

  #sorted(map: Readonly<Record<string, unknown>>): T[] {
    return Object.keys(map)
      .sort(this.#compare)
      .map((name) => this.#make(name));
  }

  #extended({ next }: Place<T>, name: string): Place<T> | undefined {
    const cost = name.length + OVERHEAD;
    if (this.#room < cost) return undefined;
    this.#room -= cost;
    const place: Place<T> = { next: new Map() };
    next.set(name, place);
    return place;
  }
}
