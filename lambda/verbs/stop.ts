/** `stop`: every worker of a run ends at its next page. */
import { NO_MAPPING, openTarget } from "../compose.ts";
import { total } from "../contract.ts";
import { MigrationError } from "../domain/migration-error.ts";
import type { Progress } from "../ports/progress.ts";
import { runOfNumber } from "../runs.ts";
import { answering, type Verb } from "../verb.ts";

export const stop = {
  says: "let every worker of a run end at its next page; migrate goes on with it",
  needs: ["target"],
  takes: ["run", "json"],
  ends: "0 done; 3 refused",
  event: answering({ run: total }, ({ target, said }, { progress }) => runStop({ target, run: said.run, progress })),
} as const satisfies Verb;

interface StopTask {
  readonly target: string;
  /** The newest where none is named. */
  readonly run: number | undefined;
  readonly progress?: Progress;
}

export async function runStop({ target: url, run: number, progress }: StopTask) {
  await using target = openTarget(url, NO_MAPPING, { progress });
  const run = await runOfNumber(target, number);
  if (run.phase === "ended") {
    const problem = `pass ${run.pass} of run ${run.id} has ended: there is nothing to stop`;
    throw new MigrationError("no-run", problem, "see `status` for what there is");
  }
  await target.decisions.stop(run);
  return { run: run.id };
}
