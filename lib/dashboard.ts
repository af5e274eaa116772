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
import { atWork, type MetricName, measured, serviceMetric } from "./metrics.ts";

export interface DashboardProps {
  readonly migrator: IFunction;
  readonly workflow: StateMachine;
  readonly logGroup: ILogGroup;
  readonly clusterIdentifier: string;
  readonly tableName: string;
  readonly alarms: readonly Alarm[];
}

export function makeDashboard(scope: Construct, props: DashboardProps): Dashboard {
  const { migrator, logGroup, alarms } = props;
  const of = (...names: MetricName[]): IMetric[] => names.map((name) => measured(name, migrator.functionName));
  const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget =>
    new GraphWidget({ title, left, right, width: 12, height: 6, leftYAxis: { min: 0 }, rightYAxis: { min: 0 } });
  const newest = (title: string, metrics: IMetric[]): IWidget =>
    new SingleValueWidget({ title, metrics, width: 12, height: 4, setPeriodToTimeRange: true });
  return new Dashboard(scope, "Dashboard", {
    defaultInterval: Duration.hours(6),
    widgets: [
      [new AlarmStatusWidget({ title: "What is wrong", alarms: [...alarms], width: 24, height: 3 })],
      [
        newest("Not proven", of("Discrepancies", "ItemsQuarantined", "UnmappedAttributes")),
        newest("Items of the pass", of("ItemsRead", "ItemsMigrated", "ItemsUnchanged", "ItemsIgnored", "ItemsExpired")),
      ],
      [
        new LogQueryWidget({
          title: "Verdicts",
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
          title: "Verdict per table",
          logGroupNames: [logGroup.logGroupName],
          queryLines: [
            "fields @timestamp, run, pass, table.name, table.expectedRows, table.actualRows, table.agrees",
            'filter message = "table"',
            "sort table.agrees asc, @timestamp desc",
            "limit 100",
          ],
          width: 12,
          height: 6,
        }),
      ],
      [
        graph("How far: items", of("ItemsRead", "ItemsMigrated", "ItemsQuarantined")),
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
        [atWork(migrator), migrator.metricErrors()],
        [migrator.metricDuration({ statistic: Stats.MAXIMUM })],
      ),
      graph("The workflow", [workflow.metricStarted(), workflow.metricSucceeded(), workflow.metricFailed()]),
    ],
    [
      graph(
        "DynamoDB: capacity read, and what was throttled",
        [serviceMetric("DynamoDB", "ConsumedReadCapacityUnits", table, Stats.SUM)],
        [serviceMetric("DynamoDB", "ThrottledRequests", ofScan, Stats.SUM)],
      ),
      graph(
        "Aurora: capacity units, and transactions waiting to commit",
        [serviceMetric("RDS", "ServerlessDatabaseCapacity", cluster, Stats.MAXIMUM)],
        [serviceMetric("RDS", "CommitLatency", cluster, Stats.AVERAGE)],
      ),
    ],
  ];
}
