/** Several sessions that see the database as it is at one moment, so that what takes long is read side by side. */
import { tablesThere } from "./catalogue.ts";
import { type Session, within } from "./connection.ts";
import { isLockTimeout } from "./errors.ts";
import { WHOLE_TABLES } from "./lookups.ts";
import type { Sessions } from "./sessions.ts";
import { type TablePlace, tableSql } from "./sql.ts";

/** Not read-only: what Postgres makes of a definition is asked by making it, and taking it back. */
const ONE_MOMENT = "isolation level repeatable read";

/** Whoever is done first waits for the others, as long as they take. */
const PATIENT = "set local idle_in_transaction_session_timeout = 0";

/** What is done at one moment: tasks, each once and in their order, and what is made of their results at the same moment. */
export interface AtOneMoment<T, R> {
  readonly tasks: readonly ((session: Session) => Promise<T>)[];
  end(results: readonly T[]): Promise<R>;
}

/**
 * Does so many tasks at a time; none is begun after one has failed. `tables` are all that they read. The first session keeps what it
 * has read until all is done: whoever wants such a table alone waits for it, and another session that came after that one would wait
 * for it in turn, without end, which Postgres could not know. So all but the first lock the tables before they begin, and leave the
 * tasks to the first where they cannot have them at once.
 */
export function sideBySide<T, R>(
  sessions: Sessions,
  tables: readonly TablePlace[],
  atOnce: number,
  begin: (first: Session) => Promise<AtOneMoment<T, R>>,
): Promise<R> {
  return sessions.use((first) =>
    within(first, ONE_MOMENT, async () => {
      await first.query(`${WHOLE_TABLES}; ${PATIENT}`);
      const names = (await tablesThere(first, tables)).map(tableSql);
      const { tasks, end } = await begin(first);
      const { rows } = await first.query<{ moment: string }>("select pg_export_snapshot() as moment");
      const results: T[] = [];
      let next = 0;
      const work = async (session: Session): Promise<void> => {
        for (let at = next++; at < tasks.length; at = next++) {
          const task = tasks[at];
          try {
            if (task !== undefined) results[at] = await task(session);
          } catch (error) {
            next = tasks.length;
            throw error;
          }
        }
      };
      const other = async (): Promise<void> => {
        const session = await sessions.take();
        try {
          await session.begin(`${ONE_MOMENT}; set transaction snapshot '${rows[0]?.moment}'`);
          await session.query(`${WHOLE_TABLES}; ${PATIENT}`);
          if (await canHave(session, names)) await work(session);
        } finally {
          await session.query("rollback").catch(() => session.close());
          await sessions.give(session);
        }
      };
      const others = Array.from({ length: Math.min(atOnce, tasks.length) - 1 }, other);
      const all = await Promise.allSettled([work(first), ...others]);
      for (const each of all) if (each.status === "rejected") throw each.reason;
      return await end(results);
    }),
  );
}

async function canHave(session: Session, names: readonly string[]): Promise<boolean> {
  try {
    if (names.length > 0) await session.query(`lock table ${names.join(", ")} in access share mode nowait`);
    return true;
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    return false;
  }
}
