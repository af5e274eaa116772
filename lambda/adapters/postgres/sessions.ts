/** Connections of one target, opened when needed and used again: at most as many as there are workers at a time. */
import { connect, type Session } from "./connection.ts";

export interface Sessions extends AsyncDisposable {
  /** A connection of one's own, until it is given back. */
  take(): Promise<Session>;
  /** Gives a connection back; one that is broken is dropped. */
  give(session: Session): Promise<void>;
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

export function openSessions(url: string, name: string): Sessions {
  const idle: Session[] = [];
  const open = new Set<Session>();
  let closed = false;
  const take = async (): Promise<Session> => {
    if (closed) throw new Error("the target was used after it was closed");
    for (let session = idle.pop(); session !== undefined; session = idle.pop()) if (!session.broken) return session;
    const session = await connect(url, name);
    open.add(session);
    return session;
  };
  const give = async (session: Session): Promise<void> => {
    if (session.broken) open.delete(session);
    else idle.push(session);
  };
  return {
    take,
    give,
    use: async (work) => {
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
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      for (const session of open) await session.close();
    },
  };
}
