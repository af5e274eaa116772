/** Names → whether the database has them. */
import type pg from "pg";

/** A connection that can be asked, whoever opened it. */
export interface Asking {
  query<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: R[] }>;
}

/** Whether something of that name is there: a table, or what has a table's place. */
export async function isTable(session: Asking, at: string): Promise<boolean> {
  const { rows } = await session.query<{ there: boolean }>("select to_regclass($1) is not null as there", [at]);
  return rows[0]?.there === true;
}
