/** A run taken back: what it made is removed, and nothing else (I12). */
import type { Finding } from "../domain/migration-error.ts";
import type { Progress } from "./progress.ts";
import type { Run } from "./runs.ts";

export interface Undone {
  /** Tables the run had made. */
  readonly dropped: readonly string[];
  /** Rows removed from tables that were there before. */
  readonly removed: Readonly<Record<string, number>>;
  /** Rows that stay there: changed by others since, or kept by a trigger. */
  readonly left: Readonly<Record<string, number>>;
  /** The schema's own migrations whose `down` is not known: what they made stays. */
  readonly kept: readonly string[];
}

/** What a rollback would do now, and what stands in its way. */
export interface UndoPlan {
  /** Tables that would be dropped, with their rows. */
  readonly drops: Readonly<Record<string, number>>;
  /** Rows that would be removed from tables that were there before, as far as they are the run's alone. */
  readonly removes: Readonly<Record<string, number>>;
  /** The schema's own migrations that would be taken back, and those whose `down` is not known. */
  readonly reverts: readonly string[];
  readonly keeps: readonly string[];
  /** What needs those tables: unless one of those migrations takes it back, it stands in the way. */
  readonly dependents: readonly {
    readonly name: string;
    readonly kind: "view" | "materialized view" | "table";
    /** The statement that takes it away. */
    readonly drop: string;
  }[];
  /** Changed and added rows, and tables of others that refer to some. */
  readonly inTheWay: readonly Finding[];
}

export interface How {
  /** Also where somebody else would lose something: rows changed or added since, by hands other than the run's. */
  readonly force: boolean;
  readonly progress: Progress;
}

export interface Undo {
  /** Changes nothing. Throws MigrationError `sealed`, as `undo` would. */
  plan(run: Run): Promise<UndoPlan>;
  /**
   * Removes the tables the run made, its rows in tables that were there before, and its lines in the ledger, by what the
   * ledger knows of them; rows that were changed since stay where the table was there before. Looks for what others would lose
   * while nobody can write, and waits for whoever does, for a minute. May be repeated: what was interrupted is gone on with.
   * Throws MigrationError `rollback-refused` where somebody would lose something, or something else depends on what would
   * go, and `in-use` where somebody works on the run or holds on to its tables.
   */
  undo(run: Run, how: How): Promise<Undone>;
  /** Removes the ledger, and tells of how many runs it was. Throws MigrationError `not-sealed` unless every run is sealed. */
  dropLedger(): Promise<number>;
}
