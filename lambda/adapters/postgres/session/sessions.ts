/**
 * Connections of one target, opened when needed and used again: at most as many as there are workers at a time. A target that
 * was there once is waited for when it goes; one that never was is told at once.
 */
import type { Waiting } from "../../../ports/progress.ts";
import { type ConnectOptions, connect, type Session } from "./connection.ts";
import { pooled } from "./errors.ts";
import { patiently } from "./patience.ts";
import { keepsSessions } from "./pooler.ts";
import { lockWatch } from "./waits.ts";

export interface Sessions extends AsyncDisposable {
  /** A connection of one's own, until it is given back. Throws MigrationError `target-pooled` where it would not be one's own. */
  take(): Promise<Session>;
  /** Gives a connection back; one that is broken is dropped. */
  give(session: Session): Promise<void>;
  /** Work that is fit to be done again from its beginning: it is, where the connection was lost. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** As `use`, with a connection that is closed afterwards: work of a user's own may leave settings behind. */
  spend<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

export interface SessionsOptions extends Pick<ConnectOptions, "longestWait" | "connecting"> {
  /** Is told of locks that are waited for. */
  readonly waiting?: ((waiting: Waiting) => void) | undefined;
}

export function openSessions(
  url: string,
  name: string,
  { longestWait, waiting, connecting }: SessionsOptions = {},
): Sessions {
  const idle: Session[] = [];
  const open = new Set<Session>();
  let [closed, wasThere] = [false, false];
  const opened = async (as: string, how: ConnectOptions): Promise<Session> => {
    const session = await connect(url, as, { longestWait, connecting, ...how });
    wasThere = true;
    // It was on its way when the target was closed: nobody else would close it.
    if (closed) {
      await session.close();
      throw closedAlready();
    }
    open.add(session);
    return session;
  };
  const drop = async (session: Session): Promise<void> => {
    // Given up is not gone: a server that only refused to write would keep its locks.
    open.delete(session);
    await session.close();
  };
  let observer: Promise<Session> | undefined;
  const askOnce = async (sql: string, backend: number): Promise<Waiting[]> => {
    observer ??= opened(`${name}: looking`, {});
    try {
      return (await (await observer).query<Waiting & Record<string, unknown>>(sql, [backend])).rows;
    } catch (error) {
      observer = undefined;
      throw error;
    }
  };
  // Several may wait at once, and one connection answers one question at a time.
  let asked: Promise<unknown> = Promise.resolve();
  const ask = (sql: string, backend: number): Promise<Waiting[]> => {
    const answer = asked.then(() => askOnce(sql, backend));
    asked = answer.catch(() => undefined);
    return answer;
  };
  const watch = waiting === undefined ? undefined : lockWatch(ask, waiting);
  /** Behind a pooler, asked once: before anything depends on the answer. */
  let kept: boolean | undefined;
  const make = async (): Promise<Session> => {
    const session = await opened(name, { watch });
    if (!session.isDirect) kept ??= await keepsSessions(() => connect(url, name));
    if (kept !== false) return session;
    await drop(session);
    throw pooled();
  };
  const mayWait = (): boolean => wasThere && !closed;
  const take = async (): Promise<Session> => {
    if (closed) throw closedAlready();
    for (let session = idle.pop(); session !== undefined; session = idle.pop()) {
      if (!session.broken) return session;
      await drop(session);
    }
    return patiently(make, { mayWait });
  };
  const give = async (session: Session): Promise<void> => {
    if (session.broken) await drop(session);
    else idle.push(session);
  };
  const once = async <T>(work: (session: Session) => Promise<T>, isSpent: boolean): Promise<T> => {
    const session = await take();
    try {
      const result = await work(session);
      if (isSpent) await session.close();
      return result;
    } catch (error) {
      // What state it is in nobody knows: a fresh one is cheap.
      await session.close();
      throw error;
    } finally {
      await give(session);
    }
  };
  return {
    take,
    give,
    use: (work) => patiently(() => once(work, false), { mayWait }),
    spend: (work) => patiently(() => once(work, true), { mayWait }),
    [Symbol.asyncDispose]: async () => {
      closed = true;
      for (const session of open) await session.close();
    },
  };
}

const closedAlready = (): Error => new Error("the target was used after it was closed");
