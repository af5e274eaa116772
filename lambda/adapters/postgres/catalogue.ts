/** Names → whether the database has them. */
import type { Session } from "./connection.ts";
import { createSchemas } from "./ddl.ts";

/** Whether something of that name is there: a table, or what has a table's place. */
export async function isTable(session: Session, at: string): Promise<boolean> {
  const { rows } = await session.query<{ there: boolean }>("select to_regclass($1) is not null as there", [at]);
  return rows[0]?.there === true;
}

/** The statements that make schemas which are not there: `if not exists` asks for the privilege of making one all the same. */
export async function missingSchemas(
  session: Session,
  places: readonly { readonly schema: string }[],
): Promise<string[]> {
  const { rows } = await session.query<{ name: string }>("select nspname::text as name from pg_namespace");
  const there = new Set(rows.map(({ name }) => name));
  return createSchemas(places.filter(({ schema }) => !there.has(schema)));
}
