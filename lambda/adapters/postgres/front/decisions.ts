/** Decisions of an operator → lines of the ledger that every process reads. */
import type { Mapping } from "../../../mapping/model.ts";
import type { Decisions } from "../../../ports/decisions.ts";
import { refuseWhileUsed, withRun } from "../ledger/run/locks.ts";
import { movedOn, moveRun } from "../ledger/run/phases.ts";
import { updateRun } from "../ledger/run/run.ts";
import { transaction } from "../session/connection.ts";
import type { Sessions } from "../session/sessions.ts";
import { accept } from "./accept.ts";

export function decisions(sessions: Sessions, mapping: Mapping): Decisions {
  return {
    stop: (run) => sessions.use(async (session) => void (await updateRun(session, run.id, "stops = stops + 1"))),
    accept: (run, choice, reason) =>
      sessions.use((session) => transaction(session, () => accept(session, run, mapping, choice, reason))),
    seal: (run, force) =>
      sessions.use((session) =>
        withRun(session, run.id, async () => {
          await refuseWhileUsed(session, run.id);
          await transaction(session, async () => {
            const set = "sealed_at = coalesce(sealed_at, now())";
            const now = await moveRun(session, run.id, "seal", { since: run, set });
            if (!force && now.report?.verdict !== "verified") throw movedOn(run);
          });
        }),
      ),
  };
}
