/**
 * An item that became no row → the rows it would have given, as far as others may refer to them: what is wrong with one attribute
 * says nothing of the columns that rows are referred to by.
 */
import type { ColumnModel, EntityModel, Mapping, TableModel, WritePlan } from "../../mapping/model.ts";
import type { Item } from "./attribute.ts";
import type { Cell } from "./cell.ts";
import { dispatcher } from "./dispatch.ts";
import { Reads } from "./reads.ts";
import { isRefusal } from "./refusal.ts";
import { Rows, rowWriter } from "./rows.ts";

/** Columns of a table that rows are referred to by. */
export interface Referable {
  readonly table: TableModel;
  readonly columns: readonly ColumnModel[];
}

/** A row that is referred to, by the texts Postgres has of those columns. */
export interface ReferredRow {
  readonly to: Referable;
  readonly key: readonly string[];
}

export type RowsGiven = (item: Item) => readonly ReferredRow[];

export function rowsGiven(mapping: Mapping, wanted: readonly Referable[]): RowsGiven {
  const dispatch = dispatcher(mapping);
  const writers = new Map(
    mapping.entities.map((entity) => [
      entity,
      wanted.map((to) => ({
        to,
        // Each alone: what one refuses keeps no other from its row.
        writes: keysOf(entity, to).map((write) => rowWriter([write], mapping.templates)),
      })),
    ]),
  );
  return (item) => {
    const found = dispatch(item);
    if (isRefusal(found)) return [];
    return (writers.get(found.entity) ?? []).flatMap(({ to, writes }) =>
      writes.flatMap((write) => {
        const rows = new Rows();
        const reads = new Reads(new Set());
        write({ captures: found.captures, values: [{ M: item }], positions: [0], reads, rest: () => ({}) }, rows);
        return rows.contributions.map(({ cells }) => ({ to, key: cells.map((cell, at) => textOf(to, at, cell)) }));
      }),
    );
  };
}

function textOf({ columns }: Referable, at: number, cell: Cell | null): string {
  if (cell === null) return "";
  return columns[at]?.type.kind === "bytea" ? cell.input : cell.canonical;
}

/** What an entity writes, without any column but those. */
const keysOf = ({ writes }: EntityModel, to: Referable): WritePlan[] =>
  writes.flatMap((write) => keyOfWrite(write, to) ?? []);

function keyOfWrite(write: WritePlan, to: Referable): WritePlan | undefined {
  if (write.kind === "each") {
    const writes = write.writes.flatMap((inner) => keyOfWrite(inner, to) ?? []);
    return writes.length === 0 ? undefined : { ...write, writes };
  }
  const { table, facet, reads } = write;
  if (table !== to.table) return undefined;
  const found = to.columns.flatMap((column) => reads[facet.columns.indexOf(column)] ?? []);
  if (found.length < to.columns.length) return undefined;
  const alone: TableModel = { ...table, primaryKey: to.columns, duplicates: "identical" };
  return { kind: "row", table: alone, facet: { index: facet.index, columns: to.columns }, reads: found };
}
