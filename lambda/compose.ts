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
import { unitQueue } from "./adapters/postgres/units.ts";
import { logFailure, logProgress, logReport, openLog, withoutMessage } from "./adapters/report/log.ts";
import { logMetrics } from "./adapters/report/metrics.ts";
import { type LogSettings, METRICS, type MigrationResult, type Options } from "./contract.ts";
import { isClean } from "./domain/census.ts";
import { decoder } from "./domain/decode.ts";
import { toDynamoDbJson } from "./domain/dynamodb-json.ts";
import { keyedHash, mappingFingerprint } from "./domain/fingerprint.ts";
import { MigrationError } from "./domain/migration-error.ts";
import { must } from "./domain/must.ts";
import type { Report } from "./domain/report.ts";
import type { ItemsSpec } from "./mapping/items.ts";
import { loadMapping } from "./mapping/load.ts";
import type { Mapping } from "./mapping/model.ts";
import type { Tables } from "./mapping/tables.ts";
import { check } from "./pipeline/check.ts";
import { headerOf, type Migration, migrate, type Target } from "./pipeline/migrate.ts";
import { refuse, sourceFindings } from "./pipeline/preflight.ts";
import { sourceKeys } from "./pipeline/source-keys.ts";
import { verify } from "./pipeline/verify.ts";
import type { Progress } from "./ports/progress.ts";
import type { Run } from "./ports/runs.ts";
import type { ItemSource } from "./ports/source.ts";
import type { ItemName, Trace } from "./ports/trace.ts";
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

function sourceOf(setting: SourceSetting, { maxReadUnits }: Options): ItemSource & Partial<AsyncDisposable> {
  if (setting.kind === "file") return fileSource({ path: setting.path });
  const { kind: _, ...settings } = setting;
  return dynamoDbSource(maxReadUnits === undefined ? settings : { ...settings, maxReadUnits });
}

/** The adapters of one Postgres database. Close it when done: sessions hold locks. */
export function openTarget(
  url: string,
  mapping: Mapping,
  migrations: SchemaMigrations = {},
): Target & { readonly trace: Trace } & AsyncDisposable {
  const sessions = openSessions(url, "dynamodb-to-postgres");
  return {
    runs: runStore(url, sessions),
    queue: unitQueue(sessions, mapping),
    tables: targetTables(url, sessions, mapping, migrations),
    proof: targetProof(sessions, mapping),
    spots: spotRows(sessions, mapping),
    trace: tracer(sessions, mapping),
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
  const { concurrency = CONCURRENCY, units = concurrency * UNITS_PER_WORKER, allowEmpty = false } = task.options;
  const fingerprint = mappingFingerprint(mapping.identity);
  const shape = { units, concurrency, allowEmpty, ...proofOptions(task.options) };
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

/** The newest run, where it was made with this very mapping: tables and entities are numbers in the ledger. */
async function runOfMapping(target: Target, mapping: Mapping): Promise<Run> {
  const run = await newestRun(target);
  if (run.mapping === mappingFingerprint(mapping.identity)) return run;
  const problem = `run ${run.id} of ${run.source} was made with another mapping`;
  throw new MigrationError("mapping-changed", problem, "name the schema it was made with: --schema DIR");
}

async function newestRun({ runs }: Target): Promise<Run> {
  const [run] = await runs.list();
  if (run !== undefined) return run;
  throw new MigrationError(
    "no-run",
    "there is no migration in this database",
    "run migrate first, or correct the target",
  );
}

export interface CheckTask {
  readonly source: string;
  /** Without one, items are told by the shapes of their keys alone. */
  readonly schema: Schema | undefined;
  readonly keys: readonly string[] | undefined;
  readonly options: Options;
}

/** Takes the census of a source, writes nothing, and gives the statements a run would make the tables with. */
export async function runCheck(task: CheckTask, edge: { onProgress(read: number): void; signal: AbortSignal }) {
  const mapping = task.schema === undefined ? undefined : load(task.schema);
  const source = sourceOf(parseSource(task.source), task.options);
  const { sample } = task.options;
  try {
    const [pk, sk] = task.keys ?? [];
    const given = pk === undefined ? undefined : sk === undefined ? { pk } : { pk, sk };
    if (mapping !== undefined) refuse(await sourceFindings(source, mapping));
    const keys = mapping?.keys ?? given ?? (await sourceKeys(source, edge.signal));
    const expiredAt = BigInt(Math.floor(Date.now() / 1000));
    const mapped =
      mapping === undefined
        ? {}
        : { mapped: { mapping, decode: decoder(mapping, { source: source.name, expiredAt }) } };
    const checked = await check({ source, ...mapped, keys, ...(sample === undefined ? {} : { sample }), ...edge });
    const { before, after } = mapping === undefined ? { before: [], after: [] } : ddlOf(mapping);
    return { checked, ddl: [...before, ...after], clean: mapping === undefined || isClean(checked) };
  } finally {
    await source[Symbol.asyncDispose]?.();
  }
}

/** For whoever asks the ledger alone. */
const NO_MAPPING: Mapping = {
  after: { grants: [] },
  keys: { pk: "" },
  ignore: [],
  tables: [],
  entities: [],
  templates: new Map(),
  identity: "",
};

/** The newest run and how far it is. */
export async function runStatus(url: string) {
  await using target = openTarget(url, NO_MAPPING);
  const run = await newestRun(target);
  return { run, progress: await target.queue.progress(run) };
}

/** The report of the newest pass that ended, and one query a table to compute its fingerprint with. */
export async function runPlainSql({ target: url, schema }: Pick<Task, "target" | "schema">): Promise<string> {
  const mapping = load(schema);
  await using target = openTarget(url, mapping);
  return plainSql(reportIn(await runOfMapping(target, mapping)), mapping);
}

export function reportIn({ id, report }: Run): Report {
  if (report !== undefined) return report;
  throw new MigrationError("no-run", `run ${id} has no report yet`, "run migrate until it ends");
}

export interface TraceTask extends Pick<Task, "target" | "schema"> {
  /** An item's key, or a table's name and a row's key, or `#` and a hash from a log. */
  readonly words: readonly string[];
  /** The words are an item's key, whatever the first one is. */
  readonly isItem: boolean;
}

export async function runTrace({ target: url, schema, words, isItem }: TraceTask) {
  const mapping = load(schema);
  await using target = openTarget(url, mapping);
  const run = await runOfMapping(target, mapping);
  const { id, pass } = run;
  const [first = "", ...key] = words;
  const table = isItem ? undefined : mapping.tables.find(({ name }) => name === first);
  if (table === undefined)
    return { kind: "items" as const, run: id, pass, ...(await target.trace.items(run, itemName(words, mapping))) };
  if (key.length !== table.primaryKey.length) {
    const columns = table.primaryKey.map(({ name }) => name).join(", ");
    throw new MigrationError(
      "settings",
      `a row of ${first} is named by ${table.primaryKey.length} words`,
      `give its primary key: ${columns}`,
    );
  }
  return { kind: "row" as const, run: id, pass, table: first, key, ...(await target.trace.row(run, table, key)) };
}

/** Words of a terminal → the key as the ledger writes it. */
function itemName([pk = "", sk]: readonly string[], { keys }: Mapping): ItemName {
  const [, hash] = sk === undefined ? (/^#([0-9a-f]{16})$/.exec(pk) ?? []) : [];
  if (hash !== undefined) return { hash };
  const text = toDynamoDbJson({
    [keys.pk]: { S: pk },
    ...(sk === undefined || keys.sk === undefined ? {} : { [keys.sk]: { S: sk } }),
  });
  return sk === undefined && keys.sk !== undefined ? { beginning: `${text.slice(0, -1)},` } : { source: text };
}

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
