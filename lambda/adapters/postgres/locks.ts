/** Advisory locks: one class for each run, one number for each unit, one for all pages, and one for the steps only one process may do. */
import { MigrationError } from "../../domain/migration-error.ts";
import type { Phase, Run } from "../../ports/runs.ts";
import type { Session } from "./connection.ts";
import { LEDGER } from "./sql.ts";

/** Sets this project's locks apart from others in the same database. */
const FIRST_CLASS = 0x44_32_00_00;
const WHOLE_RUN = -1;
const PAGES = -2;

export const lockClass = (run: number): number => FIRST_CLASS + run;

/** Waits for the whole run, does `work`, and lets go. The lock dies with the connection. */
export async function withRun<T>(session: Session, run: number, work: () => Promise<T>): Promise<T> {
  await session.query("select pg_advisory_lock($1, $2)", [lockClass(run), WHOLE_RUN]);
  try {
    return await work();
  } finally {
    if (!session.broken)
      await session
        .query("select pg_advisory_unlock($1, $2)", [lockClass(run), WHOLE_RUN])
        .catch(() => session.close());
  }
}

/** Throws MigrationError `in-use` where another session holds a lock of the run. */
export async function refuseWhileUsed(session: Session, run: number): Promise<void> {
  const { rows } = await session.query(
    `select from pg_locks where locktype = 'advisory' and classid = $1 and pid <> pg_backend_pid() and granted
       and database = (select oid from pg_database where datname = current_database())`,
    [lockClass(run)],
  );
  if (rows.length === 0) return;
  const remedy = "let its workers end first (`stop` has them end at their next page), then try again";
  throw new MigrationError("in-use", `somebody is working on run ${run}`, remedy);
}

/** Whether a run is in a phase, and stays there until the transaction ends: nobody begins anything else meanwhile. */
export async function holdsPhase(session: Session, { id, epoch }: Run, phase: Phase): Promise<boolean> {
  const { rows } = await session.query(
    `select from ${LEDGER}.run where id = $1 and epoch = $2 and phase = $3 and sealed_at is null for share`,
    [id, epoch, phase],
  );
  return rows.length > 0;
}

/** Holds off a page that wants to be written alone or, being that page, all others, until the transaction ends. */
export async function lockPages(session: Session, run: number, alone: boolean): Promise<void> {
  await session.query(`select pg_advisory_xact_lock${alone ? "" : "_shared"}($1, $2)`, [lockClass(run), PAGES]);
}
