/** An operator's decisions → what becomes of a run, short of copying and proving it. */
import { itemName, runOfNumber } from "./ask.ts";
import { fitting, NO_MAPPING, noRun, openRun, openTarget, runsAt, runsIn, type Schema, type Task } from "./compose.ts";
import { MigrationError } from "./domain/migration-error.ts";
import { seal } from "./pipeline/seal.ts";
import type { Progress } from "./ports/progress.ts";
import type { Run } from "./ports/runs.ts";

type Place = Pick<Task, "target" | "schema">;

export interface RollbackTask {
  readonly target: string;
  /** For its own migrations; what a run has written the ledger knows, also where the schema is another one now, or gone. */
  readonly schema: Schema | undefined;
  readonly run?: number | undefined;
  readonly force: boolean;
  readonly progress?: Progress;
}

/** Takes a run back. */
export async function runRollback({ target: url, schema, run: number, force, progress = SILENT }: RollbackTask) {
  await using target = openTarget(url, NO_MAPPING, schema?.migrations);
  const run = number === undefined ? await runToTakeBack(url, schema) : await runOfNumber(target, number);
  return { run: run.id, source: run.source, ...(await target.undo.undo(run, { force, progress })) };
}

const SILENT: Progress = { tell: () => undefined };

/** The only run there is, or the newest one that goes by this mapping. */
async function runToTakeBack(url: string, schema: Schema | undefined): Promise<Run> {
  const runs = await runsAt(url);
  const [run] = runs;
  if (run === undefined) throw noRun();
  const found = runs.length === 1 ? run : schema && fitting(runs, schema);
  if (found !== undefined) return found;
  const problem = `there are several runs here, and none goes by this mapping: ${runsIn(runs)}`;
  throw new MigrationError("mapping-changed", problem, `say which is meant: rollback --run ${run.id}`);
}

/** Lets an item go, for a reason. */
export async function runAccept({
  target: url,
  schema,
  key,
  reason,
}: Place & { readonly key: readonly string[]; readonly reason: string }) {
  await using opened = await openRun(url, schema);
  const { run, mapping, target } = opened;
  if (reason.trim() === "") throw new MigrationError("settings", "no reason is given", "say why: --reason TEXT");
  const { source } = await target.decisions.accept(run, itemName(key, mapping), reason);
  return { run: run.id, logKey: run.logKey, source, reason };
}

interface Numbered {
  readonly target: string;
  /** The newest where none is named. */
  readonly run: number | undefined;
}

/** Has every worker of a run end at its next page. */
export async function runStop({ target: url, run: number }: Numbered) {
  await using target = openTarget(url, NO_MAPPING);
  const run = await runOfNumber(target, number);
  if (run.phase === "ended") {
    const problem = `pass ${run.pass} of run ${run.id} has ended: there is nothing to stop`;
    throw new MigrationError("no-run", problem, "see `status` for what there is");
  }
  await target.decisions.stop(run);
  return { run: run.id };
}

/** Hands the rows of a run to the application. */
export async function runSeal({ target: url, run: number, force }: Numbered & { readonly force: boolean }) {
  await using target = openTarget(url, NO_MAPPING);
  const run = await runOfNumber(target, number);
  await seal(target.decisions, run, force);
  return { run: run.id };
}

/** Removes the ledger of runs that are all sealed; the rows stay. */
export async function runDropLedger({ target: url }: Pick<Task, "target">) {
  await using target = openTarget(url, NO_MAPPING);
  return { runs: await target.undo.dropLedger() };
}
