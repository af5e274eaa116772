/** What the target really holds. An answer may have been computed in an earlier lap where nothing was written since; comparing is the domain's work. */
import type { ContentFacts, LedgerFacts, RelationFacts } from "../domain/proof/evidence.ts";
import type { Run } from "./runs.ts";

export interface TargetProof {
  /** What the ledger says the target must hold. */
  ledger(run: Run): Promise<LedgerFacts>;
  /**
   * What the tables hold, computed from every column of every row. Undefined where the signal aborts before all of them are
   * done; what was computed is kept, and the next call goes on with the rest.
   */
  contents(run: Run, signal: AbortSignal): Promise<ContentFacts | undefined>;
  /**
   * Orphans, duplicates and NULLs, counted by query wherever no validated constraint vouches for their absence. Undefined as
   * `contents` has it. What one call begins and sees no end of goes on for the next.
   */
  relations(run: Run, signal: AbortSignal): Promise<RelationFacts | undefined>;
}
