/** A session → Kysely on it: what a schema's own migrations are written in, with this project's settings, errors and waits. */
import { Kysely, PostgresDialect } from "kysely";
import type { Session } from "./connection.ts";

export function overSession(session: Session): Kysely<unknown> {
  const client = {
    query: async (sql: unknown, values: readonly unknown[] = []) => {
      if (sql !== "begin") return session.query(String(sql), values);
      await session.begin();
      return { command: "BEGIN", rows: [] };
    },
    release: () => undefined,
  };
  const pool = { connect: async () => client, end: async () => undefined };
  // The dialect asks for no more of a pool than this; its types name the whole of what node-postgres gives.
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool: pool as never }) });
}
