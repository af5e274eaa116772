/** A run taken back: what it made is removed, and nothing else (I12). */
import type { Finding } from "../domain/migration-error.ts";
import type { Run } from "./runs.ts";

export interface Undone {
  /** Tables the run had made. */
  readonly dropped: readonly string[];
  /** Rows removed from tables that were there before. */
  readonly removed: Readonly<Record<string, number>>;
}

export interface Undo {
  /** What somebody else would lose: rows changed or added since, by hands other than the run's. Changes nothing. */
  losses(run: Run): Promise<readonly Finding[]>;
  /**
   * Removes the tables the run made, its rows in tables that were there before, and its lines in the ledger; rows that were
   * changed since stay where the table was there before. May be repeated: what was interrupted is gone on with. Throws
   * MigrationError `rollback-refused` where somebody works on the run, or where something else depends on what would go.
   */
  undo(run: Run): Promise<Undone>;
  /** Removes the ledger, and tells of how many runs it was. Throws MigrationError `not-sealed` unless every run is sealed. */
  dropLedger(): Promise<number>;
}
