/**
 * Statements that make or validate one thing of a table → carried out once, and what came of it. At the end of a pass they are left
 * to the server, and outlast whoever asks; where a run is taken back they are done at once.
 */
import type { Run } from "../../../ports/runs.ts";
import { type Attempted, attemptsOf, beginAttempt, endAttempt, isSame, noting } from "../ledger/run/attempts.ts";
import { type Note, noteBuilt } from "../ledger/run/built.ts";
import { type Session, transaction } from "../session/connection.ts";
import { unbuildable } from "../session/errors.ts";
import type { Unattended } from "../session/unattended.ts";

export interface Carrier {
  /** Whether it was carried out before, or could not be: then it is left as it is. */
  hasEnded(what: Attempted): boolean;
  /**
   * Each statement a transaction of its own, until one cannot be carried out. With a note of what is made by it, which is there
   * before it.
   */
  carry(what: Attempted, statements: readonly string[], note?: Note): Promise<void>;
  /** It needs no statement, or cannot be carried out for that reason. */
  end(what: Attempted, reason?: string): Promise<void>;
}

/** Why statements could not be carried out: a value too long for an index, a row that breaks a rule, a name that somebody else has taken: left to the proof to tell. */
async function reasonOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    const reason = unbuildable(error);
    if (reason === undefined) throw error;
    return reason;
  }
}

/** Nobody is to know of it afterwards. */
export const atOnce = (session: Session): Carrier => ({
  hasEnded: () => false,
  carry: async (_, statements) => {
    await reasonOf(async () => {
      for (const statement of statements) await session.query(statement);
    });
  },
  end: async () => undefined,
});

/** May be interrupted anywhere, by the process that asks being killed, too: the next one goes on. */
export async function oneByOne(session: Session, run: Run, { run: leave }: Unattended): Promise<Carrier> {
  const attempts = await attemptsOf(session, run);
  return {
    hasEnded: (what) => attempts.some((each) => isSame(each, what) && each.ended),
    carry: async (what, statements, note) => {
      // Of one that was begun nobody has seen the end, and nobody may see that of this one.
      const isAgain = attempts.some((each) => isSame(each, what));
      await transaction(session, async () => {
        await beginAttempt(session, run, what);
        if (note !== undefined) await noteBuilt(session, note);
      });
      const reason = await reasonOf(async () => {
        for (const [at, statement] of statements.entries())
          await leave(noting(run, what, statement, { isLast: at === statements.length - 1, isAgain }));
      });
      if (reason !== undefined) await endAttempt(session, run, what, reason);
    },
    end: (what, reason) => endAttempt(session, run, what, reason),
  };
}
