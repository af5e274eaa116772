/** What an entity writes → what makes rows of an item, with their fingerprints, one for each facet and key. */
import { hash } from "node:crypto";
import type { ChoosePlan, FacetModel, RowPlan, TableModel, WhenPlan, WritePlan } from "../../mapping/model.ts";
import { must } from "../must.ts";
import { type Cell, canonicalOf } from "./cell.ts";
import { Contribution, type Contributions } from "./decode.ts";
import { packed, rowFingerprint } from "./fingerprint.ts";
import { cellReader, listReader, type Scope, type Templates, valueReader } from "./read.ts";
import { isRefusal, type Refusal, refuse, together } from "./refusal.ts";
import { isText } from "./steps.ts";

/**
 * Gives the rows of the item in scope, one after the other, and takes an answer to each. Once one is refused none is of use, but what is
 * wrong with the others is told, too.
 */
export type GiveRows = (scope: Scope) => GivenRows;
export type GivenRows = Generator<Contribution, Refusal | undefined, Refusal | undefined>;

export function rowWriter(writes: readonly WritePlan[], templates: Templates): GiveRows {
  const all = writes.map((write) => anyOf(write, templates));
  return function* (scope) {
    let refused: Refusal[] | undefined;
    for (const write of all) {
      const refusal = yield* write(scope);
      if (refusal !== undefined) refused = [...(refused ?? []), refusal];
    }
    return refused && together(refused);
  };
}

function anyOf(write: WritePlan, templates: Templates): GiveRows {
  switch (write.kind) {
    case "row":
      return writerOf(write, templates);
    case "each":
      return eachOf(write, templates);
    case "when":
      return whenOf(write, templates);
    case "choose":
      return chooseOf(write, templates);
    case "agree": {
      const read = valueReader(write.of, templates);
      // biome-ignore lint/correctness/useYield: it gives no row
      return function* (scope) {
        const value = read(scope);
        return isRefusal(value) ? value : undefined;
      };
    }
  }
}

/** That a value is there reads nothing of it; where it stands for NULL there is nothing more to read. */
function whenOf({ of, writes }: WhenPlan, templates: Templates): GiveRows {
  const read = valueReader(of, templates);
  const write = rowWriter(writes, templates);
  return function* (scope) {
    const apart = { ...scope, reads: scope.reads.apart() };
    const value = read(apart);
    if (isRefusal(value)) return value;
    if (value !== null) return yield* write(scope);
    scope.reads.join(apart.reads);
    return undefined;
  };
}

function chooseOf({ of, cases }: ChoosePlan, templates: Templates): GiveRows {
  const read = valueReader(of, templates);
  const writers = cases.map(({ is, writes }) => ({ is, write: rowWriter(writes, templates) }));
  return function* (scope) {
    const value = read(scope);
    if (value === null || isRefusal(value)) return value ?? undefined;
    const chosen = writers.find(({ is }) => isText(value, is));
    return chosen && (yield* chosen.write(scope));
  };
}

function eachOf({ list, level, writes }: Extract<WritePlan, { kind: "each" }>, templates: Templates): GiveRows {
  const read = listReader(list, templates);
  const write = rowWriter(writes, templates);
  return function* (scope) {
    const elements = read(scope);
    if (isRefusal(elements)) return elements;
    let position = 0;
    for (const element of elements) {
      scope.values[level.depth] = element;
      scope.positions[level.depth] = position;
      const refusal = yield* write(scope);
      if (refusal !== undefined) return refusal;
      position += 1;
    }
    return undefined;
  };
}

function writerOf({ table, facet, reads }: RowPlan, templates: Templates): GiveRows {
  const readers = facet.columns.map((column, at) =>
    cellReader(
      must(reads[at], "a facet has a read for each column"),
      // What one part has nothing to say of is for the others to say.
      facet.shared === true ? { ...column, nullable: true } : column,
      templates,
    ),
  );
  const types = facet.columns.map((column) => column.type);
  const keys = table.primaryKey.map((column) => facet.columns.indexOf(column));
  const to = { table, facet, keys, rankOf: ranking(table, facet) };
  const said = facet.shared === true ? facet.columns.findIndex((column) => !table.primaryKey.includes(column)) : -1;
  return function* (scope) {
    // As long as it will be: one that grows has room for seventeen.
    const cells = new Array<Cell | null>(readers.length).fill(null);
    let at = 0;
    for (const read of readers) {
      const cell = read(scope);
      if (isRefusal(cell)) return together(readers.map((each) => each(scope)).filter(isRefusal));
      cells[at++] = cell;
    }
    if (said >= 0 && cells[said] === null) return undefined;
    return yield new Contribution(to, cells, rowFingerprint(types, cells));
  };
}

/** Numbers rank as they are; a moment's digits in order are a number that grows with time. */
function ranking({ duplicates }: TableModel, facet: FacetModel): (cells: readonly (Cell | null)[]) => string | null {
  const none = (): null => null;
  if (typeof duplicates === "string") return none;
  const at = facet.columns.findIndex((column) => column.name === duplicates.latest);
  const kind = facet.columns[at]?.type.kind;
  if (kind === undefined) return none;
  const canonical = (cells: readonly (Cell | null)[]): string | null => canonicalOf(cells[at] ?? null);
  if (!kind.startsWith("timestamp") && kind !== "date") return canonical;
  return (cells) => canonical(cells)?.replace(/\+00$/, "").replace(/[-: ]/g, "") ?? null;
}

const NONE: ReadonlyMap<string, number> = new Map();

/** An item can give 130,000, of 270 bytes each: those of one that gives more than this are made anew wherever they are gone through (I8). */
const MOST_KEPT = 10_000;

/** The rows of one item so far. */
export class Rows {
  #kept: Contribution[] | undefined = [];
  #count = 0;
  #collapsed: Map<string, number> | undefined;
  /** By facet, its only row so far, or the packed fingerprints of all by their keys. */
  readonly #facets = new Map<FacetModel, Contribution | Map<string, string>>();

  /** Rows beyond the first that are equal to it, by table. */
  get collapsed(): ReadonlyMap<string, number> {
    return this.#collapsed ?? NONE;
  }

  /** Takes what one item gives. */
  take(given: GivenRows): Refusal | undefined {
    let next = given.next();
    while (next.done !== true) next = given.next(this.add(next.value));
    return next.value;
  }

  /** What was taken; `anew` gives all of it once more. */
  contributions(anew: () => GivenRows): Contributions {
    const hasCopies = this.#collapsed !== undefined;
    return (
      this.#kept ?? {
        length: this.#count,
        [Symbol.iterator]: () => (hasCopies ? distinct(anew()) : anew()),
      }
    );
  }

  add(contribution: Contribution): Refusal | undefined {
    const { table, fingerprint } = contribution;
    const before = this.putOrFind(contribution);
    if (before === undefined) {
      this.#count += 1;
      if (this.#count > MOST_KEPT) this.#kept = undefined;
      this.#kept?.push(contribution);
      return undefined;
    }
    if (before !== packed(fingerprint))
      return refuse("conflicting-rows", `it gives two different rows of ${table.name} with one primary key`);
    this.#collapsed ??= new Map();
    this.#collapsed.set(table.name, (this.#collapsed.get(table.name) ?? 0) + 1);
    return undefined;
  }

  /** The packed fingerprint of the row that has the key already. */
  putOrFind(contribution: Contribution): string | undefined {
    const { facet, key, fingerprint } = contribution;
    const known = this.#facets.get(facet);
    if (known === undefined) {
      this.#facets.set(facet, contribution);
      return undefined;
    }
    const rows = known instanceof Map ? known : new Map([[placeOf(known.key), packed(known.fingerprint)]]);
    if (rows !== known) this.#facets.set(facet, rows);
    const place = placeOf(key);
    const before = rows.get(place);
    if (before === undefined) rows.set(place, packed(fingerprint));
    return before;
  }
}

/** The first of those that are equal. */
function* distinct(given: GivenRows): Generator<Contribution> {
  const rows = new Rows();
  for (const each of given) if (rows.putOrFind(each) === undefined) yield each;
}

/** A long key would stand here once for each of its rows. */
const LONGEST_PLACE = 100;

/** Keys of one facet have one number of parts, so their lengths tell where each ends. No hash begins with `=` or holds a colon. */
export function placeOf(key: readonly string[]): string {
  const place = key.length === 1 ? `=${key[0]}` : key.map((part) => `${part.length}:${part}`).join("");
  return place.length > LONGEST_PLACE ? hash("sha256", place, "base64") : place;
}
