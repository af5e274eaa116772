/** An operator's decisions → what becomes of a run, short of copying and proving it. */
import { itemName, runOfNumber } from "./ask.ts";
import { NO_MAPPING, openRun, openTarget, type Task } from "./compose.ts";
import { MigrationError } from "./domain/migration-error.ts";
import { rollback } from "./pipeline/rollback.ts";
import { seal } from "./pipeline/seal.ts";

type Place = Pick<Task, "target" | "schema">;

/** Takes back the newest run that goes by this mapping. */
export async function runRollback({ target: url, schema, force }: Place & { readonly force: boolean }) {
  await using opened = await openRun(url, schema);
  const { run, target } = opened;
  return { run: run.id, source: run.source, ...(await rollback(target.undo, run, force)) };
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
