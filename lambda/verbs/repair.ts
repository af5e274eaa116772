/** `repair`: what a proof found is mended item by item, and all of it proven again. */
import type { Edge, Proven, Task } from "../compose.ts";
import { openRun, withProof } from "../opening.ts";
import { optionsAmong, PROOF } from "../options.ts";
import { repair as mend } from "../pipeline/repair.ts";
import type { ItemSource } from "../ports/source.ts";
import type { Proving, Verb } from "../verb.ts";

export const repair = {
  says: "read again only the items behind missing rows and in quarantine, mend what can be mended, and prove all of it",
  needs: ["target"],
  takes: ["schema", "force", "maxReadUnits", ...PROOF, "json"],
  meaning: { force: "also write over rows that were changed here since" },
  event: {
    proves: ({ said, ...place }, edge) =>
      runRepair({ ...place, options: optionsAmong(said), force: said.force === true }, edge),
  } satisfies Proving,
} as const satisfies Verb;

export interface RepairTask extends Omit<Task, "source"> {
  readonly force: boolean;
}

/** Mends from the source the run is named after, where none is given. */
export async function runRepair(task: RepairTask, edge: Edge, given?: ItemSource): Promise<Proven> {
  await using opened = await openRun(task.target, task.schema, edge.progress);
  const { run, target } = opened;
  const { force } = task;
  return await withProof(opened, task, edge, given, async (proof) => ({
    report: await mend({ ...proof, run, force, repairs: target.repairs }),
    logKey: run.logKey,
  }));
}
