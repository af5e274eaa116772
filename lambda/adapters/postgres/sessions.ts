/**
 * Connections of one target, opened when needed and used again: at most as many as there are workers at a time. A target that
 * was there once is waited for when it goes; one that never was is told at once.
 */
import { connect, type Session } from "./connection.ts";
import { patiently } from "./patience.ts";

export interface Sessions extends AsyncDisposable {
  /** A connection of one's own, until it is given back. */
  take(): Promise<Session>;
  /** Gives a connection back; one that is broken is dropped. */
  give(session: Session): Promise<void>;
  /** Work that is fit to be done again from its beginning: it is, where the connection was lost. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

export function openSessions(url: string, name: string): Sessions {
  const idle: Session[] = [];
  const open = new Set<Session>();
  let [closed, wasThere] = [false, false];
  const take = async (): Promise<Session> => {
    if (closed) throw new Error("the target was used after it was closed");
    for (let session = idle.pop(); session !== undefined; session = idle.pop()) if (!session.broken) return session;
    const session = await patiently(
      () => connect(url, name),
      () => wasThere && !closed,
    );
    wasThere = true;
    // It was on its way when the target was closed: nobody else would close it.
    if (closed) {
      await session.close();
      throw new Error("the target was used after it was closed");
    }
    open.add(session);
    return session;
  };
  const once = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const session = await take();
    try {
      return await work(session);
    } catch (error) {
      // What state it is in nobody knows: a fresh one is cheap.
      await session.close();
      throw error;
    } finally {
      await give(session);
    }
  };
  const give = async (session: Session): Promise<void> => {
    if (!session.broken) idle.push(session);
    else {
      // Given up is not gone: a server that only refused to write would keep its locks.
      open.delete(session);
      await session.close();
    }
  };
  return {
    take,
    give,
    use: (work) =>
      patiently(
        () => once(work),
        () => wasThere && !closed,
      ),
    [Symbol.asyncDispose]: async () => {
      closed = true;
      for (const session of open) await session.close();
    },
  };
}
