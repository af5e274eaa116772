/** What the target really holds, asked afresh each time. Nothing here remembers; comparing is the domain's work. */
import type { ContentFacts, LedgerFacts, RelationFacts } from "../domain/evidence.ts";
import type { Run } from "./runs.ts";

export interface TargetProof {
  /** What the ledger says the target must hold. */
  ledger(run: Run): Promise<LedgerFacts>;
  /** What the tables hold, computed from every column of every row. */
  contents(run: Run): Promise<ContentFacts>;
  /** Orphans, duplicates and NULLs, counted by query wherever no validated constraint vouches for their absence. */
  relations(run: Run): Promise<RelationFacts>;
}
