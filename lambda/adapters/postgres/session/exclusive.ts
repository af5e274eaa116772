/** Tables that nobody else may use until a transaction ends. */
import type { Session } from "./connection.ts";
import { tableSql } from "./sql.ts";

/** As long as an application bears to wait behind us; where the operator says less, less. */
const LONGEST_MS = 60_000;

/**
 * Locks tables, all of them in one order, until the transaction ends; what that has still to lock waits no longer either.
 * Throws MigrationError `target-busy` where others do not let go of them.
 */
export async function lockExclusively(
  session: Session,
  tables: readonly Parameters<typeof tableSql>[0][],
  longest = LONGEST_MS,
): Promise<void> {
  if (tables.length === 0) return;
  await session.query(
    "select set_config('lock_timeout', least(nullif(setting::bigint, 0), $1)::text, true) from pg_settings where name = 'lock_timeout'",
    [longest],
  );
  const names = [...new Set(tables.map(tableSql))].sort();
  await session.query(`lock table ${names.join(", ")} in access exclusive mode`);
}
