/** What of a run waits for a decision, as it is now. Changes nothing. */
import type { Pending, PendingGroup } from "../domain/proof/pending.ts";
import type { Run } from "./runs.ts";

export interface PendingList {
  /** All of it by table, reason and entity, with up to so many of each as examples. */
  groups(run: Run, examples: number): Promise<readonly PendingGroup[]>;
  /**
   * Every single one, some at a time, in one order, as all of them were at one moment; only equal copies are left out. Nothing is
   * fetched while `take` is at work. A connection that is lost ends it.
   */
  each(run: Run, take: (some: readonly Pending[]) => Promise<void>): Promise<void>;
}
