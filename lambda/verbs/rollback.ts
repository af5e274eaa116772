/** `rollback`: what a run made is taken back. */
import { z } from "zod";
import { NO_MAPPING, openTarget, type Schema } from "../compose.ts";
import { total } from "../contract.ts";
import type { Progress } from "../ports/progress.ts";
import { runOfNumber, runToTakeBack } from "../runs.ts";
import { answering, type Verb } from "../verb.ts";

export const rollback = {
  says: "remove what the run made: its tables, or its rows in tables that were there before, and its ledger",
  needs: ["target"],
  takes: ["run", "schema", "force", "json"],
  meaning: {
    run: "the run of that number; default the only one there is, or the newest that goes by the schema",
    schema:
      "where the `down` of its own migrations is; all else the ledger knows, also where the folder is another one by now",
    force: "also where rows have been changed or added since",
  },
  ends: "0 done; 3 refused",
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

export async function runRollback({ target: url, schema, run: number, force, progress = SILENT }: RollbackTask) {
  await using target = openTarget(url, NO_MAPPING, { migrations: schema?.migrations, progress });
  const run =
    number === undefined ? runToTakeBack(await target.runs.list(), schema) : await runOfNumber(target, number);
  return { run: run.id, source: run.source, ...(await target.undo.undo(run, { force, progress })) };
}
