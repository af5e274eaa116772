/** What an operator decides about a run. Each is written down in the ledger, and holds for every process. */
import type { Run } from "./runs.ts";
import type { ItemName } from "./trace.ts";

export interface Accepted {
  /** The item's key. */
  readonly source: string;
  readonly reason: string;
}

export interface Decisions {
  /** Lets every worker of the run end at its next page, until the run is opened again. */
  stop(run: Run): Promise<void>;
  /**
   * Lets an item go that is in quarantine, or that waits behind another one's row: as it is now, and for that reason. Throws
   * MigrationError `not-accepted` where the name fits no such item, or several.
   */
  accept(run: Run, item: ItemName, reason: string): Promise<Accepted>;
  /**
   * From now on the rows belong to the application. Throws MigrationError `in-use` where somebody works on the run, `moved-on`
   * where it is no longer ended or, without `force`, proven.
   */
  seal(run: Run, force: boolean): Promise<void>;
}
