/**
 * Rows, one after the other → what no row shows alone: those that point to none, those that share what must be unique, and rows
 * of which a part is missing.
 */
import type { FacetModel, TableModel } from "../../../mapping/model.ts";
import { type Cell, inputOf } from "../../decode/cell.ts";
import type { Contribution } from "../../decode/decode.ts";
import { AgreementCensus } from "./agreement-census.ts";
import type { MissingCensus, RelationsFound } from "./found.ts";
import { hashOf, Remembered } from "./remembered.ts";
import { byCount, faultOf, type Step, stepsOn, textsOf } from "./row-steps.ts";

const EXAMPLES = 3;
/** Rows with one value that are told apart; of more, one that several items give counts as several. */
const MOST_SHARING = 1000;

interface Pending {
  rows: number;
  readonly source: string | undefined;
  readonly parent: readonly string[];
}

interface Referring {
  readonly table: TableModel;
  readonly columns: readonly string[];
  readonly references: string;
  /** By what they refer to: rows whose parent has not been met. */
  readonly pending: Map<number, Pending>;
}

/** What rows are referred to by, and who does. */
interface Referred {
  readonly table: string;
  readonly columns: readonly string[];
  readonly given: Set<number>;
  readonly by: Referring[];
}

interface Valued {
  readonly row: number;
  rows: number;
  readonly source: string | undefined;
  /** Rows beyond the first, so that one that several items give is counted once. */
  further?: Set<number>;
}

interface Unique {
  readonly table: TableModel;
  readonly columns: readonly string[];
  readonly values: Map<number, Valued>;
  readonly examples: { readonly source: string; readonly holder: string }[];
}

interface Parts {
  readonly table: TableModel;
  /** By facet, the columns that may not be NULL. */
  readonly needed: ReadonlyMap<FacetModel, readonly string[]>;
  readonly rows: Map<number, { readonly met: Set<FacetModel>; readonly source: string | undefined }>;
}

export class RelationCensus {
  readonly #known: Remembered;
  readonly #agreements: AgreementCensus;
  readonly #referred: Referred[] = [];
  readonly #uniques: Unique[] = [];
  readonly #parts: Parts[] = [];
  readonly #steps = new Map<FacetModel, readonly Step[]>();

  constructor(tables: readonly TableModel[], room?: ConstructorParameters<typeof Remembered>[0]) {
    const known = new Remembered(room);
    this.#known = known;
    this.#agreements = new AgreementCensus(tables, known);
    for (const table of tables) {
      for (const { columns, references, referencedColumns } of table.foreignKeys) {
        if (!tables.some(({ name }) => name === references)) continue;
        this.#referredBy(references, referencedColumns).by.push({ table, columns, references, pending: known.map() });
      }
      for (const { columns } of table.uniques)
        this.#uniques.push({ table, columns, values: known.map(({ further }) => further?.size ?? 0), examples: [] });
      const needed = new Map(table.facets.map((facet) => [facet, neededOf(table, facet)]));
      if (table.facets.length > 1 && needed.values().some((columns) => columns.length > 0))
        this.#parts.push({ table, needed, rows: known.map() });
    }
    for (const table of tables) for (const facet of table.facets) this.#steps.set(facet, this.#stepsOf(table, facet));
  }

  add(row: Contribution, source: string): void {
    for (const step of this.#steps.get(row.facet) ?? []) step(row, source);
  }

  found(whole: boolean): RelationsFound {
    const clashes = this.#uniques.flatMap(({ table, columns, values, examples }) => {
      const shared = values.values().reduce((sum, { rows }) => sum + (rows > 1 ? rows : 0), 0);
      return shared === 0 ? [] : [{ ...faultOf(table, columns, shared), examples }];
    });
    const found = { clashes: clashes.sort(byCount), repeats: this.#agreements.repeats(), oneIn: this.#known.oneIn };
    if (!whole) return found;
    const orphans = this.#referred.flatMap(({ by }) =>
      by.flatMap(({ table, columns, references, pending }) => {
        const count = pending.values().reduce((sum, { rows }) => sum + rows, 0);
        const examples = pending
          .values()
          .flatMap(({ source, parent }) => (source === undefined ? [] : [{ source, parent }]))
          .take(EXAMPLES)
          .toArray();
        return count === 0 ? [] : [{ ...faultOf(table, columns, count), references, examples }];
      }),
    );
    const missing = this.#parts.flatMap(missingIn).sort(byCount);
    return { ...found, orphans: orphans.sort(byCount), missing, copies: this.#agreements.copies() };
  }

  #referredBy(table: string, columns: readonly string[]): Referred {
    const is = (one: Referred) => one.table === table && one.columns.join() === columns.join();
    const known = this.#referred.find(is);
    if (known !== undefined) return known;
    const made: Referred = { table, columns, given: this.#known.set(), by: [] };
    this.#referred.push(made);
    return made;
  }

  #stepsOf(table: TableModel, facet: FacetModel): Step[] {
    const given = this.#referred
      .filter((each) => each.table === table.name)
      .flatMap((referred) =>
        stepsOn(facet, referred.columns, (values) => this.#give(referred, hashOf(textsOf(values)))),
      );
    const referring = this.#referred.flatMap((referred) =>
      referred.by
        .filter((each) => each.table === table)
        .flatMap((by) => stepsOn(facet, by.columns, (values, _, source) => this.#refer(referred, by, values, source))),
    );
    const uniques = this.#uniques
      .filter((each) => each.table === table)
      .flatMap((unique) =>
        stepsOn(facet, unique.columns, (values, { key }, source) =>
          this.#share(unique, hashOf(textsOf(values)), hashOf(key), source),
        ),
      );
    const parts = this.#parts
      .filter((each) => each.table === table)
      .map(
        (each): Step =>
          ({ key }, source) =>
            this.#meet(each, facet, hashOf(key), source),
      );
    return [...given, ...referring, ...uniques, ...parts, ...this.#agreements.stepsOf(table, facet)];
  }

  #give({ given, by }: Referred, value: number): void {
    if (!this.#known.isLookedAt(value) || given.has(value)) return;
    given.add(value);
    for (const { pending } of by) {
      const waiting = pending.get(value);
      if (waiting === undefined) continue;
      pending.delete(value);
      this.#known.give(waiting.source);
    }
    this.#known.take();
  }

  #refer({ given }: Referred, { pending }: Referring, values: readonly Cell[], source: string): void {
    const value = hashOf(textsOf(values));
    if (!this.#known.isLookedAt(value) || given.has(value)) return;
    const known = pending.get(value);
    if (known !== undefined) {
      known.rows += 1;
      return;
    }
    pending.set(value, {
      rows: 1,
      source: this.#known.kept(source),
      parent: values.flatMap((value) => inputOf(value) ?? []),
    });
    this.#known.take();
  }

  #share({ values, examples }: Unique, value: number, row: number, source: string): void {
    if (!this.#known.isLookedAt(value)) return;
    const known = values.get(value);
    if (known === undefined) {
      values.set(value, { row, rows: 1, source: this.#known.kept(source) });
      this.#known.take();
      return;
    }
    if (known.row === row || known.further?.has(row) === true) return;
    known.rows += 1;
    if (examples.length < EXAMPLES && known.source !== undefined) examples.push({ source, holder: known.source });
    known.further ??= new Set();
    if (known.further.size >= MOST_SHARING) return;
    known.further.add(row);
    this.#known.take();
  }

  #meet({ rows }: Parts, facet: FacetModel, row: number, source: string): void {
    if (!this.#known.isLookedAt(row)) return;
    const known = rows.get(row);
    if (known !== undefined) {
      known.met.add(facet);
      return;
    }
    rows.set(row, { met: new Set([facet]), source: this.#known.kept(source) });
    this.#known.take();
  }
}

const neededOf = ({ primaryKey, duplicates }: TableModel, { columns }: FacetModel): readonly string[] =>
  duplicates === "merge"
    ? columns
        .filter(({ nullable, defaultSql, name }) => !nullable && defaultSql === undefined && !isIn(primaryKey, name))
        .map(({ name }) => name)
    : [];

const isIn = (columns: TableModel["columns"], name: string): boolean => columns.some((each) => each.name === name);

function missingIn({ table, needed, rows }: Parts): MissingCensus[] {
  return [...needed].flatMap(([facet, columns]) => {
    if (columns.length === 0) return [];
    const without = rows.values().filter(({ met }) => !met.has(facet));
    let count = 0;
    const examples: { source: string }[] = [];
    for (const { source } of without) {
      count += 1;
      if (source !== undefined && examples.length < EXAMPLES) examples.push({ source });
    }
    return count === 0 ? [] : [{ ...faultOf(table, columns, count), examples }];
  });
}
