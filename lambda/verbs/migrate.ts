/** `migrate`: one source into one database, begun or gone on with, and proven. */
import type { Edge, Proven, Task } from "../compose.ts";
import { must } from "../domain/must.ts";
import { withMigration } from "../opening.ts";
import { optionsAmong, PROOF } from "../options.ts";
import { migrate as migration } from "../pipeline/migrate.ts";
import type { Proving, Verb } from "../verb.ts";

export const migrate = {
  says: "copy a source into Postgres and prove it; run again after any failure",
  needs: ["source", "target"],
  takes: [
    "schema",
    "units",
    "concurrency",
    "maxReadUnits",
    "maxRowsPerSecond",
    "maxQuarantine",
    "prune",
    "remap",
    "acceptGap",
    ...PROOF,
    "keep",
    "html",
    "hashKeys",
    "json",
  ],
  meaning: {
    target:
      "postgres://… or embedded, to try a mapping with no database at hand: it is gone afterwards, unless you --keep it",
  },
  event: {
    proves: ({ said, ...place }, edge) => runMigration({ ...place, options: optionsAmong(said) }, edge),
  } satisfies Proving,
} as const satisfies Verb;

/** Runs or resumes a migration. */
export const runMigration = (task: Task, edge: Edge): Promise<Proven> =>
  withMigration(task, edge, async (given) => {
    const report = await migration(given);
    const run = (await given.target.runs.list()).find(({ id }) => id === report.run);
    return { report, logKey: must(run, "a run that was opened stays in the ledger").logKey };
  });
