/**
 * Advisory locks: one class for each run, one number for each unit, one for all pages, one for the steps only one process may do,
 * and one for what is built; and one for the beginning of runs.
 */
import { MigrationError } from "../../../../domain/migration-error.ts";
import type { Session } from "../../session/connection.ts";
import { isLockTimeout } from "../../session/errors.ts";

/** Sets this project's locks apart from others in the same database. */
const FIRST_CLASS = 0x44_32_00_00;
const WHOLE_RUN = -1;
const PAGES = -2;
const BUILDS = -3;
const COUNTS = -4;
/** Added to a run's class: proofs are no work on the run. */
const PROOFS = 0x80_00;

export const lockClass = (run: number): number => FIRST_CLASS + run;

/**
 * Takes a lock of this project's own. The operator's `lock_timeout` is for tables and rows: a step of another process of this
 * migration may take longer than that, and is waited for as long as the session says.
 */
async function taking(
  session: Session,
  lock: string,
  classId: number,
  objectId: number,
  longest = session.longestWait,
): Promise<void> {
  try {
    await session.query(
      `select set_config('lock_timeout', $3, true), ${lock}($1, $2), set_config('lock_timeout', s.was, true)
       from (select current_setting('lock_timeout') as was offset 0) s`,
      [classId, objectId, longest],
    );
  } catch (error) {
    if (!isLockTimeout(error) || !(error instanceof Error)) throw error;
    // Not to be tried again: it was waited for long enough.
    throw new MigrationError(
      "in-use",
      error.message,
      "let that process end, or end it, then run the same command again",
      {
        cause: error,
      },
    );
  }
}

/** Waits for the whole run, does `work`, and lets go. The lock dies with the connection. */
export async function withRun<T>(session: Session, run: number, work: () => Promise<T>): Promise<T> {
  await taking(session, "pg_advisory_lock", lockClass(run), WHOLE_RUN);
  try {
    return await work();
  } finally {
    if (!session.broken)
      await session
        .query("select pg_advisory_unlock($1, $2)", [lockClass(run), WHOLE_RUN])
        .catch(() => session.close());
  }
}

/**
 * Waits until nothing is built for the run any more, however long that takes: what was begun goes on when its process has vanished.
 * Held until the connection is gone, or `letBuild`.
 */
export const lockBuilds = (session: Session, run: number): Promise<void> =>
  taking(session, "pg_advisory_lock", lockClass(run), BUILDS, "0");

export const letBuild = (session: Session, run: number) =>
  session.query("select pg_advisory_unlock($1, $2)", [lockClass(run), BUILDS]);

/** The same for what is counted for a proof, which is in nobody's way. */
export const lockCounts = (session: Session, run: number): Promise<void> =>
  taking(session, "pg_advisory_lock", lockClass(run) + PROOFS, COUNTS, "0");

export const letCount = (session: Session, run: number) =>
  session.query("select pg_advisory_unlock($1, $2)", [lockClass(run) + PROOFS, COUNTS]);

/** Has one run begin at a time in this database, until the transaction ends. */
export const lockRuns = (session: Session): Promise<void> =>
  taking(session, "pg_advisory_xact_lock", FIRST_CLASS, WHOLE_RUN);

/** Throws MigrationError `in-use` where another session holds a lock of the run. */
export async function refuseWhileUsed(session: Session, run: number): Promise<void> {
  const { rows } = await session.query<{ builder: number | null }>(
    `select case when objid = $2::int8::oid then pid end as builder from pg_locks
     where locktype = 'advisory' and classid = $1 and pid <> pg_backend_pid() and granted
       and database = (select oid from pg_database where datname = current_database()) order by builder`,
    [lockClass(run), BUILDS >>> 0],
  );
  const [first] = rows;
  if (first === undefined) return;
  if (first.builder !== null) {
    const problem = `something is being built for run ${run}, by process ${first.builder} of the database`;
    const how = `let it end, or end it (select pg_terminate_backend(${first.builder})), then try again`;
    throw new MigrationError("in-use", problem, how);
  }
  const remedy = "let its workers end first (`stop` has them end at their next page), then try again";
  throw new MigrationError("in-use", `somebody is working on run ${run}`, remedy);
}

/** Holds off a page that wants to be written alone or, being that page, all others, until the transaction ends. */
export const lockPages = (session: Session, run: number, alone: boolean): Promise<void> =>
  taking(session, `pg_advisory_xact_lock${alone ? "" : "_shared"}`, lockClass(run), PAGES);
