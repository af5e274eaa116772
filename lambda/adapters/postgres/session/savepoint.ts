/** Part of a transaction that may fail alone. */
import type { Session } from "./connection.ts";

/** Runs work in the transaction there is. Where it throws, what it did is taken back, and the transaction can go on. */
export const inSavepoint = <T>(session: Session, work: () => Promise<T>): Promise<T> =>
  orTakenBack(session, async () => {
    const result = await work();
    await session.query(RELEASE);
    return result;
  });

/** The same of a statement. What is sent at once is parsed at once: the savepoint has to be there before a statement that is no SQL. */
export const statementInSavepoint = (session: Session, sql: string): Promise<unknown> =>
  orTakenBack(session, () => session.query(`${sql}\n; ${RELEASE}`));

const RELEASE = "release savepoint part";

async function orTakenBack<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query("savepoint part");
  try {
    return await work();
  } catch (error) {
    if (!session.broken) await session.query(`rollback to savepoint part; ${RELEASE}`);
    throw error;
  }
}
