/** A template → the metrics that its alarms and widgets look at, and which of them nobody emits. */
import { METRICS } from "../../lambda/contract.ts";
import { ofType, resolved, type Synthesized, the } from "./synthesized.ts";

export interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

/** Those of AWS that are looked at, by their dimensions: a misspelt one would stay silent for ever. */
const OF_SERVICES: Readonly<Record<string, readonly [dimensions: string, ...names: string[]]>> = {
  "AWS/Lambda": ["FunctionName", "ConcurrentExecutions", "Duration", "Errors"],
  "AWS/States": [
    "StateMachineArn",
    "ExecutionsAborted",
    "ExecutionsFailed",
    "ExecutionsStarted",
    "ExecutionsSucceeded",
    "ExecutionsTimedOut",
  ],
  "AWS/DynamoDB": ["TableName", "ConsumedReadCapacityUnits", "ReadThrottleEvents"],
  "AWS/DynamoDB of one operation": ["Operation,TableName", "ThrottledRequests"],
  "AWS/RDS": ["DBClusterIdentifier", "ACUUtilization", "CommitLatency", "ServerlessDatabaseCapacity"],
};

export function inAlarms(stack: Synthesized): Named[] {
  return ofType(stack, "AWS::CloudWatch::Alarm").flatMap(([, { Properties }]) =>
    [Properties, ...(Properties.Metrics ?? []).map((each: { MetricStat?: object }) => each.MetricStat)]
      .filter((each) => each !== undefined)
      .map((each) => ({ ...each, ...each.Metric, Statistic: each.Statistic ?? each.Stat }))
      .filter(({ MetricName }) => MetricName !== undefined)
      .map(({ Namespace, MetricName, Dimensions, Statistic }) => ({
        namespace: Namespace,
        name: MetricName,
        dimensions: Object.fromEntries(
          Dimensions.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, resolved(Value)]),
        ),
        statistic: Statistic,
      })),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: a dashboard is JSON of many shapes
export const widgetsOf = (stack: Synthesized): readonly any[] =>
  JSON.parse(String(resolved(the(stack, "AWS::CloudWatch::Dashboard").Properties.DashboardBody))).widgets;

export const inWidgets = (stack: Synthesized): Named[] =>
  widgetsOf(stack).flatMap(({ properties }) =>
    (properties.metrics ?? []).map((metric: unknown[]) => {
      const texts = metric.filter((each) => typeof each === "string");
      const options = Object.assign({}, ...metric.filter((each) => typeof each === "object"));
      const [namespace = "", name = "", ...pairs] = texts;
      const dimensions = Object.fromEntries(pairs.flatMap((each, at) => (at % 2 === 0 ? [[each, pairs[at + 1]]] : [])));
      return { namespace, name, dimensions, statistic: options.stat ?? "Average" };
    }),
  );

/** Those that are not there: neither among those the function emits nor known of a service. */
export const nowhere = (named: readonly Named[], emitted: ReadonlySet<string>): string[] =>
  named.flatMap(({ namespace, name, dimensions }) => {
    const by = Object.keys(dimensions).join(",");
    const isOwn = namespace === METRICS.namespace && by === METRICS.dimension && emitted.has(name);
    const isKnown = Object.entries(OF_SERVICES).some(
      ([service, [of, ...names]]) => service.split(" ")[0] === namespace && of === by && names.includes(name),
    );
    return isOwn || isKnown ? [] : [`${namespace} ${name} by ${by}`];
  });
