/** Items in quarantine → handed on whole, a few at a time. */
import type { KeptItem, Quarantine } from "../../../../ports/quarantine.ts";
import { transaction } from "../../session/connection.ts";
import type { Sessions } from "../../session/sessions.ts";
import { LEDGER } from "../../session/sql.ts";

/** Fetched at a time: each may be 400 KB. */
const BATCH = 50;

export const quarantineBodies = (sessions: Sessions): Quarantine => ({
  each: async ({ id, pass }, take) => {
    // Not done again where the connection is lost: some of it was taken already.
    const session = await sessions.take();
    try {
      await transaction(session, async () => {
        await session.query(
          `declare bodies no scroll cursor for select reason, entity, source, position, detail, body
           from ${LEDGER}.quarantine where run = ${id} and last_seen = ${pass} order by entity nulls first, reason, source, version`,
        );
        for (;;) {
          const { rows } = await session.query<KeptItem>(`fetch ${BATCH} from bodies`);
          if (rows.length === 0 || (await take(rows)) === "enough") return;
        }
      });
    } finally {
      await sessions.give(session);
    }
  },
});
