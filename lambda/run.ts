/** A task as the drivers give it → the use cases that end with a proof. */
import {
  type Edge,
  load,
  migrationOf,
  numbered,
  type Outcome,
  openRun,
  openTarget,
  proofOptions,
  runsAt,
  sourceOf,
  type Task,
} from "./compose.ts";
import type { Options } from "./contract.ts";
import { MigrationError } from "./domain/migration-error.ts";
import { must } from "./domain/must.ts";
import { prove, stopwatch } from "./pipeline/conclude.ts";
import { type Migration, migrate, plan } from "./pipeline/migrate.ts";
import { repair } from "./pipeline/repair.ts";
import type { Run } from "./ports/runs.ts";
import type { ItemSource } from "./ports/source.ts";
import { parseSource } from "./settings.ts";

/** Runs or resumes a migration. */
export const runMigration = (task: Task, edge: Edge): Promise<Outcome> =>
  withMigration(task, edge, async (migration) => {
    const report = await migrate(migration);
    const run = (await migration.target.runs.list()).find(({ id }) => id === report.run);
    return { report, logKey: must(run, "a run that was opened stays in the ledger").logKey };
  });

/** Begins or resumes a run for a workflow. */
export const runPlan = (task: Task, edge: Edge): Promise<Run> => withMigration(task, edge, plan);

/** One piece of a run that was planned; says whether it is done. */
export const runStep = (
  task: Task,
  edge: Edge,
  step: (migration: Migration, run: Run) => Promise<boolean>,
): Promise<{ run: number; done: boolean }> =>
  withMigration(task, edge, async (migration, run) => {
    if (run === undefined)
      throw new MigrationError("no-run", `no run of ${migration.source.name} was planned`, "ask for plan first");
    if (run.mapping !== migration.fingerprint)
      throw new MigrationError(
        "mapping-changed",
        `run ${run.id} was planned with another mapping`,
        "ask for plan first",
      );
    return { run: run.id, done: await step(migration, run) };
  });

/** A source and a target opened as their run goes by them, where there is one. */
async function withMigration<T>(
  task: Task,
  edge: Edge,
  work: (migration: Migration, run: Run | undefined) => Promise<T>,
): Promise<T> {
  const draft = load(task.schema);
  const source = sourceOf(parseSource(task.source), task.options);
  try {
    const known = (await runsAt(task.target)).find((run) => run.source === source.name);
    const mapping = known === undefined ? draft : numbered(task.schema, known);
    await using target = openTarget(task.target, mapping, {
      migrations: task.schema.migrations,
      progress: edge.progress,
    });
    return await work(migrationOf(task, edge, source, target, mapping), known);
  } finally {
    await source[Symbol.asyncDispose]?.();
  }
}

/** Proves the newest finished pass once more, from what the tables and the source hold now. */
export async function runVerify(task: Omit<Task, "source">, edge: Edge, given?: ItemSource): Promise<Outcome> {
  await using opened = await openRun(task.target, task.schema, edge.progress);
  const { run, mapping, target } = opened;
  if (run.phase !== "ended" && run.phase !== "verify") {
    const problem = `run ${run.id} has not copied and built everything yet`;
    throw new MigrationError("no-run", problem, "run migrate until it ends");
  }
  return await withSource(run, task.options, given, async (source) => {
    const proof = { source, target, mapping, prune: false, ...edge, ...proofOptions(task.options) };
    const now = () => new Date();
    return { report: await prove({ ...proof, now }, run, stopwatch(now)), logKey: run.logKey };
  });
}

/** Mends what a proof found, item by item, and proves it again. */
export async function runRepair(
  task: Omit<Task, "source"> & { readonly force: boolean },
  edge: Edge,
  given?: ItemSource,
): Promise<Outcome> {
  await using opened = await openRun(task.target, task.schema, edge.progress);
  const { run, mapping, target } = opened;
  return await withSource(run, task.options, given, async (source) => {
    const settings = { source, target, mapping, prune: false, ...edge, ...proofOptions(task.options) };
    const { force } = task;
    const now = () => new Date();
    return { report: await repair({ ...settings, run, force, repairs: target.repairs, now }), logKey: run.logKey };
  });
}

/** The source a run is named after, in the words the command line takes. */
async function withSource<T>(
  run: Run,
  options: Options,
  given: ItemSource | undefined,
  work: (source: ItemSource) => Promise<T>,
): Promise<T> {
  const source: ItemSource & Partial<AsyncDisposable> = given ?? sourceOf(parseSource(run.source), options);
  try {
    return await work(source);
  } finally {
    if (given === undefined) await source[Symbol.asyncDispose]?.();
  }
}
