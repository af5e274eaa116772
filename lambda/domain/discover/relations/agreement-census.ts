/** Rows, one after the other → those that differ from what they are said to repeat, and those that not as many items give as were said. */
import type { FacetModel, RepeatModel, TableModel } from "../../../mapping/model.ts";
import { canonicalOf } from "../../decode/cell.ts";
import type { CopyCensus, RepeatCensus } from "./found.ts";
import { hashOf, type Remembered } from "./remembered.ts";
import { byCount, faultOf, type Step, stepsOn, textsOf } from "./row-steps.ts";

const EXAMPLES = 3;
const NULL = -1;

interface Waiting {
  readonly value: number;
  readonly source: string | undefined;
}

interface Repeating {
  readonly table: TableModel;
  readonly repeat: RepeatModel;
  /** By what rows are referred to, what they hold. */
  readonly there: Map<number, number>;
  /** By what they refer to, rows of which that has not been met. */
  readonly waiting: Map<number, Waiting[]>;
  count: number;
  readonly examples: { readonly source: string }[];
  isSure: boolean;
}

interface Copied {
  readonly table: TableModel;
  readonly expected: number;
  /** By row, the items that give it. */
  readonly rows: Map<number, { readonly items: Set<number>; readonly source: string | undefined }>;
}

export class AgreementCensus {
  readonly #known: Remembered;
  readonly #repeating: readonly Repeating[];
  readonly #copied: readonly Copied[];

  constructor(tables: readonly TableModel[], known: Remembered) {
    this.#known = known;
    this.#repeating = tables.flatMap((table) =>
      table.repeats.flatMap((repeat): Repeating[] => {
        const target = tables.find(({ name }) => name === repeat.key.references);
        if (target === undefined) return [];
        const isSure = [table, target].every(({ duplicates }) => typeof duplicates === "string");
        const waiting = known.map<Waiting[]>(({ length }) => length - 1);
        return [{ ...{ table, repeat, there: known.map<number>(), waiting }, count: 0, examples: [], isSure }];
      }),
    );
    this.#copied = tables.flatMap((table): Copied[] =>
      table.copies === undefined
        ? []
        : [{ table, expected: table.copies, rows: known.map(({ items }) => items.size - 1) }],
    );
  }

  stepsOf(table: TableModel, facet: FacetModel): Step[] {
    return [
      ...this.#repeating.flatMap((each) => {
        const { columns, references, referencedColumns } = each.repeat.key;
        const own =
          each.table === table
            ? stepsOn(facet, [...columns, each.repeat.column], (values, _, source) =>
                this.#repeat(each, hashOf(textsOf(values.slice(0, -1))), hashOf(textsOf(values.slice(-1))), source),
              )
            : [];
        const of = facet.columns.findIndex(({ name }) => name === each.repeat.of);
        const theirs =
          table.name === references && of >= 0
            ? stepsOn(facet, referencedColumns, (values, { cells }) => {
                const canonical = canonicalOf(cells[of] ?? null);
                this.#hold(each, hashOf(textsOf(values)), canonical === null ? NULL : hashOf([canonical]));
              })
            : [];
        return [...theirs, ...own];
      }),
      ...this.#copied
        .filter((each) => each.table === table)
        .map(
          (each): Step =>
            ({ key }, source) =>
              this.#give(each, hashOf(key), source),
        ),
    ];
  }

  #repeat(each: Repeating, place: number, value: number, source: string): void {
    if (!this.#known.isLookedAt(place)) return;
    const there = each.there.get(place);
    if (there !== undefined) {
      if (there !== value) tell(each, source);
      return;
    }
    const waiting = each.waiting.get(place) ?? [];
    each.waiting.set(place, waiting);
    waiting.push({ value, source: this.#known.kept(source) });
    this.#known.take();
  }

  #hold(each: Repeating, place: number, value: number): void {
    if (!this.#known.isLookedAt(place) || each.there.has(place)) return;
    each.there.set(place, value);
    for (const { value: other, source } of each.waiting.get(place) ?? []) {
      if (other !== value) tell(each, source);
      this.#known.give(source);
    }
    each.waiting.delete(place);
    this.#known.take();
  }

  #give({ rows }: Copied, row: number, source: string): void {
    if (!this.#known.isLookedAt(row)) return;
    const item = hashOf([source]);
    const known = rows.get(row);
    if (known?.items.has(item) === true) return;
    if (known === undefined) rows.set(row, { items: new Set([item]), source: this.#known.kept(source) });
    else known.items.add(item);
    this.#known.take();
  }

  repeats(): RepeatCensus[] {
    return this.#repeating
      .flatMap(({ table, repeat: { column, of, key }, count, examples, isSure }) =>
        count === 0 ? [] : [{ ...faultOf(table, [column], count), isSure, references: key.references, of, examples }],
      )
      .sort(byCount);
  }

  copies(): CopyCensus[] {
    return this.#copied
      .flatMap(({ table, expected, rows }) => {
        let count = 0;
        const examples: { source: string; items: number }[] = [];
        for (const { items, source } of rows.values()) {
          if (items.size === expected) continue;
          count += 1;
          if (source !== undefined && examples.length < EXAMPLES) examples.push({ source, items: items.size });
        }
        return count === 0 ? [] : [{ ...faultOf(table, [], count), expected, examples }];
      })
      .sort(byCount);
  }
}

function tell(each: Repeating, source: string | undefined): void {
  each.count += 1;
  if (source !== undefined && each.examples.length < EXAMPLES) each.examples.push({ source });
}
