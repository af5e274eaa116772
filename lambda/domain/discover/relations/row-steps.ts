/** The columns of a facet → what is done with their values in each of its rows. */
import type { FacetModel, TableModel } from "../../../mapping/model.ts";
import { type Cell, canonicalOf } from "../../decode/cell.ts";
import type { Contribution } from "../../decode/decode.ts";
import type { RelationFault } from "./found.ts";

/** What is done with a row of a facet. */
export type Step = (row: Contribution, source: string) => void;

/** What is done with these columns of a row where none of them is NULL; nothing of a facet that does not have them all. */
export function stepsOn(
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

export const textsOf = (values: readonly Cell[]): string[] => values.flatMap((value) => canonicalOf(value) ?? []);

/** Of a `latest` table nothing is sure: another item may give a later row. */
export const faultOf = (table: TableModel, columns: readonly string[], count: number): RelationFault => ({
  ...{ table: table.name, columns, count },
  isSure: typeof table.duplicates === "string",
});

export const byCount = (a: RelationFault, b: RelationFault): number => b.count - a.count;
