/**
 * What changes when anything is written to a table, to its columns or to its lines. A version of a row is known by its table or
 * partition, its place, and the transaction that wrote it: no write leaves all three as they were, and none brings back what was
 * there before. A snapshot would not do: it does not tell which transactions belong to one that was open. Columns count, because
 * one that is dropped and added with a default, or renamed, writes no row.
 */
import type { TableModel } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { lineVersions } from "../ledger/run/laps.ts";
import type { Session } from "../session/connection.ts";
import { literal, rowVersions, type TablePlace, tableSql } from "../session/sql.ts";

export const versionsOf = (session: Session, run: Run, table: TableModel): Promise<string> =>
  versionsNow(session, versionsSql(run, table));

/** As an expression; also of other tables that are read with it. */
export const versionsSql = (run: Run, table: TableModel, others: readonly TablePlace[] = []): string =>
  [...[table, ...others].map(tableVersions), lineVersions(run, table)].join(" || ' ' || ");

export async function versionsNow(session: Session, expression: string): Promise<string> {
  const { rows } = await session.query<{ versions: string }>(`select ${expression} as versions`);
  return rows[0]?.versions ?? "";
}

function tableVersions(place: TablePlace): string {
  const at = tableSql(place);
  const tree = `with recursive tree as (
    select to_regclass(${literal(at)})::oid as relation union select i.inhrelid from pg_inherits i join tree on i.inhparent = tree.relation)`;
  return `(select ${rowVersions("v")} from ${at} v) || ' ' || (${tree} select ${rowVersions("v")} from pg_attribute v where attrelid in (select relation from tree))`;
}
