/** Settings and a schema → a migration with its adapters. The only place that names them. */
import { randomInt } from "node:crypto";
import { dynamoDbSource } from "./adapters/dynamodb/source.ts";
import { fileSource } from "./adapters/file/source.ts";
import { ddlOf } from "./adapters/postgres/ddl.ts";
import { plainSql } from "./adapters/postgres/plain-sql.ts";
import { targetProof } from "./adapters/postgres/proof.ts";
import { runStore } from "./adapters/postgres/runs.ts";
import type { SchemaMigrations } from "./adapters/postgres/schema-migrations.ts";
import { openSessions } from "./adapters/postgres/sessions.ts";
import { spotRows } from "./adapters/postgres/spot-rows.ts";
import { targetTables } from "./adapters/postgres/target-tables.ts";
import { tracer } from "./adapters/postgres/trace.ts";
import { undoer } from "./adapters/postgres/undo.ts";
import { unitQueue } from "./adapters/postgres/units.ts";
import { logFailure, logProgress, logReport, openLog, withoutMessage } from "./adapters/report/log.ts";
import { logMetrics } from "./adapters/report/metrics.ts";
import { type LogSettings, METRICS, type MigrationResult, type Options } from "./contract.ts";
import { decoder } from "./domain/decode.ts";
import { keyedHash, mappingFingerprint } from "./domain/fingerprint.ts";
import { MigrationError } from "./domain/migration-error.ts";
import { must } from "./domain/must.ts";
import type { Report } from "./domain/report.ts";
import type { ItemsSpec } from "./mapping/items.ts";
import { loadMapping } from "./mapping/load.ts";
import type { Mapping } from "./mapping/model.ts";
import type { Tables } from "./mapping/tables.ts";
import { headerOf, type Migration, migrate, type Target } from "./pipeline/migrate.ts";
import { rollback } from "./pipeline/rollback.ts";
import { verify } from "./pipeline/verify.ts";
import type { Progress } from "./ports/progress.ts";
import type { Run } from "./ports/runs.ts";
import type { ItemSource } from "./ports/source.ts";
import type { Trace } from "./ports/trace.ts";
import type { Undo } from "./ports/undo.ts";
import { parseSource, type SourceSetting } from "./settings.ts";

/** What a schema folder exports. */
export interface Schema {
  readonly tables: Tables;
  readonly items: ItemsSpec;
  readonly migrations?: SchemaMigrations;
}

/** What the driver brings: who is told, and when to stop. */
export interface Edge {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Workers in one process: on two cores four take two thirds of one worker's time and eight no less, test/bench/load.bench.ts.
 * Units: several for each worker, so that one large segment at the end does not keep the others waiting.
 */
const CONCURRENCY = 4;
const UNITS_PER_WORKER = 4;

/** Loads a schema. Throws MigrationError `mapping` with every problem at once. */
export function load({ tables, items }: Schema): Mapping {
  const loaded = loadMapping(tables, items);
  if ("mapping" in loaded) return loaded.mapping;
  const { problems } = loaded;
  const problem = `the mapping has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}`;
  throw new MigrationError("mapping", problem, "see each finding", { findings: problems });
}

export function sourceOf(setting: SourceSetting, { maxReadUnits }: Options): ItemSource & Partial<AsyncDisposable> {
  if (setting.kind === "file") return fileSource({ path: setting.path });
  const { kind: _, ...settings } = setting;
  return dynamoDbSource(maxReadUnits === undefined ? settings : { ...settings, maxReadUnits });
}

/** A database, and what can be asked of it beside a migration. */
export interface OpenTarget extends Target, AsyncDisposable {
  readonly trace: Trace;
  readonly undo: Undo;
  /** A query a table that computes the fingerprints of a report anew. */
  plainSql(report: Report): string;
}

/** Every statement that makes the tables of a mapping, in the order of a run. */
export function statementsOf(mapping: Mapping): string[] {
  const { before, after } = ddlOf(mapping);
  return [...before, ...after];
}

/** The adapters of one Postgres database. Close it when done: sessions hold locks. */
export function openTarget(url: string, mapping: Mapping, migrations: SchemaMigrations = {}): OpenTarget {
  const sessions = openSessions(url, "dynamodb-to-postgres");
  return {
    runs: runStore(url, sessions),
    queue: unitQueue(sessions, mapping),
    tables: targetTables(url, sessions, mapping, migrations),
    proof: targetProof(sessions, mapping),
    spots: spotRows(sessions, mapping),
    trace: tracer(sessions, mapping),
    undo: undoer(url, sessions, mapping, migrations),
    plainSql: (report) => plainSql(report, mapping),
    [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
  };
}

export interface Task {
  readonly source: string;
  readonly target: string;
  readonly schema: Schema;
  readonly options: Options;
}

/** Items of each entity that are read again: without a fault among them, fewer than 6 % of an entity's items are wrong. */
const SAMPLE = 50;

const proofOptions = ({ seed = randomInt(2 ** 32), sample = SAMPLE, recount = false }: Options) => ({
  seed,
  sample,
  recount,
});

/** A migration, ready to run; tests put their own decorations around its ports. */
export function migrationOf(task: Task, edge: Edge, source: ItemSource, target: Target, mapping: Mapping): Migration {
  const {
    concurrency = CONCURRENCY,
    units = concurrency * UNITS_PER_WORKER,
    allowEmpty = false,
    prune = false,
  } = task.options;
  const { maxQuarantine } = task.options;
  const fingerprint = mappingFingerprint(mapping.identity);
  const limit = maxQuarantine === undefined ? {} : { maxQuarantine };
  const shape = { units, concurrency, allowEmpty, prune, ...limit, ...proofOptions(task.options) };
  return { source, target, mapping, fingerprint, ...shape, ...edge, now: () => new Date() };
}

/** A report, and what its source keys are hashed with where it is logged. */
export interface Outcome {
  readonly report: Report;
  readonly logKey: string;
}

/** Runs or resumes a migration. */
export async function runMigration(task: Task, edge: Edge): Promise<Outcome> {
  const mapping = load(task.schema);
  await using target = openTarget(task.target, mapping, task.schema.migrations);
  const source = sourceOf(parseSource(task.source), task.options);
  try {
    const report = await migrate(migrationOf(task, edge, source, target, mapping));
    const run = (await target.runs.list()).find(({ id }) => id === report.run);
    return { report, logKey: must(run, "a run that was opened stays in the ledger").logKey };
  } finally {
    await source[Symbol.asyncDispose]?.();
  }
}

/** Proves the newest finished pass once more, from what the tables and the source hold now. */
export async function runVerify(task: Omit<Task, "source">, signal: AbortSignal, given?: ItemSource): Promise<Outcome> {
  const mapping = load(task.schema);
  await using target = openTarget(task.target, mapping);
  const run = await runOfMapping(target, mapping);
  if (run.phase !== "ended" && run.phase !== "verify") {
    const problem = `run ${run.id} has not copied and built everything yet`;
    throw new MigrationError("no-run", problem, "run migrate until it ends");
  }
  // A run is named after its source, in the words the command line takes.
  const source: ItemSource & Partial<AsyncDisposable> = given ?? sourceOf(parseSource(run.source), task.options);
  try {
    const decode = decoder(mapping, { source: source.name, expiredAt: run.expiredAt });
    const header = () => headerOf(run, new Date(), {});
    const proof = { run, source, target, mapping, decode, header, signal, ...proofOptions(task.options) };
    return { report: await verify(proof), logKey: run.logKey };
  } finally {
    if (given === undefined) await source[Symbol.asyncDispose]?.();
  }
}

/** Takes back the newest run that was made with this mapping. */
export async function runRollback({
  target: url,
  schema,
  force,
}: Pick<Task, "target" | "schema"> & { readonly force: boolean }) {
  const mapping = load(schema);
  await using target = openTarget(url, mapping, schema.migrations);
  const run = await runOfMapping(target, mapping);
  return { run: run.id, source: run.source, ...(await rollback(target.undo, run, force)) };
}

/** The newest run that was made with this very mapping: tables and entities are numbers in the ledger. */
export async function runOfMapping({ runs }: Target, mapping: Mapping): Promise<Run> {
  const all = await runs.list();
  const fingerprint = mappingFingerprint(mapping.identity);
  const run = all.find((each) => each.mapping === fingerprint);
  if (run !== undefined) return run;
  const problem = `none of the runs here was made with this mapping: ${runsIn(all)}`;
  throw all.length === 0
    ? noRun()
    : new MigrationError("mapping-changed", problem, "name the schema it was made with: --schema DIR");
}

export const runsIn = (runs: readonly Run[]): string => runs.map(({ id, source }) => `${id} of ${source}`).join(", ");

export const noRun = (): MigrationError =>
  new MigrationError("no-run", "there is no migration in this database", "run migrate first, or correct the target");

/** Runs one invocation with its log: progress, report, metrics and refusal as JSON lines. A bug is logged and thrown. */
export async function logged(
  { level, keys, functionName }: LogSettings,
  work: (progress: Progress) => Promise<Outcome>,
): Promise<MigrationResult> {
  const log = openLog(level);
  try {
    const { report, logKey } = await work(logProgress(log));
    logReport(log, report, (source) => (keys === "clear" ? source : keyedHash(logKey, source)));
    logMetrics(log, METRICS, functionName, report);
    const { verdict, run, pass, items, discrepancies } = report;
    return { verdict, run, pass, items: { ...items }, discrepancies: discrepancies.length };
  } catch (error) {
    logFailure(log, error);
    // Lambda logs whatever is thrown, with all its properties.
    if (!(error instanceof MigrationError)) throw withoutMessage(error);
    return { verdict: "refused", findings: error.findings };
  }
}
