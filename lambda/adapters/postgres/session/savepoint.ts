/** Part of a transaction that may fail alone. */
import type { Session } from "./connection.ts";

/** Runs work in the transaction there is. Where it throws, what it did is taken back, and the transaction can go on. */
export async function inSavepoint<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query("savepoint part");
  try {
    const result = await work();
    await session.query("release savepoint part");
    return result;
  } catch (error) {
    if (!session.broken) await session.query("rollback to savepoint part; release savepoint part");
    throw error;
  }
}
