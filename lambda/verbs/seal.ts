/** `seal`: at the cut-over, the rows of a run go into the hands of the application, proven once more. */
import { z } from "zod";
import { type Edge, NO_MAPPING, openTarget, type Task } from "../compose.ts";
import { countsSchema, total } from "../contract.ts";
import { MigrationError } from "../domain/migration-error.ts";
import { countsOf } from "../domain/proof/pending.ts";
import { openRun, withProof } from "../opening.ts";
import { optionsAmong, PROOF } from "../options.ts";
import { prove, stopwatch } from "../pipeline/conclude.ts";
import { seal as handOver } from "../pipeline/seal.ts";
import type { Progress } from "../ports/progress.ts";
import type { Run } from "../ports/runs.ts";
import type { ItemSource } from "../ports/source.ts";
import { runOfNumber } from "../runs.ts";
import { answering, type Verb } from "../verb.ts";

export const seal = {
  says: "at the cut-over: prove once more, and hand the rows to the application; the run copies, repairs, prunes and takes back no more",
  needs: ["target"],
  takes: ["run", "schema", "force", "withoutProof", "maxReadUnits", ...PROOF, "json"],
  meaning: { force: "also where the proof does not say verified" },
  ends: "0 done; 3 refused",
  event: answering(
    { run: total, provenAt: z.string().exactOptional(), letGo: z.array(countsSchema).readonly().exactOptional() },
    async ({ target, schema, said }, edge) => {
      const proving = said.withoutProof === true ? undefined : { schema, options: optionsAmong(said), edge };
      const force = said.force === true;
      const { letGo, ...sealed } = await runSeal({ target, run: said.run, force, progress: edge.progress, proving });
      return { ...sealed, ...(letGo.length === 0 ? {} : { letGo: letGo.map(countsOf) }) };
    },
  ),
} as const satisfies Verb;

/** What it takes to prove anew. */
interface ProvingAnew extends Pick<Task, "schema" | "options"> {
  readonly edge: Edge;
  /** The source the run is named after, where none is given. */
  readonly source?: ItemSource;
}

interface SealTask {
  readonly target: string;
  /** The newest where none is named. */
  readonly run: number | undefined;
  readonly force: boolean;
  readonly progress?: Progress;
  /** The newest proof counts, however old it is, where there is none. */
  readonly proving?: ProvingAnew | undefined;
}

export async function runSeal({ target: url, run: number, force, progress, proving }: SealTask) {
  await using target = openTarget(url, NO_MAPPING, { progress });
  const found = await runOfNumber(target, number);
  // What is sealed is not sealed again, and what has not ended cannot be.
  if (proving !== undefined && found.phase === "ended" && found.sealedAt === undefined)
    await proveAnew(url, found, proving);
  const run = await runOfNumber(target, found.id);
  await handOver(target.decisions, run, force);
  const { letGo = [], finishedAt, sealedAt } = run.report ?? {};
  // A proof that was made since is none that it was sealed by.
  const counts = finishedAt !== undefined && sealedAt === undefined;
  return { run: run.id, ...(counts ? { provenAt: finishedAt } : {}), letGo };
}

async function proveAnew(url: string, { id }: Run, { schema, options, edge, source }: ProvingAnew): Promise<void> {
  await using opened = await openRun(url, schema, edge.progress);
  const { run } = opened;
  if (run.id !== id) {
    const remedy = `name the schema it goes by: --schema DIR; or seal it on its newest proof: --run ${id} --without-proof`;
    throw new MigrationError("mapping-changed", `run ${id} goes by another mapping than this one`, remedy);
  }
  const { verdict } = await withProof(opened, { options }, edge, source, (proof) =>
    prove(proof, run, stopwatch(proof.now)),
  );
  if (verdict === "incomplete") {
    const remedy = "run verify until it ends, and seal --without-proof";
    throw new MigrationError("not-proven", `time ran out, or it was stopped, before run ${id} was proven`, remedy);
  }
}
