/** An operator's decisions → what becomes of a run, short of copying and proving it. */
import { itemName, runOfNumber } from "./ask.ts";
import { fitting, NO_MAPPING, noRun, openRun, openTarget, runsAt, runsIn, type Schema, type Task } from "./compose.ts";
import { type Finding, MigrationError } from "./domain/migration-error.ts";
import { seal } from "./pipeline/seal.ts";
import type { Progress } from "./ports/progress.ts";
import type { Run } from "./ports/runs.ts";

type Place = Pick<Task, "target" | "schema"> & { readonly progress?: Progress };

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
  await using target = openTarget(url, NO_MAPPING, { migrations: schema?.migrations, progress });
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

export interface AcceptTask extends Place {
  /** One item; none where all that waits is meant. */
  readonly key: readonly string[];
  readonly all?: boolean | undefined;
  readonly reasonCode?: string | undefined;
  readonly entity?: string | undefined;
  readonly reason: string;
}

/** Lets an item go, or all that waits for a reason or of an entity. */
export async function runAccept({ target: url, schema, reason, progress, ...choice }: AcceptTask) {
  const findings = problemsOf(choice, reason);
  if (findings.length > 0)
    throw new MigrationError("settings", "what is to be let go is not clear", "see each finding", { findings });
  await using opened = await openRun(url, schema, progress);
  const { run, mapping, target } = opened;
  const { key, reasonCode, entity } = choice;
  const chosen = key.length > 0 ? { item: itemName(key, mapping) } : { reasonCode, entity };
  const accepted = await target.decisions.accept(run, chosen, reason);
  return { run: run.id, logKey: run.logKey, reason, ...accepted };
}

function problemsOf(
  { key, all, reasonCode, entity }: Omit<AcceptTask, keyof Place | "reason">,
  reason: string,
): Finding[] {
  const filtered = reasonCode !== undefined || entity !== undefined;
  const find = (where: string, problem: string, remedy: string): Finding => ({ where, problem, remedy });
  return [
    ...(reason.trim() === "" ? [find("reason", "no reason is given", "say why: --reason TEXT")] : []),
    ...(key.length > 2
      ? [find("key", `${key.length} words are no key`, "say PK [SK], each as one word: quote what holds spaces")]
      : []),
    ...(key.length > 0 && (all === true || filtered)
      ? [
          find(
            "key",
            "an item is named, and all that waits as well",
            "say either KEY, or --all with --reason-code or --entity",
          ),
        ]
      : []),
    ...(key.length === 0 && !filtered
      ? [find("key", "nothing is named", "say KEY of an item, or --all with --reason-code or --entity")]
      : []),
    ...(key.length === 0 && filtered && all !== true
      ? [
          find(
            "all",
            "it would let go every item of that kind",
            "say --all if that is meant; `list-quarantine` shows them",
          ),
        ]
      : []),
  ];
}

interface Numbered extends Pick<Place, "target" | "progress"> {
  /** The newest where none is named. */
  readonly run: number | undefined;
}

/** Has every worker of a run end at its next page. */
export async function runStop({ target: url, run: number, progress }: Numbered) {
  await using target = openTarget(url, NO_MAPPING, { progress });
  const run = await runOfNumber(target, number);
  if (run.phase === "ended") {
    const problem = `pass ${run.pass} of run ${run.id} has ended: there is nothing to stop`;
    throw new MigrationError("no-run", problem, "see `status` for what there is");
  }
  await target.decisions.stop(run);
  return { run: run.id };
}

/** Hands the rows of a run to the application. */
export async function runSeal({ target: url, run: number, force, progress }: Numbered & { readonly force: boolean }) {
  await using target = openTarget(url, NO_MAPPING, { progress });
  const run = await runOfNumber(target, number);
  await seal(target.decisions, run, force);
  return { run: run.id, letGo: run.report?.letGo ?? [] };
}

/** Removes the ledger of runs that are all sealed; the rows stay. */
export async function runDropLedger({ target: url, progress }: Pick<Place, "target" | "progress">) {
  await using target = openTarget(url, NO_MAPPING, { progress });
  return { runs: await target.undo.dropLedger() };
}
