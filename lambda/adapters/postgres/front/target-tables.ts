/** The target's tables around the copy: one process at a time does these steps, and each may be repeated. */
import type { Mapping } from "../../../mapping/model.ts";
import type { Told } from "../../../ports/progress.ts";
import type { Phase, Run } from "../../../ports/runs.ts";
import type { TargetTables } from "../../../ports/tables.ts";
import { forgetEarlierPasses } from "../ledger/items/forget.ts";
import { windowOf } from "../ledger/passes/units.ts";
import { letBuild, lockBuilds, withRun } from "../ledger/run/locks.ts";
import { isInPhase } from "../ledger/run/phases.ts";
import { pruneGone } from "../rows/prune.ts";
import { settle } from "../rows/settle.ts";
import { removeAgain } from "../rows/unremoved.ts";
import { type Session, transaction } from "../session/connection.ts";
import type { Sessions } from "../session/sessions.ts";
import { unattended, unlessStopped } from "../session/unattended.ts";
import { oneByOne } from "../tables/carrying.ts";
import { type Building, buildConstraints, dropConstraints, restoreMigrated } from "../tables/constraints.ts";
import { refuseDependents } from "../tables/dependents.ts";
import { checkTarget } from "../tables/preflight.ts";
import { runVersions, type SchemaMigrations } from "../tables/schema-migrations.ts";
import { createTables } from "../tables/tables.ts";

export function targetTables(
  sessions: Sessions,
  mapping: Mapping,
  migrations: SchemaMigrations,
  told?: Told,
): TargetTables {
  return {
    check: (source) => sessions.use((session) => checkTarget(session, { mapping, before: migrations.before, source })),
    prepare: (run) =>
      alone(sessions, run, "copy", async (session) => {
        await runVersions(sessions, { run: run.id, when: "before", versions: migrations.before });
        // Rows that move or go would take rows of others with them.
        if (windowOf(run) > 0) await refuseDependents(session, mapping.tables);
        else if (run.pass > 1) await refuseDependents(session, mapping.tables, { onlyCarrying: true });
        await dropConstraints(session, mapping.tables);
        await createTables(session, run.id, mapping);
      }),
    complete: async (run, prune, signal) => {
      const builds = {
        take: (held: Session) => lockBuilds(held, run.id),
        free: (held: Session) => letBuild(held, run.id),
      };
      const completed = alone(sessions, run, "build", (session) =>
        unattended(sessions, signal, builds, async (server) => {
          const carrier = await oneByOne(session, run, server);
          await settleRows({ session, run, carrier }, mapping, prune);
          await buildConstraints({ session, run, carrier }, mapping, told);
          await restoreMigrated(session, carrier, mapping.tables);
          signal.throwIfAborted();
          await runVersions(sessions, {
            run: run.id,
            when: "after",
            versions: migrations.after,
            tables: mapping.tables,
          });
        }),
      );
      // Where the run has gone on meanwhile, it is done as well.
      return (
        (await unlessStopped(
          completed.then(() => true),
          signal,
        )) ?? false
      );
    },
  };
}

/** What is gone is removed and what is contested decided, once since the run's last beginning. */
async function settleRows({ session, run, carrier }: Building, mapping: Mapping, prune: boolean): Promise<void> {
  const rows = { tbl: "", kind: "rows", name: prune ? "pruned" : "" } as const;
  if (carrier.hasEnded(rows)) return;
  await forgetEarlierPasses(session, run);
  if (prune) await pruneGone(session, run, mapping);
  await transaction(session, () => removeAgain(session, run, mapping));
  await settle(session, run.id, mapping);
  await carrier.end(rows);
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
