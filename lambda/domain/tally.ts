/**
 * Counts and fingerprint sums of what was read, entity by entity and table by table. Tallies add up: of pages to a unit,
 * of units to a pass. They are kept with the cursor, so what was counted and what was written cannot part (I1, I3).
 */
import type { Mapping } from "../mapping/model.ts";
import type { Decoded } from "./decode.ts";
import { addFingerprint, addSums, emptySum, type FingerprintSum, foldedSum, readSum, writeSum } from "./fingerprint.ts";
import { parseJson } from "./json-names.ts";

export interface ItemCounts {
  readonly read: number;
  readonly migrated: number;
  readonly unchanged: number;
  readonly ignored: number;
  readonly expired: number;
  readonly quarantined: number;
}

/** What became of one item, as it is counted. */
export type Fate = Exclude<keyof ItemCounts, "read">;

export interface Unmapped {
  readonly count: number;
  /** The key of one item that has it. */
  readonly example: string;
}

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
  /** Equal rows within one item that became one. */
  readonly collapsed: number;
  /** By entity, then path. */
  readonly unmapped: Readonly<Record<string, Readonly<Record<string, Unmapped>>>>;
  /** Attributes left behind on purpose: by entity, then name, the items that have them. */
  readonly ignored: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export const NO_COUNTS: ItemCounts = { read: 0, migrated: 0, unchanged: 0, ignored: 0, expired: 0, quarantined: 0 };
export const EMPTY_TALLY: Tally = {
  read: 0,
  keys: emptySum,
  entities: {},
  facets: {},
  collapsed: 0,
  unmapped: {},
  ignored: {},
};

export const facetKey = (table: { readonly index: number }, facet: { readonly index: number }): string =>
  `${table.index}.${facet.index}`;

export function addCounts(a: ItemCounts, b: ItemCounts): ItemCounts {
  return {
    read: a.read + b.read,
    migrated: a.migrated + b.migrated,
    unchanged: a.unchanged + b.unchanged,
    ignored: a.ignored + b.ignored,
    expired: a.expired + b.expired,
    quarantined: a.quarantined + b.quarantined,
  };
}

function mergeRecords<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  add: (x: T, y: T) => T,
): Record<string, T> {
  const all = new Map(Object.entries(a));
  for (const [key, value] of Object.entries(b)) {
    const before = all.get(key);
    all.set(key, before === undefined ? value : add(before, value));
  }
  return Object.fromEntries(all);
}

/** An entity all of whose items turned out to be another's was never there. */
function withoutNothing(entities: Record<string, ItemCounts>): Record<string, ItemCounts> {
  return Object.fromEntries(Object.entries(entities).filter(([, counts]) => Object.values(counts).some(Boolean)));
}

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    read: a.read + b.read,
    keys: addSums(a.keys, b.keys),
    entities: withoutNothing(mergeRecords(a.entities, b.entities, addCounts)),
    facets: mergeRecords(a.facets, b.facets, addSums),
    collapsed: a.collapsed + b.collapsed,
    unmapped: mergeRecords(a.unmapped, b.unmapped, (x, y) =>
      mergeRecords(x, y, (one, other) => ({ count: one.count + other.count, example: one.example })),
    ),
    ignored: mergeRecords(a.ignored, b.ignored, (x, y) => mergeRecords(x, y, (one, other) => one + other)),
  };
}

/** What one decoded item adds to a tally, noted before anybody writes it. */
interface Note {
  readonly item: string;
  readonly entity: string;
  readonly source: string;
  readonly facets: ReadonlyMap<string, FingerprintSum>;
  readonly collapsed: number;
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

  note({ item, outcome, source }: Decoded): void {
    const facets = new Map<string, FingerprintSum>();
    const rows = outcome.kind === "rows" ? outcome.contributions : [];
    for (const { table, facet, fingerprint } of rows) {
      const key = facetKey(table, facet);
      facets.set(key, addFingerprint(facets.get(key) ?? emptySum, fingerprint));
    }
    const entity = outcome.entity?.name ?? NO_ENTITY;
    const nothing = { collapsed: 0, unmapped: [], ignored: [] };
    const { collapsed, unmapped, ignored } = outcome.kind === "rows" ? outcome : nothing;
    this.#notes.push({ item, entity, source, facets, collapsed, unmapped, ignored });
  }

  /** The rows of the items that were written, each contribution one. */
  rowsOf(fates: ReadonlyMap<string, Fate>): number {
    return this.#notes
      .filter(({ item }) => fates.get(item) === "migrated")
      .reduce((rows, { facets }) => facets.values().reduce((sum, { count }) => sum + count, rows), 0);
  }

  /** The page's tally, given what became of each item. An item without a fate is read and nothing else, which shows. */
  tally(fates: ReadonlyMap<string, Fate>): Tally {
    return this.#notes.reduce((sum, note) => addTallies(sum, tallyOf(note, fates.get(note.item))), {
      ...EMPTY_TALLY,
      read: this.#read,
    });
  }
}

/** Takes a tally away: what was counted once and is counted otherwise now. */
export function negated(tally: Tally): Tally {
  const minus = ({ count, high, low }: FingerprintSum) => foldedSum(-count, -high, -low);
  const each = <T>(values: Readonly<Record<string, T>>, turn: (value: T) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, turn(value)]));
  return {
    read: -tally.read,
    keys: minus(tally.keys),
    entities: each(tally.entities, (counts) => ({
      read: -counts.read,
      migrated: -counts.migrated,
      unchanged: -counts.unchanged,
      ignored: -counts.ignored,
      expired: -counts.expired,
      quarantined: -counts.quarantined,
    })),
    facets: each(tally.facets, minus),
    collapsed: -tally.collapsed,
    unmapped: each(tally.unmapped, (paths) => each(paths, ({ count, example }) => ({ count: -count, example }))),
    ignored: each(tally.ignored, (names) => each(names, (count) => -count)),
  };
}

/** The tally of one item in quarantine. */
export const quarantinedTally = (item: string, entity: string | null): Tally => ({
  ...EMPTY_TALLY,
  read: 1,
  keys: addItem(emptySum, item),
  entities: { [entity ?? NO_ENTITY]: { ...NO_COUNTS, read: 1, quarantined: 1 } },
});

/** Adds an item, by its hash, to a sum over keys. */
export const addItem = (sum: FingerprintSum, item: string): FingerprintSum =>
  addFingerprint(sum, item.replaceAll("-", ""));

function tallyOf(note: Note, fate: Fate | undefined): Tally {
  const counts: ItemCounts = { ...NO_COUNTS, read: 1, ...(fate === undefined ? {} : { [fate]: 1 }) };
  const entities = { [note.entity]: counts };
  const keys = addItem(emptySum, note.item);
  if (fate === "quarantined") return { ...EMPTY_TALLY, keys, entities };
  const paths = note.unmapped.map((path) => [path, { count: 1, example: note.source }] as const);
  return {
    read: 0,
    keys,
    entities,
    facets: Object.fromEntries(note.facets),
    collapsed: note.collapsed,
    unmapped: paths.length === 0 ? {} : { [note.entity]: Object.fromEntries(paths) },
    ignored:
      note.ignored.length === 0 ? {} : { [note.entity]: Object.fromEntries(note.ignored.map((name) => [name, 1])) },
  };
}

/** All items of a tally, over every entity. */
export function totalCounts(tally: Tally): ItemCounts {
  return Object.values(tally.entities).reduce(addCounts, NO_COUNTS);
}

/** The tally as JSON text: sums stay exact because they are text. */
export function writeTally(tally: Tally): string {
  return JSON.stringify(tally, (_key, value: unknown) => (isSum(value) ? writeSum(value) : value));
}

function isSum(value: unknown): value is FingerprintSum {
  return typeof value === "object" && value !== null && "high" in value && "low" in value && "count" in value;
}

/** Reads what `writeTally` wrote. */
export function readTally(text: string): Tally {
  // Attribute names stand in it, whatever they hold.
  const stored = parseJson(text) as Omit<Tally, "facets" | "keys" | "ignored"> & {
    ignored?: Tally["ignored"];
    facets: Record<string, string>;
    keys: string;
  };
  const facets = Object.entries(stored.facets).map(([key, sum]) => [key, readSum(sum)] as const);
  return { ...stored, ignored: stored.ignored ?? {}, keys: readSum(stored.keys), facets: Object.fromEntries(facets) };
}

/** The entities in the order a reader expects: as declared, then the items that matched none. */
export function entityNames(mapping: Mapping): string[] {
  return [...mapping.entities].sort((a, b) => a.index - b.index).map(({ name }) => name);
}
