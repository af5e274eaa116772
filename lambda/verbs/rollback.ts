/** `rollback`: what a run made is taken back. */
import { z } from "zod";
import { NO_MAPPING, type OpenTarget, openTarget, type Schema } from "../compose.ts";
import { total } from "../contract.ts";
import type { Progress } from "../ports/progress.ts";
import type { Run } from "../ports/runs.ts";
import { runOfNumber, runToTakeBack } from "../runs.ts";
import { answering, type Verb } from "../verb.ts";

export const rollback = {
  says: "remove what the run made: its tables, or its rows in tables that were there before, and its ledger",
  needs: ["target"],
  takes: ["run", "schema", "force", "dryRun", "yes", "json"],
  meaning: {
    run: "the run of that number; default the only one there is, or the newest that goes by the schema",
    schema:
      "where the `down` of its own migrations is; all else the ledger knows, also where the folder is another one by now",
    force: "also where rows have been changed or added since",
  },
  ends: "0 done, or nothing stands in the way; 3 refused, or something does",
  event: answering(
    {
      run: total,
      dropped: z.array(z.string()).readonly(),
      removed: z.record(z.string(), total).readonly(),
      left: z.record(z.string(), total).readonly(),
      kept: z.array(z.string()).readonly(),
    },
    async ({ target, schema, said }, { progress }) => {
      const { source: _, ...undone } = await runRollback({
        ...{ target, schema, progress },
        ...{ run: said.run, force: said.force === true },
      });
      return undone;
    },
  ),
} as const satisfies Verb;

export interface RollbackTask {
  readonly target: string;
  /** For its own migrations; what a run has written the ledger knows, also where the schema is another one now, or gone. */
  readonly schema: Schema | undefined;
  readonly run?: number | undefined;
  readonly force: boolean;
  readonly progress?: Progress;
}

const SILENT: Progress = { tell: () => undefined };

export async function runRollback({ force, progress = SILENT, ...task }: RollbackTask) {
  return await withRun({ ...task, progress }, async (target, run) => ({
    ...{ run: run.id, source: run.source },
    ...(await target.undo.undo(run, { force, progress })),
  }));
}

/** What a rollback would do now. Changes nothing; what is sealed is refused here, too. */
export const planRollback = (task: Omit<RollbackTask, "force">) =>
  withRun(task, async (target, run) => ({ run: run.id, source: run.source, ...(await target.undo.plan(run)) }));

async function withRun<T>(
  { target: url, schema, run: number, progress }: Omit<RollbackTask, "force">,
  work: (target: OpenTarget, run: Run) => Promise<T>,
): Promise<T> {
  await using target = openTarget(url, NO_MAPPING, { migrations: schema?.migrations, progress });
  const run =
    number === undefined ? runToTakeBack(await target.runs.list(), schema) : await runOfNumber(target, number);
  return await work(target, run);
}
