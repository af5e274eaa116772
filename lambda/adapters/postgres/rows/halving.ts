/** Things that become rows, of which Postgres may refuse some → all others written, halved until what it refuses stands alone. */
import type { Session } from "../session/connection.ts";
import { refusedRow } from "../session/errors.ts";
import { inSavepoint } from "../session/savepoint.ts";

export interface Halving<T, R> {
  /** Writes some of them, all or none. */
  write(some: readonly T[]): Promise<R>;
  /** What becomes of one that is refused, by its SQLSTATE. */
  refused(one: T, code: string): Promise<R>;
  /** What failed is to be written in the same way once more. */
  again?(error: unknown): boolean;
}

/** Returns what each part of them came to, in order. To be called inside a transaction. */
export async function halving<T, R>(session: Session, all: readonly T[], how: Halving<T, R>): Promise<R[]> {
  const [first] = all;
  if (first === undefined) return [];
  try {
    return [await inSavepoint(session, () => how.write(all))];
  } catch (error) {
    if (how.again?.(error) === true) return halving(session, all, how);
    const code = refusedRow(error);
    if (code === undefined) throw error;
    if (all.length === 1) return [await how.refused(first, code)];
    const middle = Math.ceil(all.length / 2);
    const one = await halving(session, all.slice(0, middle), how);
    return [...one, ...(await halving(session, all.slice(middle), how))];
  }
}
