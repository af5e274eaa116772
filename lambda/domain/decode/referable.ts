/**
 * An item that became no row → the keys of the rows it would have given: rows are referred to by those, and what is wrong with
 * another attribute says nothing of them.
 */

import type { EntityModel, Mapping, TableModel, WritePlan } from "../../mapping/model.ts";
import { must } from "../must.ts";
import type { Item } from "./attribute.ts";
import { canonicalOf, inputOf } from "./cell.ts";
import { dispatcher } from "./dispatch.ts";
import { Reads } from "./reads.ts";
import { isRefusal } from "./refusal.ts";
import { Rows, rowWriter } from "./rows.ts";

/** A row by its primary key, as the texts Postgres has of it. */
export interface RowKey {
  readonly table: string;
  readonly key: readonly string[];
}

export function rowKeys(mapping: Mapping, tables: readonly TableModel[]): (item: Item) => readonly RowKey[] {
  const dispatch = dispatcher(mapping);
  const writers = new Map(
    mapping.entities.map((entity) => [
      entity,
      // Each alone: what one refuses keeps no other from its row.
      tables.flatMap((table) => keysOf(entity, table).map((write) => rowWriter([write], mapping.templates))),
    ]),
  );
  return (item) => {
    const found = dispatch(item);
    if (isRefusal(found)) return [];
    return (writers.get(found.entity) ?? []).flatMap((write) => {
      const rows = new Rows();
      const reads = new Reads(new Set());
      write({ captures: found.captures, values: [{ M: item }], positions: [0], reads, rest: () => ({}) }, rows);
      return rows.contributions.map(({ table, cells }) => ({
        table: table.name,
        key: cells.map((cell, at) => {
          const text = table.primaryKey[at]?.type.kind === "bytea" ? inputOf(cell) : canonicalOf(cell);
          return must(text, "a primary key column is never null");
        }),
      }));
    });
  };
}

/** What an entity writes to a table, without any column but the primary key, which every part of a row has. */
const keysOf = ({ writes }: EntityModel, table: TableModel): WritePlan[] =>
  writes.flatMap((write) => keyOfWrite(write, table) ?? []);

function keyOfWrite(write: WritePlan, table: TableModel): WritePlan | undefined {
  const keysIn = (writes: readonly WritePlan[]) => writes.flatMap((inner) => keyOfWrite(inner, table) ?? []);
  if (write.kind === "agree") return undefined;
  if (write.kind === "choose")
    return { ...write, cases: write.cases.map((each) => ({ ...each, writes: keysIn(each.writes) })) };
  if (write.kind !== "row") {
    const writes = keysIn(write.writes);
    return writes.length === 0 ? undefined : { ...write, writes };
  }
  const { facet, reads } = write;
  if (write.table !== table) return undefined;
  const found = table.primaryKey.flatMap((column) => reads[facet.columns.indexOf(column)] ?? []);
  const facetOfKey = { index: facet.index, columns: table.primaryKey };
  return { kind: "row", table: { ...table, duplicates: "identical" }, facet: facetOfKey, reads: found };
}
