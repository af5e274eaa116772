/** What an entity writes → what makes rows of an item, with their fingerprints, one for each facet and key. */
import { hash } from "node:crypto";
import type { ChoosePlan, FacetModel, RowPlan, TableModel, WhenPlan, WritePlan } from "../../mapping/model.ts";
import { must } from "../must.ts";
import { type Cell, canonicalOf } from "./cell.ts";
import { Contribution } from "./decode.ts";
import { rowFingerprint } from "./fingerprint.ts";
import { cellReader, listReader, type Scope, type Templates, valueReader } from "./read.ts";
import { isRefusal, type Refusal, refuse, together } from "./refusal.ts";
import { isText } from "./steps.ts";

/** Adds the rows of the item in scope. Once one is refused none is of use, but what is wrong with the others is told, too. */
export type WriteRows = (scope: Scope, rows: Rows) => Refusal | undefined;

export function rowWriter(writes: readonly WritePlan[], templates: Templates): WriteRows {
  const all = writes.map((write) => anyOf(write, templates));
  return (scope, rows) => {
    let refused: Refusal[] | undefined;
    for (const write of all) {
      const refusal = write(scope, rows);
      if (refusal !== undefined) refused = [...(refused ?? []), refusal];
    }
    return refused && together(refused);
  };
}

function anyOf(write: WritePlan, templates: Templates): WriteRows {
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
      return (scope) => {
        const value = read(scope);
        return isRefusal(value) ? value : undefined;
      };
    }
  }
}

/** That a value is there reads nothing of it; where it stands for NULL there is nothing more to read. */
function whenOf({ of, writes }: WhenPlan, templates: Templates): WriteRows {
  const read = valueReader(of, templates);
  const write = rowWriter(writes, templates);
  return (scope, rows) => {
    const apart = { ...scope, reads: scope.reads.apart() };
    const value = read(apart);
    if (isRefusal(value)) return value;
    if (value !== null) return write(scope, rows);
    scope.reads.join(apart.reads);
    return undefined;
  };
}

function chooseOf({ of, cases }: ChoosePlan, templates: Templates): WriteRows {
  const read = valueReader(of, templates);
  const writers = cases.map(({ is, writes }) => ({ is, write: rowWriter(writes, templates) }));
  return (scope, rows) => {
    const value = read(scope);
    if (value === null || isRefusal(value)) return value ?? undefined;
    return writers.find(({ is }) => isText(value, is))?.write(scope, rows);
  };
}

function eachOf({ list, level, writes }: Extract<WritePlan, { kind: "each" }>, templates: Templates): WriteRows {
  const read = listReader(list, templates);
  const write = rowWriter(writes, templates);
  return (scope, rows) => {
    const elements = read(scope);
    if (isRefusal(elements)) return elements;
    let position = 0;
    for (const element of elements) {
      scope.values[level.depth] = element;
      scope.positions[level.depth] = position;
      const refusal = write(scope, rows);
      if (refusal !== undefined) return refusal;
      position += 1;
    }
    return undefined;
  };
}

function writerOf({ table, facet, reads }: RowPlan, templates: Templates): WriteRows {
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
  return (scope, rows) => {
    // As long as it will be: one that grows has room for seventeen.
    const cells = new Array<Cell | null>(readers.length).fill(null);
    let at = 0;
    for (const read of readers) {
      const cell = read(scope);
      if (isRefusal(cell)) return together(readers.map((each) => each(scope)).filter(isRefusal));
      cells[at++] = cell;
    }
    if (said >= 0 && cells[said] === null) return undefined;
    return rows.add(new Contribution(to, cells, rowFingerprint(types, cells)));
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

/** The rows of one item so far. */
export class Rows {
  readonly contributions: Contribution[] = [];
  #collapsed: Map<string, number> | undefined;
  /** By facet, its only row so far, or all of them by their keys. */
  readonly #facets = new Map<FacetModel, Contribution | Map<string, Contribution>>();

  /** Rows beyond the first that are equal to it, by table. */
  get collapsed(): ReadonlyMap<string, number> {
    return this.#collapsed ?? NONE;
  }

  add(contribution: Contribution): Refusal | undefined {
    const { table, fingerprint } = contribution;
    const before = this.#putOrFind(contribution);
    if (before === undefined) {
      this.contributions.push(contribution);
      return undefined;
    }
    if (before.fingerprint !== fingerprint)
      return refuse("conflicting-rows", `it gives two different rows of ${table.name} with one primary key`);
    this.#collapsed ??= new Map();
    this.#collapsed.set(table.name, (this.#collapsed.get(table.name) ?? 0) + 1);
    return undefined;
  }

  /** The row that has the key already. */
  #putOrFind(contribution: Contribution): Contribution | undefined {
    const { facet, key } = contribution;
    const known = this.#facets.get(facet);
    if (known === undefined) {
      this.#facets.set(facet, contribution);
      return undefined;
    }
    const rows = known instanceof Map ? known : new Map([[placeOf(known.key), known]]);
    if (rows !== known) this.#facets.set(facet, rows);
    const place = placeOf(key);
    const before = rows.get(place);
    if (before === undefined) rows.set(place, contribution);
    return before;
  }
}

/** A long key would stand here once for each of its rows. */
const LONGEST_PLACE = 100;

/** Keys of one facet have one number of parts, so their lengths tell where each ends. No hash begins with `=` or holds a colon. */
export function placeOf(key: readonly string[]): string {
  const place = key.length === 1 ? `=${key[0]}` : key.map((part) => `${part.length}:${part}`).join("");
  return place.length > LONGEST_PLACE ? hash("sha256", place, "base64") : place;
}
