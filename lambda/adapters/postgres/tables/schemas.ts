/** Schemas tables stand in → the statements that make those which are not there. */
import type { Session } from "../session/connection.ts";
import { createSchemas } from "./ddl.ts";

/** `if not exists` asks for the privilege of making a schema even where it is there. */
export async function missingSchemas(
  session: Session,
  places: readonly { readonly schema: string }[],
): Promise<string[]> {
  const { rows } = await session.query<{ name: string }>("select nspname::text as name from pg_namespace");
  const there = new Set(rows.map(({ name }) => name));
  return createSchemas(places.filter(({ schema }) => !there.has(schema)));
}
