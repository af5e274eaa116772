/** Tables that nobody may use for a moment: whoever does is waited for, told of, and not for ever. */

import { MigrationError } from "../../../domain/migration-error.ts";
import { counted } from "../../../domain/proof/discrepancy.ts";
import type { Progress } from "../../../ports/progress.ts";
import type { Session } from "./connection.ts";
import { isLockTimeout } from "./errors.ts";
import { inSavepoint } from "./savepoint.ts";
import { type TablePlace, tableSql } from "./sql.ts";

/** Nobody is told of what is over in a moment; a minute is as long as an application bears to wait behind us. */
const UNTOLD_MS = 1_000;
const LONGEST_MS = 60_000;

/**
 * Locks tables, all of them in one order, until the transaction ends; what that has still to lock waits no longer either.
 * Throws MigrationError `in-use` where others do not let go of them.
 */
export async function lockExclusively(
  session: Session,
  tables: readonly TablePlace[],
  progress: Progress,
  longest = LONGEST_MS,
): Promise<void> {
  if (tables.length === 0) return;
  const names = [...new Set(tables.map(tableSql))].sort();
  const lock = async (within: number): Promise<boolean> => {
    try {
      await inSavepoint(session, async () => {
        await session.query("select set_config('lock_timeout', $1, true)", [String(within)]);
        await session.query(`lock table ${names.join(", ")} in access exclusive mode`);
      });
      return true;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      return false;
    }
  };
  if (!(await lock(UNTOLD_MS))) {
    const problem = `${await users(session, names)}; waiting for that to end`;
    const remedy = `nothing, if it ends within ${LONGEST_MS / 1_000} s; else end it, and run the same command again`;
    progress.tell({ kind: "warning", finding: { where: "rollback", problem, remedy } });
    if (!(await lock(longest))) throw stillUsed(await users(session, names));
  }
  await session.query("select set_config('lock_timeout', $1, true)", [String(longest)]);
}

export const stillUsed = (by: string, cause?: unknown): MigrationError =>
  new MigrationError(
    "in-use",
    `${by}, for longer than ${LONGEST_MS / 1_000} s: nothing was removed`,
    "end it, and run the same command again",
    { cause },
  );

/** Who uses the tables, by what others know a session by. */
async function users(session: Session, tables: readonly string[]): Promise<string> {
  const { rows } = await session.query<{ pid: number; name: string | null }>(
    `select distinct l.pid, a.application_name as name from pg_locks l left join pg_stat_activity a using (pid)
     where l.locktype = 'relation' and l.granted and l.pid <> pg_backend_pid()
       and l.database = (select oid from pg_database where datname = current_database())
       and l.relation = any(array(select to_regclass(t) from unnest($1::text[]) t)::oid[]) order by l.pid`,
    [tables],
  );
  const sessions = rows.map(({ pid, name }) => (name ? `${pid} (${name})` : String(pid)));
  const some = sessions.slice(0, 5).join(", ");
  return `${counted(rows.length, "other session uses", "other sessions use")} the run's tables${some === "" ? "" : `: ${some}`}`;
}
