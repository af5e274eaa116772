/** Decisions of an operator → lines of the ledger that every process reads. */
import type { Mapping } from "../../../mapping/model.ts";
import type { Decisions } from "../../../ports/decisions.ts";
import { refuseWhileUsed, withRun } from "../ledger/locks.ts";
import { movedOn, updateRun } from "../ledger/runs.ts";
import { transaction } from "../session/connection.ts";
import type { Sessions } from "../session/sessions.ts";
import { LEDGER } from "../session/sql.ts";
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
          // What the run is now decides, not what it was when somebody looked.
          const { rowCount } = await session.query(
            `update ${LEDGER}.run set sealed_at = coalesce(sealed_at, now())
             where id = $1 and epoch = $2 and phase = 'ended' and ($3 or report::json ->> 'verdict' = 'verified')`,
            [run.id, run.epoch, force],
          );
          if (rowCount === 0) throw movedOn(run);
        }),
      ),
  };
}
