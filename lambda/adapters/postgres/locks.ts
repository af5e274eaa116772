/** Advisory locks: one class for each run, one number for each unit, and one for the steps only one process may do. */
import type { Session } from "./connection.ts";

/** Sets this project's locks apart from others in the same database. */
const FIRST_CLASS = 0x44_32_00_00;
const WHOLE_RUN = -1;

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
