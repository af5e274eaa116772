/** The metrics the stack looks at: the function's own by the names it emits them under, and those of the services around it. */
import { Duration } from "aws-cdk-lib";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { METRICS } from "../lambda/contract.ts";

export type MetricName = keyof typeof METRICS.units;

const FIVE_MINUTES = Duration.minutes(5);

/** Counts are those of the pass so far, so their largest value is the newest; only what is of a minute is summed. */
export function measured(metricName: MetricName, functionName: string, period: Duration = FIVE_MINUTES): Metric {
  const dimensionsMap = { [METRICS.dimension]: functionName };
  const isSum = METRICS.sums.some((name) => name === metricName);
  const statistic = isSum ? Stats.SUM : Stats.MAXIMUM;
  return new Metric({ namespace: METRICS.namespace, metricName, dimensionsMap, statistic, period });
}

export function serviceMetric(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  statistic: string,
): Metric {
  return new Metric({ namespace: `AWS/${namespace}`, metricName, dimensionsMap, statistic, period: FIVE_MINUTES });
}

/** How many invocations there were at the same time, at most: those that only look are among them. */
export function atOnce(migrator: IFunction): Metric {
  return new Metric({
    namespace: "AWS/Lambda",
    metricName: "ConcurrentExecutions",
    dimensionsMap: { FunctionName: migrator.functionName },
    statistic: Stats.MAXIMUM,
    period: FIVE_MINUTES,
  });
}
