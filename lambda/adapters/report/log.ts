/** Progress and results → pino JSON lines with string levels and RFC 3339 times. Counts and names only: a source key is a value too (I10). */
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

/** The report without anything that came from an item. */
export function logReport(log: Logger, report: Report): void {
  const { verdict, run, pass, items, entities, timings } = report;
  const tables = report.tables.map(({ name, expectedRows, actualRows, expectedFingerprint, actualFingerprint }) => ({
    name,
    expectedRows,
    actualRows,
    expectedFingerprint,
    actualFingerprint,
  }));
  const discrepancies = report.discrepancies.map(({ check, count }) => ({ check, count }));
  log.info({ report: { verdict, run, pass, items, entities, tables, discrepancies, timings } }, "report");
}

/** A refusal, with what to do; or a bug, with its stack. Causes stay out: their messages may quote what they met. */
export function logFailure(log: Logger, error: unknown): void {
  if (error instanceof MigrationError) log.error({ code: error.code, findings: error.findings }, error.message);
  else log.fatal({ stack: error instanceof Error ? error.stack : undefined }, "a bug");
}
