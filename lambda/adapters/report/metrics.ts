/**
 * A report → one log line in CloudWatch's embedded metric format: the metrics are made from the log, so a function in a
 * network without a way out needs no endpoint for them. `_aws` and every value stand at the root of the line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { Logger } from "pino";
import type { Report } from "../../domain/proof/report.ts";

type MetricName = keyof ReturnType<typeof measured>;

export interface MetricNames {
  readonly namespace: string;
  readonly dimension: string;
  readonly units: Readonly<Record<MetricName, "Count" | "Milliseconds">>;
}

/** Writes the metrics of a report. They are no chatter: whatever the level of the log, short of silence, they are written. */
export function logMetrics(log: Logger, names: MetricNames, functionName: string, report: Report): void {
  const { verdict, run, pass } = report;
  const values = Object.entries(measured(report)).filter(([, value]) => value !== undefined);
  const units = new Map<string, string>(Object.entries(names.units));
  const directive = {
    Namespace: names.namespace,
    Dimensions: [[names.dimension]],
    Metrics: values.map(([Name]) => ({ Name, Unit: units.get(Name) })),
  };
  const line = {
    _aws: { Timestamp: Date.parse(report.finishedAt), CloudWatchMetrics: [directive] },
    [names.dimension]: functionName,
    ...Object.fromEntries(values),
    verdict,
    run,
    pass,
  };
  const level = log.level === "silent" ? "silent" : "info";
  log.child({}, { level }).info(line, "metrics");
}

/** What was not measured is `undefined` and left out: a pass that has not ended was not found free of discrepancies. */
function measured({ verdict, items, discrepancies, unmapped, timings }: Report) {
  const proven = verdict !== "incomplete";
  return {
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
