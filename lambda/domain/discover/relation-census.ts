/**
 * Rows, one after the other → what no row shows alone: those that point to none, those that share what must be unique, and rows
 * of which a part is missing. 52 bits of a hash stand for a value. Where there are too many to remember, one value in two is looked
 * at from then on, then one in four: what is told is true of those, and the others are not spoken of.
 */
import type { FacetModel, TableModel } from "../../mapping/model.ts";
import { type Cell, canonicalOf, inputOf } from "../decode/cell.ts";
import type { Contribution } from "../decode/decode.ts";
import { digest } from "../decode/fingerprint.ts";
import { placeOf } from "../decode/rows.ts";
import type { MissingCensus, RelationFault, RelationsFound } from "./census.ts";

/** Values that are remembered, and characters of the keys of their items: under 200 MB, whatever the table's size. */
const ROOM = { values: 1_000_000, characters: 30_000_000 };
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

/** What is done with a row of a facet. */
type Step = (row: Contribution, source: string) => void;

export class RelationCensus {
  #oneIn = 1;
  #values: number;
  #characters: number;
  readonly #most: number;
  readonly #referred: Referred[] = [];
  readonly #uniques: Unique[] = [];
  readonly #parts: Parts[] = [];
  readonly #steps = new Map<FacetModel, readonly Step[]>();

  constructor(tables: readonly TableModel[], room: { readonly values: number; readonly characters: number } = ROOM) {
    this.#most = room.values;
    this.#values = room.values;
    this.#characters = room.characters;
    for (const table of tables) {
      for (const { columns, references, referencedColumns } of table.foreignKeys) {
        if (!tables.some(({ name }) => name === references)) continue;
        this.#referredBy(references, referencedColumns).by.push({ table, columns, references, pending: new Map() });
      }
      for (const { columns } of table.uniques) this.#uniques.push({ table, columns, values: new Map(), examples: [] });
      const needed = new Map(table.facets.map((facet) => [facet, neededOf(table, facet)]));
      if (table.facets.length > 1 && needed.values().some((columns) => columns.length > 0))
        this.#parts.push({ table, needed, rows: new Map() });
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
    const found = { clashes: clashes.sort(byCount), oneIn: this.#oneIn };
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
    return { ...found, orphans: orphans.sort(byCount), missing: this.#parts.flatMap(missingIn).sort(byCount) };
  }

  #referredBy(table: string, columns: readonly string[]): Referred {
    const is = (one: Referred) => one.table === table && one.columns.join() === columns.join();
    const known = this.#referred.find(is);
    if (known !== undefined) return known;
    const made: Referred = { table, columns, given: new Set(), by: [] };
    this.#referred.push(made);
    return made;
  }

  #stepsOf(table: TableModel, facet: FacetModel): Step[] {
    const given = this.#referred
      .filter((each) => each.table === table.name)
      .flatMap((referred) =>
        valuesIn(facet, referred.columns, (values) => this.#give(referred, hashOf(textsOf(values)))),
      );
    const referring = this.#referred.flatMap((referred) =>
      referred.by
        .filter((each) => each.table === table)
        .flatMap((by) => valuesIn(facet, by.columns, (values, _, source) => this.#refer(referred, by, values, source))),
    );
    const uniques = this.#uniques
      .filter((each) => each.table === table)
      .flatMap((unique) =>
        valuesIn(facet, unique.columns, (values, { key }, source) =>
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
    return [...given, ...referring, ...uniques, ...parts];
  }

  #give({ given, by }: Referred, value: number): void {
    if (!this.#isLookedAt(value) || given.has(value)) return;
    given.add(value);
    for (const { pending } of by) {
      const { source } = pending.get(value) ?? {};
      if (!pending.delete(value)) continue;
      this.#values += 1;
      this.#characters += source?.length ?? 0;
    }
    this.#take();
  }

  #refer({ given }: Referred, { pending }: Referring, values: readonly Cell[], source: string): void {
    const value = hashOf(textsOf(values));
    if (!this.#isLookedAt(value) || given.has(value)) return;
    const known = pending.get(value);
    if (known !== undefined) {
      known.rows += 1;
      return;
    }
    pending.set(value, { rows: 1, source: this.#kept(source), parent: values.flatMap((cell) => inputOf(cell) ?? []) });
    this.#take();
  }

  #share({ values, examples }: Unique, value: number, row: number, source: string): void {
    if (!this.#isLookedAt(value)) return;
    const known = values.get(value);
    if (known === undefined) {
      values.set(value, { row, rows: 1, source: this.#kept(source) });
      this.#take();
      return;
    }
    if (known.row === row || known.further?.has(row) === true) return;
    known.rows += 1;
    if (examples.length < EXAMPLES && known.source !== undefined) examples.push({ source, holder: known.source });
    known.further ??= new Set();
    if (known.further.size >= MOST_SHARING) return;
    known.further.add(row);
    this.#take();
  }

  #meet({ rows }: Parts, facet: FacetModel, row: number, source: string): void {
    if (!this.#isLookedAt(row)) return;
    const known = rows.get(row);
    if (known !== undefined) {
      known.met.add(facet);
      return;
    }
    rows.set(row, { met: new Set([facet]), source: this.#kept(source) });
    this.#take();
  }

  #isLookedAt(value: number): boolean {
    return value % this.#oneIn === 0;
  }

  #kept(source: string): string | undefined {
    if (this.#characters < source.length) return undefined;
    this.#characters -= source.length;
    return source;
  }

  #take(): void {
    this.#values -= 1;
    if (this.#values > 0) return;
    this.#oneIn *= 2;
    const all = [
      ...this.#referred.flatMap(({ given, by }) => [given, ...by.map(({ pending }) => pending)]),
      ...this.#uniques.map(({ values }) => values),
      ...this.#parts.map(({ rows }) => rows),
    ];
    for (const each of all) for (const value of each.keys()) if (!this.#isLookedAt(value)) each.delete(value);
    let left = all.reduce((sum, { size }) => sum + size, 0);
    for (const { values } of this.#uniques) for (const { further } of values.values()) left += further?.size ?? 0;
    this.#values = Math.max(this.#most - left, 1);
  }
}

const textsOf = (values: readonly Cell[]): string[] => values.flatMap((cell) => canonicalOf(cell) ?? []);

const hashOf = (values: readonly string[]): number => Number.parseInt(digest(placeOf(values)).slice(0, 13), 16);

const faultOf = (table: TableModel, columns: readonly string[], count: number): RelationFault => ({
  ...{ table: table.name, columns, count },
  isSure: typeof table.duplicates === "string",
});

const byCount = (a: RelationFault, b: RelationFault): number => b.count - a.count;

/** What is done with these columns of a row where none of them is NULL; with none of a facet that does not have them all. */
function valuesIn(
  facet: FacetModel,
  columns: readonly string[],
  act: (values: readonly Cell[], row: Contribution, source: string) => void,
): Step[] {
  const at = columns.map((column) => facet.columns.findIndex(({ name }) => name === column));
  if (at.includes(-1)) return [];
  return [
    (row, source) => {
      const values = at.flatMap((each) => row.cells[each] ?? []);
      if (values.length === at.length) act(values, row, source);
    },
  ];
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
