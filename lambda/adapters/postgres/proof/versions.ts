/**
 * What changes when anything is written to a table, to its columns or to its lines. A version of a row is known by its table or
 * partition, its place, and the transaction that wrote it: no write leaves all three as they were, and none brings back what was
 * there before. A snapshot would not do: it does not tell which transactions belong to one that was open. Columns count, because
 * one that is dropped and added with a default, or renamed, writes no row.
 */
import type { TableModel } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { lineVersions } from "../ledger/laps.ts";
import type { Session } from "../session/connection.ts";
import { rowVersions, tableSql } from "../session/sql.ts";

export async function versionsOf(session: Session, run: Run, table: TableModel): Promise<string> {
  const { rows } = await session.query<{ versions: string }>(
    `with recursive tree as (
       select to_regclass($1)::oid as relation union select i.inhrelid from pg_inherits i join tree on i.inhparent = tree.relation)
     select (select ${rowVersions("v")} from ${tableSql(table)} v) || ' '
       || (select ${rowVersions("v")} from pg_attribute v where attrelid in (select relation from tree)) as versions`,
    [tableSql(table)],
  );
  return `${rows[0]?.versions ?? ""} ${await lineVersions(session, run, table)}`;
}
