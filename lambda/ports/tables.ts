/** The target's tables around the copy: made before it, completed after it. */
import type { Finding } from "../domain/migration-error.ts";
import type { Run } from "./runs.ts";

export interface TargetTables {
  /** What stands in the way of this mapping in this database. Changes nothing. */
  check(): Promise<readonly Finding[]>;
  /** Creates the missing tables and takes down what would hinder the copy: constraints of an earlier pass. */
  prepare(run: Run): Promise<void>;
  /**
   * Decides every contested row, then builds constraints and indexes and gathers statistics. With `prune` it first removes
   * what items gave that the pass has not met, neither as rows nor in quarantine. May be repeated.
   */
  complete(run: Run, prune: boolean): Promise<void>;
}
