/** A schema's own migrations that ran: each run keeps its own beside the ledger, those from before there were tables and those from after. */
import { isTable } from "../../session/catalogue.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER, quote, tableSql } from "../../session/sql.ts";
import { inLedger } from "../ledger.ts";

interface VersionsOf {
  readonly run: number;
  readonly when: "before" | "after";
}

/** The table the migrator keeps them in. */
export const versionsTable = ({ when, run }: VersionsOf): string => `schema_${when}_${run}`;

/** In the order of their names. */
export async function versionsRun(session: Session, of: VersionsOf): Promise<string[]> {
  const kept = inLedger(versionsTable(of));
  return (await isTable(session, tableSql(kept))) ? namesIn(session, kept.name) : [];
}

/** Those of before there were tables, of whichever run. */
export async function versionsRunByAny(session: Session): Promise<ReadonlySet<string>> {
  const { rows } = await session.query<{ name: string }>(
    "select relname as name from pg_class where relkind = 'r' and relnamespace = to_regnamespace($1) and relname ~ '^schema_before_[0-9]+$'",
    [LEDGER],
  );
  const ran = new Set<string>();
  for (const kept of rows) for (const name of await namesIn(session, kept.name)) ran.add(name);
  return ran;
}

async function namesIn(session: Session, kept: string): Promise<string[]> {
  const { rows } = await session.query<{ name: string }>(`select name from ${LEDGER}.${quote(kept)} order by name`);
  return rows.map(({ name }) => name);
}
