/** A task → its source and its target, opened with the numbers the ledger of its run goes by, and closed when the work is done. */
import {
  type Edge,
  load,
  migrationOf,
  type OpenTarget,
  openTarget,
  proofOptions,
  type Schema,
  type Task,
} from "./compose.ts";
import { MigrationError, type MigrationErrorCode } from "./domain/migration-error.ts";
import type { Mapping } from "./mapping/model.ts";
import type { Concluding } from "./pipeline/conclude.ts";
import type { Migration } from "./pipeline/migrate.ts";
import type { Progress } from "./ports/progress.ts";
import type { Run } from "./ports/runs.ts";
import type { ItemSource } from "./ports/source.ts";
import { numbered, runOfSchema, runsAt } from "./runs.ts";
import { parseSource } from "./settings.ts";
import { nameOfSource, type OpenSource, sourceOf, sourceOfRun } from "./sources.ts";

/** A run, its mapping with the numbers its ledger goes by, and the target opened with that. */
interface OpenedRun extends AsyncDisposable {
  readonly run: Run;
  readonly mapping: Mapping;
  readonly target: OpenTarget;
}

/** The newest run that was made with this very schema. */
export async function openRun(url: string, schema: Schema, progress?: Progress): Promise<OpenedRun> {
  const run = runOfSchema(await runsAt(url, progress), schema);
  const mapping = numbered(schema, run);
  const target = openTarget(url, mapping, { migrations: schema.migrations, progress });
  return { run, mapping, target, [Symbol.asyncDispose]: () => target[Symbol.asyncDispose]() };
}

/** The run of a source, where there is one, and all that a migration of it needs. */
export async function withMigration<T>(
  task: Task,
  edge: Edge,
  work: (migration: Migration, run: Run | undefined) => Promise<T>,
): Promise<T> {
  const draft = load(task.schema);
  const setting = parseSource(task.source);
  const name = await nameOfSource(setting, task.options);
  const known = (await runsAt(task.target, edge.progress)).find((run) => run.source === name);
  const mapping = known === undefined ? draft : numbered(task.schema, known);
  await using target = openTarget(task.target, mapping, {
    migrations: task.schema.migrations,
    progress: edge.progress,
  });
  const readers = { allowances: target.allowances, progress: edge.progress, run: known };
  const source = await sourceOf(setting, task.options, readers);
  edge.progress.tell({ kind: "working" });
  try {
    return await work(migrationOf(task, edge, source, target, mapping), known);
  } finally {
    await source[Symbol.asyncDispose]?.();
  }
}

/** One piece of a run that was planned with this mapping; says whether it is done. */
export const withPlanned = (
  task: Task,
  edge: Edge,
  step: (migration: Migration, run: Run) => Promise<boolean>,
): Promise<{ run: number; done: boolean }> =>
  withMigration(task, edge, async (migration, run) => {
    const refused = (code: MigrationErrorCode, problem: string) =>
      new MigrationError(code, problem, "ask for plan first");
    if (run === undefined) throw refused("no-run", `no run of ${migration.source.name} was planned`);
    if (run.mapping !== migration.fingerprint)
      throw refused("mapping-changed", `run ${run.id} was planned with another mapping`);
    return { run: run.id, done: await step(migration, run) };
  });

/** All that proving a run needs. Its source is the one it is named after, in the words the command line takes. */
export async function withProof<T>(
  { run, mapping, target }: OpenedRun,
  { options }: Pick<Task, "options">,
  edge: Edge,
  given: ItemSource | undefined,
  work: (proof: Concluding) => Promise<T>,
): Promise<T> {
  const readers = { allowances: target.allowances, progress: edge.progress };
  const source: OpenSource = given ?? (await sourceOfRun(run, options, readers));
  edge.progress.tell({ kind: "working" });
  try {
    return await work({
      source,
      target,
      mapping,
      prune: false,
      ...edge,
      ...proofOptions(options),
      now: () => new Date(),
    });
  } finally {
    if (given === undefined) await source[Symbol.asyncDispose]?.();
  }
}
