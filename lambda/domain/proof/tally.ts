/**
 * Counts and fingerprint sums of what was read, entity by entity and table by table. Tallies add up: of pages to a unit,
 * of units to a pass. They are kept with the cursor, so what was counted and what was written cannot part (I1, I3).
 */
import type { FacetModel, Mapping } from "../../mapping/model.ts";
import type { Contribution, Decoded } from "../decode/decode.ts";
import { emptySum, type FingerprintSum, foldedSum } from "../decode/fingerprint.ts";
import { RunningSum } from "../decode/running-sum.ts";
import { type CountsOfEntities, EntityCounts } from "./entity-counts.ts";
import { NameCounts, type Names, namesTimes } from "./name-counts.ts";

export interface ItemCounts {
  readonly read: number;
  readonly migrated: number;
  readonly unchanged: number;
  readonly ignored: number;
  readonly expired: number;
  readonly quarantined: number;
  /** Records that say once more what one before them says of the same item. */
  readonly repeated: number;
}

/** What became of one item, as it is counted. */
export type Fate = Exclude<keyof ItemCounts, "read">;

const FATES: readonly Fate[] = ["migrated", "unchanged", "ignored", "expired", "quarantined", "repeated"];

/** The entity of items that match none. */
export const NO_ENTITY = "(none)";

export interface Tally {
  /** Records the source handed over; counted before anything is done with them. */
  readonly read: number;
  /** Which records they were: a sum over their keys. A second reading of the source must come to the same. */
  readonly keys: FingerprintSum;
  readonly entities: Readonly<Record<string, ItemCounts>>;
  /** Contributions by facet (`table.facet`), as decoded: what the ledger must hold. */
  readonly facets: Readonly<Record<string, FingerprintSum>>;
  /** The same contributions counted by entity, then facet. */
  readonly given: CountsOfEntities;
  /** By entity, then table: rows beyond the first that equal one another row of the same item. */
  readonly collapsed: Readonly<Record<string, Names>>;
  /** By entity: the paths nobody reads. */
  readonly unmapped: Readonly<Record<string, Names>>;
  /** Attributes left behind on purpose: by entity, then name, the items that have them. Only names the mapping lists. */
  readonly ignored: CountsOfEntities;
}

export const NO_COUNTS: ItemCounts = {
  read: 0,
  migrated: 0,
  unchanged: 0,
  ignored: 0,
  expired: 0,
  quarantined: 0,
  repeated: 0,
};
export const EMPTY_TALLY: Tally = {
  read: 0,
  keys: emptySum,
  entities: {},
  facets: {},
  given: {},
  collapsed: {},
  unmapped: {},
  ignored: {},
};

export const facetKey = (table: { readonly index: number }, facet: { readonly index: number }): string =>
  `${table.index}.${facet.index}`;

const combined = (a: ItemCounts, b: ItemCounts, combine: (x: number, y: number) => number): ItemCounts => ({
  read: combine(a.read, b.read),
  migrated: combine(a.migrated, b.migrated),
  unchanged: combine(a.unchanged, b.unchanged),
  ignored: combine(a.ignored, b.ignored),
  expired: combine(a.expired, b.expired),
  quarantined: combine(a.quarantined, b.quarantined),
  repeated: combine(a.repeated, b.repeated),
});

export const addCounts = (a: ItemCounts, b: ItemCounts): ItemCounts => combined(a, b, (x, y) => x + y);

/** Names nobody reads, of each entity: they stand in the ledger with every page, and a table may have as many as items (I8). */
export const MOST_NAMES = 100;

/** Adds up in place: what a page or an item adds costs as much as it holds itself, whatever was counted before (I8). */
class Sum {
  readonly #entities = new Map<string, Counting>();
  readonly #facets = new Map<string, RunningSum>();
  readonly #given = new EntityCounts();
  readonly #collapsed = new Map<string, NameCounts>();
  readonly #unmapped = new Map<string, NameCounts>();
  readonly #ignored = new EntityCounts();
  readonly #keys = new RunningSum();
  #read = 0;

  /** A record the source handed over. */
  addRead(records: number): this {
    this.#read += records;
    return this;
  }

  addNote({ item, entity, source, facets, collapsed, unmapped, ignored }: Note, fate: Fate | undefined): this {
    this.#keys.add(item);
    const counts = at(this.#entities, entity, noCounts);
    counts.read += 1;
    if (fate !== undefined) counts[fate] += 1;
    if (fate === "quarantined" || fate === "repeated") return this;
    for (const { key, rows } of facets) {
      at(this.#facets, key, noRows).merge(rows);
      this.#given.add(entity, key, rows.count);
    }
    for (const [table, count] of collapsed)
      at(this.#collapsed, entity, noTables).add(table, { count, example: source });
    for (const path of unmapped) at(this.#unmapped, entity, noPaths).add(path, { count: 1, example: source });
    for (const name of ignored) this.#ignored.add(entity, name, 1);
    return this;
  }

  add({ read, keys, entities, facets, given, collapsed, unmapped, ignored }: Tally): this {
    this.#keys.addSum(keys);
    for (const [entity, counts] of Object.entries(entities)) {
      const sum = at(this.#entities, entity, noCounts);
      sum.read += counts.read;
      for (const fate of FATES) sum[fate] += counts[fate];
    }
    for (const [facet, sum] of Object.entries(facets)) at(this.#facets, facet, noRows).addSum(sum);
    for (const [entity, tables] of Object.entries(collapsed)) at(this.#collapsed, entity, noTables).addAll(tables);
    for (const [entity, names] of Object.entries(unmapped)) at(this.#unmapped, entity, noPaths).addAll(names);
    this.#given.addAll(given);
    this.#ignored.addAll(ignored);
    return this.addRead(read);
  }

  tally(): Tally {
    return {
      read: this.#read,
      keys: this.#keys.sum(),
      // What was counted and all of it taken away again was never there.
      entities: Object.fromEntries(
        [...this.#entities].filter(([, counts]) => Object.values(counts).some((count) => count !== 0)),
      ),
      facets: Object.fromEntries([...this.#facets].map(([facet, rows]) => [facet, rows.sum()])),
      collapsed: Object.fromEntries([...this.#collapsed].map(([entity, tables]) => [entity, tables.names()])),
      unmapped: Object.fromEntries([...this.#unmapped].map(([entity, names]) => [entity, names.names()])),
      given: this.#given.counts(),
      ignored: this.#ignored.counts(),
    };
  }
}

type Counting = { -readonly [K in keyof ItemCounts]: number };
const noCounts = (): Counting => ({ ...NO_COUNTS });
const noRows = (): RunningSum => new RunningSum();
const noTables = (): NameCounts => new NameCounts(Number.POSITIVE_INFINITY);
const noPaths = (): NameCounts => new NameCounts(MOST_NAMES);

/** What is counted of a name, from nothing on. */
function at<T>(all: Map<string, T>, name: string, nothing: () => T): T {
  const known = all.get(name);
  if (known !== undefined) return known;
  const begun = nothing();
  all.set(name, begun);
  return begun;
}

/** The sum of some tallies. */
export const sumOf = (tallies: readonly Tally[]): Tally =>
  tallies.reduce((sum, tally) => sum.add(tally), new Sum()).tally();

export const addTallies = (a: Tally, b: Tally): Tally => sumOf([a, b]);

/** What one decoded item adds to a tally, noted before anybody writes it. */
export interface Note {
  readonly item: string;
  readonly entity: string;
  readonly source: string;
  /** Each facet once. */
  readonly facets: readonly { readonly key: string; readonly rows: RunningSum }[];
  readonly collapsed: ReadonlyMap<string, number>;
  readonly unmapped: readonly string[];
  readonly ignored: readonly string[];
}

/**
 * Counts one page as it was decoded, apart from whoever writes it: what was to be written and what was written are two
 * accounts, and the proof compares them.
 */
export class PageTally {
  readonly #read: number;
  #notes: Note[] = [];

  constructor(read: number) {
    this.#read = read;
  }

  /** Forgets what was noted: the page is decoded again from its beginning. */
  restart(): void {
    this.#notes = [];
  }

  note(decoded: Decoded): void {
    this.#notes.push(noteOf(decoded));
  }

  /** The rows of the items that were written, each contribution one. */
  rowsOf(fates: readonly Fate[]): number {
    return this.#notes
      .filter((_, at) => fates[at] === "migrated")
      .reduce((sum, { facets }) => facets.reduce((inner, { rows }) => inner + rows.count, sum), 0);
  }

  /**
   * The page's tally, given what became of each of its items, in their order: two with one key have a fate each. An item
   * without a fate is read and nothing else, which shows.
   */
  tally(fates: readonly Fate[]): Tally {
    return this.#notes.reduce((sum, note, at) => sum.addNote(note, fates[at]), new Sum().addRead(this.#read)).tally();
  }
}

/** Nothing that a report tells beside counts and rows. */
export const NO_REMARKS = { collapsed: new Map<string, number>(), unmapped: [], ignored: [] } as const;

export function noteOf({ item, outcome, source }: Decoded): Note {
  const entity = outcome.entity?.name ?? NO_ENTITY;
  if (outcome.kind !== "rows") return { item, entity, source, facets: [], ...NO_REMARKS };
  const { contributions, collapsed, unmapped, ignored } = outcome;
  return { item, entity, source, facets: facetSums(contributions), collapsed, unmapped, ignored };
}

/** Of one item: as a rule its rows of a facet come one after the other, and it has few facets. */
function facetSums(contributions: Iterable<Contribution>): Note["facets"] {
  const sums: { readonly facet: FacetModel; readonly key: string; readonly rows: RunningSum }[] = [];
  for (const { table, facet, fingerprint } of contributions) {
    let sum = sums.findLast((each) => each.facet === facet);
    if (sum === undefined) {
      sum = { facet, key: facetKey(table, facet), rows: new RunningSum() };
      sums.push(sum);
    }
    sum.rows.add(fingerprint);
  }
  return sums;
}

/** What some items count as. */
export const tallyOfNotes = (items: readonly { readonly note: Note; readonly fate: Fate }[]): Tally =>
  items.reduce((sum, { note, fate }) => sum.addNote(note, fate), new Sum().addRead(items.length)).tally();

/** What some records count as that say the same of one item, by what became of each of them. */
export function copiesTally(decoded: Decoded, fates: Readonly<Partial<Record<Fate, number>>>): Tally {
  const note = noteOf(decoded);
  return sumOf(FATES.map((fate) => times(new Sum().addRead(1).addNote(note, fate).tally(), fates[fate] ?? 0)));
}

/** A tally so many times; less than none takes it away: what was counted once and is counted otherwise now. */
export function times(tally: Tally, factor: number): Tally {
  const sum = ({ count, high, low }: FingerprintSum) =>
    foldedSum(count * factor, high * BigInt(factor), low * BigInt(factor));
  const each = <T>(values: Readonly<Record<string, T>>, turn: (value: T) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, turn(value)]));
  return {
    read: tally.read * factor,
    keys: sum(tally.keys),
    entities: each(tally.entities, (counts) => combined(counts, NO_COUNTS, (count) => count * factor)),
    facets: each(tally.facets, sum),
    given: each(tally.given, (names) => each(names, (count) => count * factor)),
    collapsed: each(tally.collapsed, (names) => namesTimes(names, factor)),
    unmapped: each(tally.unmapped, (names) => namesTimes(names, factor)),
    ignored: each(tally.ignored, (names) => each(names, (count) => count * factor)),
  };
}

export const negated = (tally: Tally): Tally => times(tally, -1);

/** The tally of one item in quarantine. */
export const quarantinedTally = (item: string, entity: string | null): Tally => ({
  ...EMPTY_TALLY,
  read: 1,
  keys: new RunningSum().add(item).sum(),
  entities: { [entity ?? NO_ENTITY]: { ...NO_COUNTS, read: 1, quarantined: 1 } },
});

/** All items of a tally, over every entity. */
export function totalCounts(tally: Tally): ItemCounts {
  return Object.values(tally.entities).reduce(addCounts, NO_COUNTS);
}

/** The entities in the order they were declared in, those of an earlier mapping first. */
export function entityNames(mapping: Mapping): string[] {
  return [...mapping.entities].sort((a, b) => a.index - b.index).map(({ name }) => name);
}
