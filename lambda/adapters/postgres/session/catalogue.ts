/** Names → whether the database has them. */
import type { Session } from "./connection.ts";

/** Whether something of that name is there: a table, or what has a table's place. */
export async function isTable(session: Session, at: string): Promise<boolean> {
  const { rows } = await session.query<{ there: boolean }>("select to_regclass($1) is not null as there", [at]);
  return rows[0]?.there === true;
}
