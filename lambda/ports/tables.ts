/** The target's tables around the copy: made before it, completed after it. */
import type { Finding } from "../domain/migration-error.ts";
import type { Run } from "./runs.ts";

/** What a target says of a mapping before anything is written. */
export interface TargetFacts {
  /** What stands in the way. */
  readonly findings: readonly Finding[];
  /** What does not, and should be known. */
  readonly warnings: readonly Finding[];
}

export interface TargetTables {
  /** Looks at this database as the run of that source would use it. Changes nothing. Throws MigrationError where there is nothing to look at. */
  check(source: string): Promise<TargetFacts>;
  /** Creates the missing tables and takes down what would hinder the copy: constraints of an earlier pass. */
  prepare(run: Run): Promise<void>;
  /**
   * Decides every contested row, then builds constraints and indexes and gathers statistics. With `prune` it first removes
   * what items gave that the pass has not met, neither as rows nor in quarantine. May be interrupted anywhere and repeated: what
   * has ended is not done again, and what was begun goes on whoever has gone. False where the signal aborts before its end.
   */
  complete(run: Run, prune: boolean, signal: AbortSignal): Promise<boolean>;
}
