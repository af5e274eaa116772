/** The migration in pieces, for a workflow that asks for them one by one: each says whether it is done, and may be asked again. */
import { windowIn } from "../domain/chain.ts";
import { decoder } from "../domain/decode/decoder.ts";
import { MigrationError } from "../domain/migration-error.ts";
import type { Run } from "../ports/runs.ts";
import { buildUp, isToStop } from "./conclude.ts";
import { type Copy, copy, copyShare } from "./copy.ts";
import { beginCopy, goOn, type Migration } from "./migrate.ts";
import { Pace } from "./pace.ts";

/** One worker's share: done when no unit is left that nobody holds, or when somebody wants the run to stop. */
export async function workflowCopy(migration: Migration, run: Run): Promise<boolean> {
  if (run.phase !== "copy") return true;
  const end = await copyShare(copyOf(migration, run));
  return end === "done" || (await isStopping(migration, run));
}

/** Copies what vanished workers have left, then settles and builds. Throws MigrationError `stopped` where the run is to stop. */
export async function workflowFinalize(migration: Migration, run: Run): Promise<boolean> {
  if (await isStopping(migration, run)) throw stopped(run);
  const { runs } = migration.target;
  if (run.phase === "copy") {
    // Whoever has begun a window may have gone before it was planned.
    if (windowIn(run) !== undefined) await beginCopy(migration, run);
    if ((await copy(copyOf(migration, run))) === "stopped") {
      if (await isStopping(migration, run)) throw stopped(run);
      return false;
    }
    return workflowFinalize(migration, await runs.enter(run, "build"));
  }
  if (run.phase === "repair") return workflowFinalize(migration, await runs.enter(run, "build"));
  if (run.phase !== "build") return true;
  if (await isToStop(migration, run)) return false;
  const next = await goOn(migration, run);
  if (next !== undefined) return workflowFinalize(migration, next);
  return (await buildUp(migration, run)) !== undefined;
}

function copyOf(migration: Migration, run: Run): Copy {
  const { source, target, mapping } = migration;
  const decode = decoder(mapping, { source: source.name, expiredAt: run.expiredAt });
  return { ...migration, run, queue: target.queue, decode, pace: new Pace(migration, migration.now) };
}

const isStopping = async ({ target }: Migration, run: Run): Promise<boolean> =>
  (await target.queue.progress(run)).stopping;

const stopped = ({ id }: Run): MigrationError =>
  new MigrationError("stopped", `run ${id} was asked to stop`, "start the workflow again, or migrate: either goes on");
