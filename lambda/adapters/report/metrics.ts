/**
 * Counts → log lines in CloudWatch's embedded metric format: the metrics are made from the log, so a function in a
 * network without a way out needs no endpoint for them. `_aws` and every value stand at the root of the line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { Logger } from "pino";
import type { Report } from "../../domain/proof/report.ts";
import type { Gauged } from "./gauge.ts";

type MetricName = keyof ReturnType<typeof measured> | keyof Gauged;

export interface MetricNames {
  readonly namespace: string;
  readonly dimension: string;
  readonly units: Readonly<Record<MetricName, "Count" | "Milliseconds">>;
}

interface Line {
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly values: Partial<Readonly<Record<MetricName, number | undefined>>>;
  /** What a query may ask for beside them. */
  readonly beside: object;
}

/** Metrics are no chatter: whatever the level of the log, short of silence, they are written. */
export function logLine(log: Logger, names: MetricNames, functionName: string, line: Line): void {
  const values = Object.entries(line.values).filter(([, value]) => value !== undefined);
  const units = new Map<string, string>(Object.entries(names.units));
  const directive = {
    Namespace: names.namespace,
    Dimensions: [[names.dimension]],
    Metrics: values.map(([Name]) => ({ Name, Unit: units.get(Name) })),
  };
  const level = log.level === "silent" ? "silent" : "info";
  log.child({}, { level }).info(
    {
      _aws: { Timestamp: line.at, CloudWatchMetrics: [directive] },
      [names.dimension]: functionName,
      ...Object.fromEntries(values),
      ...line.beside,
    },
    line.message,
  );
}

/** Writes the metrics of a report. */
export function logMetrics(log: Logger, names: MetricNames, functionName: string, report: Report): void {
  const { verdict, run, pass } = report;
  const at = Date.parse(report.finishedAt);
  logLine(log, names, functionName, {
    message: "metrics",
    at,
    values: measured(report),
    beside: { verdict, run, pass },
  });
}

/** What was not measured is `undefined` and left out: a pass that has not ended was not found free of discrepancies. */
function measured({ verdict, items, discrepancies, unmapped, timings }: Report) {
  const proven = verdict !== "incomplete";
  return {
    Verified: verdict === "verified" ? 1 : 0,
    ItemsRead: items.read,
    ItemsMigrated: items.migrated,
    ItemsUnchanged: items.unchanged,
    ItemsIgnored: items.ignored,
    ItemsExpired: items.expired,
    ItemsQuarantined: items.quarantined,
    Discrepancies: proven ? discrepancies.length : undefined,
    UnmappedAttributes: proven ? unmapped.length : undefined,
    CopyMilliseconds: timings.copy,
    BuildMilliseconds: timings.build,
    VerifyMilliseconds: timings.verify,
  };
}
