/**
 * A pooler between here and Postgres may give each transaction another backend; a lock or a setting of a session is then in a
 * backend that somebody else's statements go to. Told by what happens: sessions that are open at the same time look whether
 * they are still themselves, one after the other (one backend for all of them), in the other order (backends in turn), and
 * while one of them is in a transaction (a backend of its own, as long as nobody else wants it).
 */
import { MigrationError } from "../../../domain/migration-error.ts";
import type { Session } from "./connection.ts";

/** Whether sessions keep their backends. Opens three, and closes them. */
export async function keepsSessions(open: () => Promise<Session>): Promise<boolean> {
  await using a = await open();
  await using b = await open();
  await using c = await open();
  for (const session of [a, b, c, c, b, a]) if (!(await session.isItself())) return false;
  for (const [inside, ...others] of [[a, b, c] as const, [b, c, a] as const]) {
    if (!(await begins(inside))) return false;
    for (const session of [...others, inside]) if (!(await session.isItself())) return false;
    await inside.query("commit");
  }
  return true;
}

async function begins(session: Session): Promise<boolean> {
  try {
    await session.begin();
    return true;
  } catch (error) {
    if (error instanceof MigrationError && error.code === "target-pooled") return false;
    throw error;
  }
}
