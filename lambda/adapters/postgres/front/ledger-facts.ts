/** The ledger → what the target must hold, and everything about the source that a verdict has to know. */

import type { LedgerFacts } from "../../../domain/proof/evidence.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { staleItems } from "../ledger/passes/gone.ts";
import { decisionsIn, pendingGroups } from "../ledger/passes/pending.ts";
import { unremoved } from "../rows/unremoved.ts";
import type { Session } from "../session/connection.ts";

const EXAMPLES = 10;

export async function ledgerFacts(session: Session, run: Run, mapping: Mapping): Promise<LedgerFacts> {
  return {
    waiting: await pendingGroups(session, run, mapping, EXAMPLES),
    ...(await decisionsIn(session, run, mapping)),
    stale: await staleItems(session, run, mapping),
    unremoved: await unremoved(session, run.id, mapping),
  };
}
