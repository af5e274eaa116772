/**
 * Statements that may outlast the process that asks for them: on a connection of their own, each a transaction of its own, which the
 * server carries out to its end whoever is still there to be told.
 */
import type { Session } from "./connection.ts";
import type { Sessions } from "./sessions.ts";

export interface Unattended {
  /** Returns when the statement has ended. Throws the signal's reason where that aborts first: the statement goes on. */
  run(sql: string): Promise<void>;
}

/**
 * A server looks after its client only where it is told to, or where it has something to say: neither is so here. The connection
 * is the only one that holds `lock`, until its last statement has ended.
 */
export async function unattended<T>(
  sessions: Sessions,
  signal: AbortSignal,
  lock: { take(session: Session): Promise<unknown>; free(session: Session): Promise<unknown> },
  work: (unattended: Unattended) => Promise<T>,
): Promise<T> {
  const session = await sessions.take();
  try {
    await unlessAborted(() => lock.take(session), signal);
    await session.query(
      "select set_config(name, '0', false) from pg_settings where name = 'client_connection_check_interval'",
    );
    await session.query("set client_min_messages = error");
    const result = await work({
      run: (sql) => unlessAborted(() => session.query(sql), signal),
    });
    await lock.free(session);
    return result;
  } finally {
    await session.close();
    await sessions.give(session);
  }
}

/** What work comes to; undefined where it stopped because the signal had it stop. */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    return undefined;
  }
}

async function unlessAborted(work: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  const working = work();
  try {
    await Promise.race([working, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    // Its connection is closed then, which is no news.
    working.catch(() => undefined);
  }
}
