/**
 * Progress and results → pino JSON lines with string levels and RFC 3339 times. Counts and names only: a source key is a
 * value too (I10) and stands as a hash, under a secret of the ledger, because whoever can guess a key (`USER#jane@x.org`)
 * could hash the guess.
 */
import { type DestinationStream, type Logger, pino } from "pino";
import { MigrationError } from "../../domain/migration-error.ts";
import type { Report } from "../../domain/report.ts";
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
      else
        log.debug(
          { units: event.progress.units, done: event.progress.done, read: event.progress.tally.read },
          "copied",
        );
    },
  };
}

/** The report without anything that came from an item; `nameOf` gives what may stand for a source key. */
export function logReport(log: Logger, report: Report, nameOf: (source: string) => string): void {
  const { verdict, run, pass, items, entities, timings } = report;
  const tables = report.tables.map(({ name, expectedRows, actualRows, expectedFingerprint, actualFingerprint }) => ({
    name,
    expectedRows,
    actualRows,
    expectedFingerprint,
    actualFingerprint,
  }));
  const discrepancies = report.discrepancies.map(({ check, count, examples }) => {
    const sources = examples.flatMap(({ source }) => (source === undefined ? [] : [nameOf(source)]));
    return { check, count, sources };
  });
  log.info({ report: { verdict, run, pass, items, entities, tables, discrepancies, timings } }, "report");
}

/** That an action which proves nothing was done. What it found is for whoever asked. */
export function logDone(log: Logger, action: string): void {
  log.info({ action }, "done");
}

/** Findings as the outside may see them. */
export const withoutKeys = ({ findings }: MigrationError) =>
  findings.map(({ where, problem, remedy }) => ({ where, problem, remedy }));

/** A refusal, with what to do; or a bug, with its place. Causes stay out: their messages may quote what they met. */
export function logFailure(log: Logger, error: unknown): void {
  if (error instanceof MigrationError) log.error({ code: error.code, findings: withoutKeys(error) }, error.message);
  else log.fatal({ stack: withoutMessage(error).stack }, "a bug");
}

/**
 * A bug as the outside may see it: its kind and where it happened. Messages quote what they met, and not only a
 * database's: `JSON.parse` and `BigInt` do too.
 */
export function withoutMessage(error: unknown): Error {
  const [name, message, stack = ""] =
    error instanceof Error ? [error.name, error.message, error.stack] : [typeof error];
  const bug = new Error(`a bug (${name}): see where in the log`);
  // A message may have several lines, and one of them may look like a frame.
  const frames = stack.replace(message ?? "", () => "").match(/^ +at .*$/gm) ?? [];
  bug.stack = [`Error: ${bug.message}`, ...frames].join("\n");
  return bug;
}
