/** The target's tables around the copy: one process at a time does these steps, and each may be repeated. */
import type { Mapping } from "../../../mapping/model.ts";
import type { Phase, Run } from "../../../ports/runs.ts";
import type { TargetTables } from "../../../ports/tables.ts";
import { forgetEarlierPasses } from "../ledger/forget.ts";
import { withRun } from "../ledger/locks.ts";
import { isInPhase } from "../ledger/phases.ts";
import { pruneGone } from "../rows/prune.ts";
import { settle } from "../rows/settle.ts";
import { removeAgain } from "../rows/unremoved.ts";
import { type Session, transaction } from "../session/connection.ts";
import type { Sessions } from "../session/sessions.ts";
import { buildConstraints, dropConstraints, restoreMigrated } from "../tables/constraints.ts";
import { refuseDependents } from "../tables/dependents.ts";
import { checkTarget } from "../tables/preflight.ts";
import { runVersions, type SchemaMigrations } from "../tables/schema-migrations.ts";
import { createTables } from "../tables/tables.ts";

export function targetTables(
  url: string,
  sessions: Sessions,
  mapping: Mapping,
  migrations: SchemaMigrations,
): TargetTables {
  return {
    check: (source) =>
      sessions.use((session) => checkTarget(session, { url, mapping, before: migrations.before, source })),
    prepare: (run) =>
      alone(sessions, run, "copy", async (session) => {
        await runVersions(sessions, { run: run.id, when: "before", versions: migrations.before });
        // Rows that move or go would take rows of others with them.
        if (run.pass > 1) await refuseDependents(session, mapping.tables, { onlyCarrying: true });
        await dropConstraints(session, mapping.tables);
        await createTables(session, run.id, mapping);
      }),
    complete: (run, prune) =>
      alone(sessions, run, "build", async (session) => {
        await forgetEarlierPasses(session, run);
        if (prune) await pruneGone(session, run, mapping);
        await transaction(session, () => removeAgain(session, run, mapping));
        await settle(session, run.id, mapping);
        await buildConstraints(session, run.id, mapping);
        await restoreMigrated(session, run.id, mapping.tables);
        await runVersions(sessions, { run: run.id, when: "after", versions: migrations.after, tables: mapping.tables });
      }),
  };
}

/** Does a step while no other process does one. Where the run has gone on while this one waited, the step is done. */
export function alone<T>(
  sessions: Sessions,
  run: Run,
  phase: Phase,
  step: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  return sessions.use((session) =>
    withRun(session, run.id, async () => ((await isInPhase(session, run, phase)) ? step(session) : undefined)),
  );
}
