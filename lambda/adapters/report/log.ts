/**
 * Progress and results → pino JSON lines with string levels and RFC 3339 times. Counts and names only: a source key is a
 * value too (I10) and stands as a hash, under a secret of the ledger, because whoever can guess a key (`USER#jane@x.org`)
 * could hash the guess.
 */
import { type DestinationStream, type Logger, pino } from "pino";
import { MigrationError, outward } from "../../domain/migration-error.ts";
import { countsOf } from "../../domain/proof/pending.ts";
import { agrees, type Report } from "../../domain/proof/report.ts";
import { retold } from "../../domain/retold.ts";
import type { Progress } from "../../ports/progress.ts";

/** A logger for Lambda: synchronous, because the process freezes as soon as the handler returns. */
export function openLog(level: string, destination: DestinationStream = pino.destination({ sync: true })): Logger {
  return pino(
    {
      level,
      messageKey: "message",
      base: null,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    },
    destination,
  );
}

/** Tells a log how far a run is. */
export function logProgress(log: Logger): Progress {
  return {
    tell: (event) => {
      if (event.kind === "phase") log.info({ run: event.run, pass: event.pass, phase: event.phase }, "phase");
      else if (event.kind === "warning") log.warn({ finding: event.finding }, "worth a look");
      else if (event.kind === "waiting") log.warn({ ...event.waiting }, "waiting for a lock");
      else if (event.kind === "connecting") log.info({ to: event.to, seconds: event.seconds }, "connecting");
      else if (event.kind === "copied")
        log.debug({ units: event.progress.units, done: event.progress.done, read: event.progress.read }, "copied");
    },
  };
}

/** CloudWatch takes 256 KiB in one event, with what Lambda puts around it. */
const EVENT_BYTES = 200_000;

/**
 * The report without anything that came from an item; `nameOf` gives what may stand for a source key. One event or, where
 * that would be too large, a head that says how many parts follow, and the lists in parts.
 */
export function logReport(log: Logger, report: Report, nameOf: (source: string) => string): void {
  const { head, lists } = withoutItems(report, nameOf);
  // A line each, because a query on the log takes no list apart.
  for (const table of report.tables) {
    const { name, expectedRows, actualRows } = table;
    const line = { name, expectedRows, actualRows, agrees: agrees(table) };
    log.info({ run: report.run, pass: report.pass, table: line }, "table");
  }
  const whole = { ...head, ...lists };
  if (sizeOf(whole) <= EVENT_BYTES) {
    log.info({ report: whole }, "report");
    return;
  }
  const parts: Record<string, unknown[]>[] = [];
  let room = 0;
  for (const [name, entries] of Object.entries(lists)) {
    for (const entry of entries) {
      room -= sizeOf(entry) + name.length + 4;
      if (room < 0 || parts.length === 0) {
        parts.push({});
        room = EVENT_BYTES - sizeOf(entry) - name.length - 4;
      }
      const part = parts.at(-1);
      if (part !== undefined) part[name] = [...(part[name] ?? []), entry];
    }
  }
  const { verdict, run, pass } = report;
  log.info({ report: { ...head, parts: parts.length } }, "report");
  for (const [at, part] of parts.entries())
    log.info({ report: { verdict, run, pass, part: at + 1, of: parts.length, ...part } }, "report");
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function withoutItems(report: Report, nameOf: (source: string) => string) {
  const { verdict, run, pass, source, startedAt, finishedAt, items, timings, accepted, letGo, repaired } = report;
  const { seed, sampled, changed, wrong } = report.spotChecks;
  const sourcesOf = (examples: readonly { readonly source?: string }[]) =>
    examples.flatMap(({ source: key }) => (key === undefined ? [] : [nameOf(key)]));
  const spotChecks = { seed, sampled, changed, wrong };
  const head = {
    verdict,
    run,
    pass,
    source,
    startedAt,
    finishedAt,
    items,
    spotChecks,
    timings,
    accepted,
    repaired,
    letGo: letGo?.map(countsOf),
  };
  const lists: Record<string, unknown[]> = {
    entities: [...report.entities],
    tables: report.tables.map(({ name, expectedRows, actualRows, expectedFingerprint, actualFingerprint, facets }) => ({
      ...{ name, expectedRows, actualRows, expectedFingerprint, actualFingerprint, facets },
    })),
    foreignKeys: report.foreignKeys.map(({ table, columns, references, orphans, validated }) => ({
      ...{ table, columns, references, orphans, validated },
    })),
    quarantine: report.quarantine.map(({ reason, entity, count, accepted: letGo, examples }) => ({
      ...{ reason, entity, count, accepted: letGo, sources: sourcesOf(examples ?? []) },
    })),
    // Why is an operator's own text, which may say more of an item than a log should: the ledger and the report have it.
    acceptances: (letGo ?? []).flatMap(({ reason, entity, table, items: of }) =>
      of.map(({ source: key, acceptedAt }) => ({ source: nameOf(key), reason, entity, table, acceptedAt })),
    ),
    discrepancies: report.discrepancies.map(({ check, count, examples }) => ({
      ...{ check, count, sources: sourcesOf(examples) },
    })),
  };
  return { head, lists };
}

/** That an action which proves nothing was done. What it found is for whoever asked. */
export function logDone(log: Logger, action: string): void {
  log.info({ action }, "done");
}

/** A refusal, with what to do; or a bug, with its place. Causes stay out: their messages may quote what they met. */
export function logFailure(log: Logger, error: unknown): void {
  if (error instanceof MigrationError)
    log.error({ code: error.code, findings: outward(error.findings) }, error.message);
  else log.fatal({ stack: withoutMessage(error).stack }, "a bug");
}

/**
 * A bug as the outside may see it: its kind and where it happened. Messages quote what they met, and not only a
 * database's: `JSON.parse` and `BigInt` do too.
 */
export const withoutMessage = (error: unknown): Error =>
  retold(error, `a bug (${error instanceof Error ? error.name : typeof error}): see where in the log`);
