/** Settings and a schema → a migration with its adapters. Nothing else in the runner names one; the terminal takes its texts from `adapters/report`. */
import { randomInt } from "node:crypto";
import manifest from "../package.json" with { type: "json" };

import { allowances } from "./adapters/postgres/front/allowance.ts";
import { decisions } from "./adapters/postgres/front/decisions.ts";
import { exportLedger } from "./adapters/postgres/front/exports.ts";
import { targetProof } from "./adapters/postgres/front/proof.ts";
import { repairs } from "./adapters/postgres/front/repairs.ts";
import { repeats } from "./adapters/postgres/front/repeats.ts";
import { targetTables } from "./adapters/postgres/front/target-tables.ts";
import { tracer } from "./adapters/postgres/front/trace.ts";
import { undoer } from "./adapters/postgres/front/undo.ts";
import { unitQueue } from "./adapters/postgres/front/units.ts";
import { quarantineBodies } from "./adapters/postgres/ledger/items/bodies.ts";
import { pendingList } from "./adapters/postgres/ledger/passes/pending.ts";
import { runStore } from "./adapters/postgres/ledger/run/runs.ts";
import { plainSql } from "./adapters/postgres/proof/plain-sql.ts";
import { spotRows } from "./adapters/postgres/proof/spot-rows.ts";
import { addressOf } from "./adapters/postgres/session/address.ts";
import { openSessions } from "./adapters/postgres/session/sessions.ts";
import { ddlOf } from "./adapters/postgres/tables/ddl.ts";
import type { SchemaMigrations } from "./adapters/postgres/tables/schema-migrations.ts";
import { Gauge } from "./adapters/report/gauge.ts";
import { logDone, logFailure, logProgress, logReport, openLog, withoutMessage } from "./adapters/report/log.ts";
import { logLine, logMetrics } from "./adapters/report/metrics.ts";
import { type Answer, type LogSettings, METRICS, type MigrationResult, refusalOf, resultOf } from "./contract.ts";
import { keyedHash, mappingFingerprint } from "./domain/decode/fingerprint.ts";
import { MigrationError } from "./domain/migration-error.ts";
import type { Report } from "./domain/proof/report.ts";
import type { ItemsSpec } from "./mapping/items.ts";
import { loadMapping } from "./mapping/load.ts";
import type { Mapping, Numbers } from "./mapping/model.ts";
import type { Tables } from "./mapping/tables.ts";
import type { Options } from "./options.ts";
import type { Target } from "./pipeline/conclude.ts";
import type { Migration } from "./pipeline/migrate.ts";
import type { PaceSettings } from "./pipeline/pace.ts";
import type { Allowances } from "./ports/allowance.ts";
import type { Decisions } from "./ports/decisions.ts";
import type { PendingList } from "./ports/pending.ts";
import type { Progress, Told, Waiting } from "./ports/progress.ts";
import type { Repairs } from "./ports/repairs.ts";
import type { ItemSource } from "./ports/source.ts";
import type { Trace } from "./ports/trace.ts";
import type { Undo } from "./ports/undo.ts";
import { tellConnecting } from "./sources.ts";

/** What a schema folder exports. */
export interface Schema {
  readonly tables: Tables;
  readonly items: ItemsSpec;
  readonly migrations?: SchemaMigrations;
}

/** What the driver brings: who is told, when to stop, and how much time there is. */
export interface Edge extends Pick<PaceSettings, "timeLeft"> {
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
export function load({ tables, items }: Schema, known?: Numbers): Mapping {
  const loaded = loadMapping(tables, items, known);
  if ("mapping" in loaded) return loaded.mapping;
  const { problems } = loaded;
  const problem = `the mapping has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}`;
  throw new MigrationError("mapping", problem, "see each finding", { findings: problems });
}

/** A database, and what can be asked of it beside a migration. */
export interface OpenTarget extends Target, AsyncDisposable {
  readonly trace: Trace;
  readonly undo: Undo;
  readonly decisions: Decisions;
  readonly pending: PendingList;
  readonly repairs: Repairs;
  readonly allowances: Allowances;
  /** A query a table that computes the fingerprints of a report anew. */
  plainSql(report: Report): string;
}

/** For whoever asks the ledger alone. */
export const NO_MAPPING: Mapping = {
  after: { grants: [] },
  keys: { pk: "" },
  ignore: [],
  tables: [],
  entities: [],
  templates: new Map(),
  identity: "",
};

/** Every statement that makes the tables of a mapping, in the order of a run. */
export function statementsOf(mapping: Mapping): string[] {
  const { before, after } = ddlOf(mapping);
  return [...before, ...after];
}

export interface OpenOptions {
  readonly migrations?: SchemaMigrations | undefined;
  /** Is told of locks that are waited for. */
  readonly progress?: Progress | undefined;
  /** How long this project's own locks are, and those of others where no `lock_timeout` says it; as Postgres spells a time. */
  readonly longestWait?: string;
}

/** The adapters of one Postgres database. Close it when done: sessions hold locks. */
export function openTarget(url: string, mapping: Mapping, options: OpenOptions = {}): OpenTarget {
  const { migrations = {}, progress, longestWait } = options;
  const waiting = progress && ((lock: Waiting) => progress.tell({ kind: "waiting", waiting: lock }));
  const told: Told = (done) => progress?.tell({ kind: "tables", ...done });
  const connecting = progress && tellConnecting(progress);
  const sessions = openSessions(url, "dynamodb-to-postgres", { longestWait, waiting, connecting });
  return {
    runs: runStore(sessions),
    exports: exportLedger(sessions),
    queue: unitQueue(sessions, mapping),
    tables: targetTables(sessions, mapping, migrations, told),
    repeats: repeats(sessions, mapping),
    proof: targetProof(sessions, mapping, told),
    spots: spotRows(sessions, mapping),
    quarantine: quarantineBodies(sessions),
    place: addressOf(url).place,
    trace: tracer(sessions, mapping),
    undo: undoer(sessions, migrations),
    decisions: decisions(sessions, mapping),
    pending: pendingList(sessions, mapping),
    repairs: repairs(sessions, mapping),
    allowances: allowances(sessions),
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

/** What proves, and by which rules. */
export const proofOptions = ({
  seed = randomInt(2 ** 32),
  sample = SAMPLE,
  recount = false,
  allowEmpty = false,
}: Options) => ({
  ...{ seed, sample, recount, allowEmpty, version: manifest.version },
});

/** A migration, ready to run; tests put their own decorations around its ports. */
export function migrationOf(task: Task, edge: Edge, source: ItemSource, target: Target, mapping: Mapping): Migration {
  const {
    concurrency = CONCURRENCY,
    units = concurrency * UNITS_PER_WORKER,
    prune = false,
    remap = false,
    acceptGap = "",
  } = task.options;
  const { maxQuarantine, maxRowsPerSecond } = task.options;
  const fingerprint = mappingFingerprint(mapping.identity);
  const limits = {
    ...(maxQuarantine === undefined ? {} : { maxQuarantine }),
    ...(maxRowsPerSecond === undefined ? {} : { maxRowsPerSecond }),
  };
  const shape = {
    units,
    concurrency,
    prune,
    remap,
    acceptGaps: acceptGap.split(/[\s,]+/),
    ...limits,
    ...proofOptions(task.options),
  };
  return { source, target, mapping, fingerprint, ...shape, ...edge, now: () => new Date() };
}

/** A report, and what its source keys are hashed with where it is logged. */
export interface Proven {
  readonly report: Report;
  readonly logKey: string;
}

/** What may stand for a source key outside the databases. */
export const nameOf =
  ({ keys }: Pick<LogSettings, "keys">, logKey: string) =>
  (source: string): string =>
    keys === "clear" ? source : `#${keyedHash(logKey, source)}`;

/** Runs one invocation with its log: progress, report, metrics and refusal as JSON lines. A bug is logged and thrown. */
export async function logged(
  settings: LogSettings,
  work: (progress: Progress) => Promise<Proven | Answer>,
): Promise<MigrationResult | Answer> {
  const log = openLog(settings.level);
  using gauge = new Gauge(({ of, ...values }) =>
    logLine(log, METRICS, settings.functionName, { message: "progress", at: Date.now(), values, beside: of }),
  );
  const lines = logProgress(log);
  const progress: Progress = {
    tell: (event) => {
      lines.tell(event);
      gauge.tell(event);
    },
  };
  try {
    const done = await work(progress);
    if ("action" in done) {
      logDone(log, done.action);
      return done;
    }
    const { report, logKey } = done;
    logReport(log, report, nameOf(settings, logKey));
    logMetrics(log, METRICS, settings.functionName, report);
    return resultOf(report);
  } catch (error) {
    logFailure(log, error);
    // Lambda logs whatever is thrown, with all its properties.
    if (!(error instanceof MigrationError)) throw withoutMessage(error);
    return refusalOf(error);
  }
}
