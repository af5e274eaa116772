/** One look: whether it is right, how far it is, how fast, and what the services around it say. */
import { Duration } from "aws-cdk-lib";
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  SingleValueWidget,
  Stats,
} from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { atOnce, type MetricName, measured, serviceMetric } from "./metrics.ts";

export interface DashboardProps {
  readonly migrator: IFunction;
  readonly workflow: StateMachine;
  readonly logGroup: ILogGroup;
  readonly clusterIdentifier: string;
  readonly tableName: string;
  readonly alarms: readonly Alarm[];
}

/** What a proof before this one has said of a table is no verdict any more. */
const latest = (field: string): string => `latest(${field}) as ${field.split(".").at(-1)}`;

export function makeDashboard(scope: Construct, props: DashboardProps): Dashboard {
  const { migrator, logGroup, alarms } = props;
  const of = (...names: MetricName[]): IMetric[] => names.map((name) => measured(name, migrator.functionName));
  const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget =>
    new GraphWidget({ title, left, right, width: 12, height: 6, leftYAxis: { min: 0 }, rightYAxis: { min: 0 } });
  // Of the newest minute, not of the whole time that is shown: an earlier pass has had its own.
  const newest = (title: string, ...names: MetricName[]): IWidget =>
    new SingleValueWidget({
      title,
      metrics: names.map((name) => measured(name, migrator.functionName, Duration.minutes(1))),
      width: 12,
      height: 4,
    });
  return new Dashboard(scope, "Dashboard", {
    defaultInterval: Duration.hours(6),
    widgets: [
      [new AlarmStatusWidget({ title: "What is wrong", alarms: [...alarms], width: 24, height: 3 })],
      [
        newest("The pass at work, or the newest one: 1 is verified", "Verified", "ItemsQuarantined"),
        newest("Its items so far", "ItemsRead", "ItemsMigrated"),
      ],
      [
        new LogQueryWidget({
          title: "Verdicts, the newest pass first",
          logGroupNames: [logGroup.logGroupName],
          queryLines: [
            "fields @timestamp, report.run, report.pass, report.verdict, report.items.read, report.items.quarantined",
            'filter message = "report"',
            "sort @timestamp desc",
            "limit 20",
          ],
          width: 12,
          height: 6,
        }),
        new LogQueryWidget({
          title: "Verdict per table, of the newest proof",
          logGroupNames: [logGroup.logGroupName],
          queryLines: [
            'filter message = "table"',
            `stats ${["pass", "table.expectedRows", "table.actualRows", "table.agrees"].map(latest).join(", ")} by table.name`,
            "sort agrees asc",
            "limit 100",
          ],
          width: 12,
          height: 6,
        }),
      ],
      [
        graph("How far: items of the pass", of("ItemsRead", "ItemsMigrated", "ItemsQuarantined")),
        graph(
          "How fast: read units and steps, requests sent again",
          of("ReadUnits", "Steps"),
          of("ReadRetries", "Working"),
        ),
      ],
      [
        graph(
          "What proofs found, when they were made",
          of("Discrepancies", "UnmappedAttributes"),
          of("ItemsUnchanged", "ItemsIgnored", "ItemsExpired"),
        ),
        graph(
          "How long: the phases of an invocation",
          of("CopyMilliseconds", "BuildMilliseconds", "VerifyMilliseconds"),
        ),
      ],
      ...services(props, graph),
    ],
  });
}

function services(
  { migrator, workflow, clusterIdentifier, tableName }: DashboardProps,
  graph: (title: string, left: IMetric[], right?: IMetric[]) => IWidget,
): IWidget[][] {
  const table = { TableName: tableName };
  const ofScan = { ...table, Operation: "Scan" };
  const cluster = { DBClusterIdentifier: clusterIdentifier };
  return [
    [
      graph(
        "The function",
        [atOnce(migrator), migrator.metricErrors()],
        [migrator.metricDuration({ statistic: Stats.MAXIMUM })],
      ),
      graph("The workflow", [workflow.metricStarted(), workflow.metricSucceeded(), workflow.metricFailed()]),
    ],
    [
      graph(
        "DynamoDB: capacity read, and what was throttled",
        [serviceMetric("DynamoDB", "ConsumedReadCapacityUnits", table, Stats.SUM)],
        [
          serviceMetric("DynamoDB", "ThrottledRequests", ofScan, Stats.SUM),
          serviceMetric("DynamoDB", "ReadThrottleEvents", table, Stats.SUM),
        ],
      ),
      graph(
        "Aurora: capacity units, and transactions waiting to commit",
        [serviceMetric("RDS", "ServerlessDatabaseCapacity", cluster, Stats.MAXIMUM)],
        [serviceMetric("RDS", "CommitLatency", cluster, Stats.AVERAGE)],
      ),
    ],
  ];
}
