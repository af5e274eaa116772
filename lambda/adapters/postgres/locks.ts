/** Advisory locks: one class for each run, one number for each unit, one for all pages, and one for the steps only one process may do. */
import type { Session } from "./connection.ts";

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

/** Holds off a page that wants to be written alone or, being that page, all others, until the transaction ends. */
export async function lockPages(session: Session, run: number, alone: boolean): Promise<void> {
  await session.query(`select pg_advisory_xact_lock${alone ? "" : "_shared"}($1, $2)`, [lockClass(run), PAGES]);
}
