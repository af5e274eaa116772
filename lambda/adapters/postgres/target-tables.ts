/** The target's tables around the copy: one process at a time does these steps, and each may be repeated. */
import type { Mapping } from "../../mapping/model.ts";
import type { TargetTables } from "../../ports/tables.ts";
import { buildConstraints, dropConstraints } from "./constraints.ts";
import { withRun } from "./locks.ts";
import type { Sessions } from "./sessions.ts";
import { settle } from "./settle.ts";
import { LEDGER } from "./sql.ts";
import { checkTables, createTables } from "./tables.ts";

export function targetTables(sessions: Sessions, mapping: Mapping): TargetTables {
  return {
    check: () => sessions.use((session) => checkTables(session, mapping)),
    prepare: (run) =>
      sessions.use((session) =>
        withRun(session, run.id, async () => {
          // Another process may have gone on to build while this one waited: what it built stays.
          const { rows } = await session.query(
            `select from ${LEDGER}.run where id = $1 and pass = $2 and phase = 'copy'`,
            [run.id, run.pass],
          );
          if (rows.length === 0) return;
          await dropConstraints(session, mapping);
          await createTables(session, run.id, mapping);
        }),
      ),
    complete: (run) =>
      sessions.use((session) =>
        withRun(session, run.id, async () => {
          await session.query(`delete from ${LEDGER}.quarantine where run = $1 and last_seen < $2`, [run.id, run.pass]);
          await session.query(`delete from ${LEDGER}.seen where run = $1 and pass < $2`, [run.id, run.pass]);
          await settle(session, run.id, mapping);
          await buildConstraints(session, mapping);
        }),
      ),
  };
}
