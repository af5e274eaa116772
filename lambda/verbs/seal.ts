/** `seal`: at the cut-over, the rows of a run go into the hands of the application. */
import { z } from "zod";
import { NO_MAPPING, openTarget } from "../compose.ts";
import { countsSchema, total } from "../contract.ts";
import { countsOf } from "../domain/proof/pending.ts";
import { seal as handOver } from "../pipeline/seal.ts";
import type { Progress } from "../ports/progress.ts";
import { runOfNumber } from "../runs.ts";
import { answering, type Verb } from "../verb.ts";

export const seal = {
  says: "at the cut-over: hand the rows to the application; the run copies, repairs, prunes and takes back no more",
  needs: ["target"],
  takes: ["run", "force", "json"],
  meaning: { force: "also where the newest proof does not say verified" },
  ends: "0 done; 3 refused",
  event: answering(
    { run: total, letGo: z.array(countsSchema).readonly().exactOptional() },
    async ({ target, said }, { progress }) => {
      const { run, letGo } = await runSeal({ target, run: said.run, force: said.force === true, progress });
      return { run, ...(letGo.length === 0 ? {} : { letGo: letGo.map(countsOf) }) };
    },
  ),
} as const satisfies Verb;

interface SealTask {
  readonly target: string;
  /** The newest where none is named. */
  readonly run: number | undefined;
  readonly force: boolean;
  readonly progress?: Progress;
}

export async function runSeal({ target: url, run: number, force, progress }: SealTask) {
  await using target = openTarget(url, NO_MAPPING, { progress });
  const run = await runOfNumber(target, number);
  await handOver(target.decisions, run, force);
  return { run: run.id, letGo: run.report?.letGo ?? [] };
}
