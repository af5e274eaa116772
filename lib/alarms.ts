/** What somebody has to know at once, and who is told. */
import { Aws, Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { measured, serviceMetric } from "./metrics.ts";

export interface AlarmsProps {
  readonly migrator: IFunction;
  readonly workflow: StateMachine;
  readonly email: string | undefined;
  readonly clusterIdentifier: string;
  readonly tableName: string;
}

const A_MINUTE = Duration.minutes(1);
const A_WHILE = Duration.minutes(5);
/** Longer than an invocation can last. */
const PATIENCE = Duration.minutes(20);

/** What can be told of a state is so until something else is measured: it never turns well because nothing is measured any more. */
const STAYS = TreatMissingData.IGNORE;
/** What happens, and is measured only while it does. */
const PASSES = TreatMissingData.NOT_BREACHING;

interface Watch {
  readonly metric: IMetric;
  readonly says: string;
  readonly missing: TreatMissingData;
  /** More than that is too much; 0 where it is not given. */
  readonly most?: number;
  /** Periods in a row; one where it is not given. */
  readonly periods?: number;
}

export class Alarms extends Construct {
  readonly topic: Topic;
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = this.#topic(props.email);
    const action = new SnsAction(this.topic);
    this.all = Object.entries(watches(props)).map(([name, { metric, says, missing, most = 0, periods = 1 }]) => {
      const alarm = new Alarm(this, name, {
        metric,
        alarmDescription: says,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: most,
        evaluationPeriods: periods,
        treatMissingData: missing,
      });
      alarm.addAlarmAction(action);
      return alarm;
    });
  }

  /** A topic that demands TLS has a policy, and a policy replaces the one that lets alarms of the account in. */
  #topic(email: string | undefined): Topic {
    const topic = new Topic(this, "Topic", { displayName: "DynamoDB to Postgres", enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
      }),
    );
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}

function watches({ migrator, workflow, clusterIdentifier, tableName }: AlarmsProps): Record<string, Watch> {
  const { functionName } = migrator;
  return {
    Discrepancy: {
      metric: measured("Discrepancies", functionName),
      says: "The newest proof found that Postgres does not hold what DynamoDB held. The report names what differs.",
      missing: STAYS,
    },
    Quarantine: {
      metric: measured("ItemsQuarantined", functionName, A_MINUTE),
      says: "Items cannot become rows. They are kept whole; list-quarantine shows them by reason.",
      missing: STAYS,
    },
    Failure: {
      metric: migrator.metricErrors({ period: A_WHILE, statistic: Stats.SUM }),
      says: "The function ended without an answer: at its deadline, out of memory, or by a bug. Invoke it again.",
      missing: STAYS,
    },
    WorkflowFailure: {
      metric: ended(workflow),
      says: "The workflow ended without a verified migration. Its end shows why, the report what differs.",
      missing: STAYS,
    },
    Stall: {
      metric: new MathExpression({
        label: "at work, and nothing moves",
        expression: "IF(FILL(working, 0) > 0 AND FILL(steps, 0) <= 0, 1, 0)",
        usingMetrics: {
          working: measured("Working", functionName, PATIENCE),
          steps: measured("Steps", functionName, PATIENCE),
        },
        period: PATIENCE,
      }),
      periods: 2,
      says: "The migration has been at work for 40 minutes, and no page was written and no phase began. See status and the log.",
      missing: PASSES,
    },
    ThrottledReads: {
      metric: serviceMetric("DynamoDB", "ReadThrottleEvents", { TableName: tableName }, Stats.SUM),
      says: "Reads of the table are throttled, whoever reads it. The migration gives way by itself; it can be given less, or stopped.",
      missing: PASSES,
    },
    CapacityCeiling: {
      metric: serviceMetric("RDS", "ACUUtilization", { DBClusterIdentifier: clusterIdentifier }, Stats.MAXIMUM),
      most: 99,
      periods: 3,
      says: "The database has been at its ceiling for 15 minutes: it is what is waited for. Raise maxAcu, or have fewer workers.",
      missing: PASSES,
    },
  };
}

/** One for each execution that did not end well, nothing where one did, and no value at all while none ends: what is not there is left out of a SUM over several. */
const ended = (workflow: StateMachine): MathExpression =>
  new MathExpression({
    label: "executions that did not end well",
    expression: "SUM([failed, timedOut, aborted, well * 0])",
    usingMetrics: {
      failed: workflow.metricFailed(),
      timedOut: workflow.metricTimedOut(),
      aborted: workflow.metricAborted(),
      well: workflow.metricSucceeded(),
    },
    period: A_WHILE,
  });
