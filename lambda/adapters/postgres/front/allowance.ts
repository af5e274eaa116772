/** The allowance of a source, kept in the ledger for the readers of all processes. */
import type { Allowances } from "../../../ports/allowance.ts";
import { halveShare, takeUnits } from "../ledger/run/allowance.ts";
import type { Sessions } from "../session/sessions.ts";

export const allowances =
  (sessions: Sessions): Allowances =>
  (source) => ({
    take: (units, perSecond) => sessions.use((session) => takeUnits(session, source, units, perSecond)),
    giveWay: () => sessions.use(async (session) => void (await halveShare(session, source))),
  });
