/** `verify`: the newest pass proven once more. */
import type { Edge, Proven, Task } from "../compose.ts";
import { untilItEnds } from "../domain/leads-on.ts";
import { MigrationError } from "../domain/migration-error.ts";
import { openRun, withProof } from "../opening.ts";
import { optionsAmong, PROOF } from "../options.ts";
import { prove, stopwatch } from "../pipeline/conclude.ts";
import type { ItemSource } from "../ports/source.ts";
import type { Proving, Verb } from "../verb.ts";

export const verify = {
  says: "prove the newest pass once more, from what the tables and the source hold now",
  needs: ["target"],
  takes: ["schema", "maxReadUnits", ...PROOF, "json"],
  event: {
    proves: ({ said, ...place }, edge) => runVerify({ ...place, options: optionsAmong(said) }, edge),
  } satisfies Proving,
} as const satisfies Verb;

/** Proves the newest finished pass, from the source the run is named after where none is given. */
export async function runVerify(task: Omit<Task, "source">, edge: Edge, given?: ItemSource): Promise<Proven> {
  await using opened = await openRun(task.target, task.schema, edge.progress);
  const { run } = opened;
  if (run.phase !== "ended" && run.phase !== "verify") {
    const problem =
      run.phase === "rollback"
        ? `run ${run.id} is being rolled back`
        : `run ${run.id} has not copied and built everything yet`;
    throw new MigrationError("no-run", problem, untilItEnds(run));
  }
  return await withProof(opened, task, edge, given, async (proof) => ({
    report: await prove(proof, run, stopwatch(proof.now)),
    logKey: run.logKey,
  }));
}
