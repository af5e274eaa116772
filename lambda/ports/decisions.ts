/** What an operator decides about a run. Each is written down in the ledger, and holds for every process. */
import type { Finding } from "../domain/migration-error.ts";
import type { PendingGroup } from "../domain/proof/pending.ts";
import type { Run } from "./runs.ts";
import type { ItemName } from "./trace.ts";

/** One item, or everything that waits for a reason, of an entity, or both. */
export type Choice =
  | { readonly item: ItemName }
  | { readonly reasonCode: string | undefined; readonly entity: string | undefined };

/** What was let go. Of the groups `accepted` is what had been let go before, for whichever reason. */
export interface Accepted {
  readonly items: number;
  /** The key of the item, where it is one. */
  readonly source?: string;
  readonly groups: readonly Omit<PendingGroup, "examples">[];
  /** What else is the matter with that item, and cannot be let go. */
  readonly remains: readonly Finding[];
}

export interface Decisions {
  /** Lets every worker of the run end at its next page, until the run is opened again. */
  stop(run: Run): Promise<void>;
  /**
   * Lets go what is in quarantine or waits behind another one's row: as it is now, and for that reason; the next proof counts exactly
   * that as accepted. Throws MigrationError `not-accepted` where nothing that was chosen waits for a decision, with what is the
   * matter instead; where the name fits several items; while the run has not settled. `sealed`, `moved-on` as everywhere.
   */
  accept(run: Run, choice: Choice, reason: string): Promise<Accepted>;
  /**
   * From now on the rows belong to the application. Throws MigrationError `in-use` where somebody works on the run, `moved-on`
   * where it is no longer ended or, without `force`, proven.
   */
  seal(run: Run, force: boolean): Promise<void>;
}
