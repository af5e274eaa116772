/** Names → whether the database has them. */
import type pg from "pg";
import { type TablePlace, tableSql } from "./sql.ts";

/** A connection that can be asked, whoever opened it. */
export interface Asking {
  query<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: R[] }>;
}

/** Whether something of that name is there: a table, or what has a table's place. */
export async function isTable(session: Asking, at: string): Promise<boolean> {
  const { rows } = await session.query<{ there: boolean }>("select to_regclass($1) is not null as there", [at]);
  return rows[0]?.there === true;
}

/** Those of some tables that are there. */
export async function tablesThere<T extends TablePlace>(session: Asking, tables: readonly T[]): Promise<T[]> {
  const { rows } = await session.query<{ there: boolean[] }>(
    "select array(select to_regclass(name) is not null from unnest($1::text[]) with ordinality t(name, n) order by n) as there",
    [tables.map(tableSql)],
  );
  return tables.filter((_, at) => rows[0]?.there[at] === true);
}
