/** The metrics the stack looks at: the function's own by the names it emits them under, and those of the services around it. */
import { Duration } from "aws-cdk-lib";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { METRICS } from "../lambda/contract.ts";

export type MetricName = keyof typeof METRICS.units;

const FIVE_MINUTES = Duration.minutes(5);

/** Counts are those of the pass so far, so their largest value is the newest: never a sum. */
export function measured(metricName: MetricName, functionName: string): Metric {
  const dimensionsMap = { [METRICS.dimension]: functionName };
  return new Metric({
    namespace: METRICS.namespace,
    metricName,
    dimensionsMap,
    statistic: Stats.MAXIMUM,
    period: FIVE_MINUTES,
  });
}

export function serviceMetric(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  statistic: string,
): Metric {
  return new Metric({ namespace: `AWS/${namespace}`, metricName, dimensionsMap, statistic, period: FIVE_MINUTES });
}

/** How many invocations were at work at the same time, at most. */
export function atWork(migrator: IFunction, period: Duration = FIVE_MINUTES): Metric {
  return new Metric({
    namespace: "AWS/Lambda",
    metricName: "ConcurrentExecutions",
    dimensionsMap: { FunctionName: migrator.functionName },
    statistic: Stats.MAXIMUM,
    period,
  });
}
