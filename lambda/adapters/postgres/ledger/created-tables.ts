/** Tables that runs have made, as the ledger remembers them. */
import type { Session } from "../session/connection.ts";
import { LEDGER } from "../session/sql.ts";

export interface CreatedTable {
  readonly run: number;
  readonly schema: string;
  readonly name: string;
}

export async function createdTables(session: Session): Promise<CreatedTable[]> {
  const { rows } = await session.query<CreatedTable & Record<string, unknown>>(
    `select run, schema, name from ${LEDGER}.created_table order by run, schema, name`,
  );
  return rows;
}
