/** Exports of a run in the ledger: the next one begun, and what was found in those before. */
import type { ExportLedger } from "../../../ports/exports.ts";
import { leaveAllStale } from "../ledger/items/left-behind.ts";
import { exportFacts } from "../ledger/passes/exports.ts";
import { goneItems } from "../ledger/passes/gone.ts";
import { goOnWithNext } from "../ledger/run/exports.ts";
import { transaction } from "../session/connection.ts";
import type { Sessions } from "../session/sessions.ts";

export function exportLedger(sessions: Sessions): ExportLedger {
  return {
    next: (run, exports) =>
      sessions.use((session) =>
        transaction(session, async () => {
          const next = await goOnWithNext(session, run, exports);
          // Before the first change of an item this pass has not met: what an earlier one left of it was never counted in this.
          if (next !== undefined && run.pass > 1)
            await leaveAllStale(session, { run: run.id, pass: run.pass }, goneItems(run));
          return next;
        }),
      ),
    facts: (run) => sessions.use((session) => exportFacts(session, run)),
  };
}
