/**
 * An item that became no row → what the rows it would have given are referred to by: their keys, or what is unique of them. What
 * is wrong with another attribute says nothing of those.
 */

import type { EntityModel, Mapping, TableModel, WritePlan } from "../../mapping/model.ts";
import type { Item } from "./attribute.ts";
import { canonicalOf, inputOf } from "./cell.ts";
import { dispatcher } from "./dispatch.ts";
import { Reads } from "./reads.ts";
import { isRefusal } from "./refusal.ts";
import { Rows, rowWriter } from "./rows.ts";

/** A row by its primary key, or by other columns that are unique, as the texts Postgres has of them. */
export interface RowKey {
  readonly table: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

/** What rows of a table are referred to by. */
export interface Referred {
  readonly table: TableModel;
  readonly columns: readonly string[];
}

export function rowKeys(mapping: Mapping, all: readonly Referred[]): (item: Item) => readonly RowKey[] {
  const dispatch = dispatcher(mapping);
  const writers = new Map(
    mapping.entities.map((entity) => [
      entity,
      // Each alone: what one refuses keeps no other from its row.
      all.flatMap((referred) =>
        keysOf(entity, referred).map((write) => ({ referred, write: rowWriter([write], mapping.templates) })),
      ),
    ]),
  );
  return (item) => {
    const found = dispatch(item);
    if (isRefusal(found)) return [];
    return (writers.get(found.entity) ?? []).flatMap(({ referred: { columns }, write }) => {
      const rows = new Rows();
      const reads = new Reads(new Set());
      const scope = { captures: found.captures, values: [{ M: item }], positions: [0], reads, rest: () => ({}) };
      rows.take(write(scope));
      return [...rows.contributions(() => write(scope))].flatMap(({ table, facet, cells }) => {
        const key = columns.flatMap((name) => {
          const at = facet.columns.findIndex((column) => column.name === name);
          const textOf = facet.columns[at]?.type.kind === "bytea" ? inputOf : canonicalOf;
          return textOf(cells[at] ?? null) ?? [];
        });
        // A NULL is what nothing refers to.
        return key.length === columns.length ? [{ table: table.name, columns, key }] : [];
      });
    });
  };
}

/** What an entity writes to a table, without any column but the primary key, which every part of a row has, and these. */
const keysOf = ({ writes }: EntityModel, referred: Referred): WritePlan[] =>
  writes.flatMap((write) => keyOfWrite(write, referred) ?? []);

function keyOfWrite(write: WritePlan, referred: Referred): WritePlan | undefined {
  const keysIn = (writes: readonly WritePlan[]) => writes.flatMap((inner) => keyOfWrite(inner, referred) ?? []);
  if (write.kind === "agree") return undefined;
  if (write.kind === "choose")
    return { ...write, cases: write.cases.map((each) => ({ ...each, writes: keysIn(each.writes) })) };
  if (write.kind !== "row") {
    const writes = keysIn(write.writes);
    return writes.length === 0 ? undefined : { ...write, writes };
  }
  const { facet, reads } = write;
  const { table, columns: names } = referred;
  if (write.table !== table) return undefined;
  const columns = facet.columns.filter((column) => table.primaryKey.includes(column) || names.includes(column.name));
  if (!names.every((name) => columns.some((column) => column.name === name))) return undefined;
  const found = columns.flatMap((column) => reads[facet.columns.indexOf(column)] ?? []);
  return {
    ...{ kind: "row", table: { ...table, duplicates: "identical" }, reads: found },
    facet: { index: facet.index, columns },
  };
}
