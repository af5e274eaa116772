/**
 * Two mappings of one table → how much of the first is in the second, by what their columns hold, not by what they are called:
 * a column is found where some column holds the same multiset of values, a foreign key where one leads between such columns.
 */
import type { Contents, Relation } from "./contents.ts";

export interface Recall {
  /** Of its columns the share that was found; null where it has none. */
  readonly columns: number | null;
  readonly foreignKeys: number | null;
  /** What was not found, by the names it has there. */
  readonly missedColumns: readonly string[];
  readonly missedForeignKeys: readonly string[];
}

export const nameOf = ({ table, columns, references }: Relation): string =>
  `${table}.${columns.join("+")} → ${references}`;

export function recallOf(hand: Contents, drafted: Contents): Recall {
  const found = new Set(drafted.columns.map(({ values }) => values));
  const missedColumns = hand.columns.filter(({ values }) => !found.has(values));
  const keys = new Set(drafted.relations.map((relation) => leads(drafted, relation)));
  const missedKeys = hand.relations.filter((relation) => !keys.has(leads(hand, relation)));
  return {
    columns: share(hand.columns.length, missedColumns.length),
    foreignKeys: share(hand.relations.length, missedKeys.length),
    missedColumns: missedColumns.map(({ table, column }) => `${table}.${column}`),
    missedForeignKeys: missedKeys.map(nameOf),
  };
}

const share = (all: number, missed: number): number | null => (all === 0 ? null : (all - missed) / all);

/** From what to what, whatever it is called and in whatever order. */
function leads({ columns }: Contents, { table, columns: from, references, referencedColumns }: Relation): string {
  const held = (of: string, name: string | undefined): string | undefined =>
    columns.find((each) => each.table === of && each.column === name)?.values;
  return from
    .map((name, at) => `${held(table, name)} ${held(references, referencedColumns[at])}`)
    .toSorted()
    .join();
}
