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
import { atWork, measured } from "./metrics.ts";

export interface AlarmsProps {
  readonly migrator: IFunction;
  readonly workflow: StateMachine;
  readonly email: string | undefined;
}

/** Longer than an invocation can last: one that begins in such a period has ended in the next. */
const PATIENCE = Duration.minutes(20);

interface Watch {
  readonly metric: IMetric;
  readonly says: string;
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
    this.all = Object.entries(watches(props)).map(([name, { metric, says, periods = 1 }]) => {
      const alarm = new Alarm(this, name, {
        metric,
        alarmDescription: says,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 0,
        evaluationPeriods: periods,
        // Between runs there is nothing to measure, and nothing is wrong.
        treatMissingData: TreatMissingData.NOT_BREACHING,
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

function watches({ migrator, workflow }: AlarmsProps): Record<string, Watch> {
  const { functionName } = migrator;
  return {
    Discrepancy: {
      metric: measured("Discrepancies", functionName),
      says: "The proof found that Postgres does not hold what DynamoDB held. The report names what differs.",
    },
    Quarantine: {
      metric: measured("ItemsQuarantined", functionName),
      says: "Items could not become rows. They are kept whole; list-quarantine shows them by reason.",
    },
    Failure: {
      metric: migrator.metricErrors({ period: Duration.minutes(5), statistic: Stats.SUM }),
      says: "The function ended without an answer: at its deadline, out of memory, or by a bug. Invoke it again.",
    },
    WorkflowFailure: {
      metric: new MathExpression({
        label: "executions that did not end well",
        // Where one of them was not measured a plain sum would not be, either.
        expression: "FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)",
        usingMetrics: {
          failed: workflow.metricFailed(),
          timedOut: workflow.metricTimedOut(),
          aborted: workflow.metricAborted(),
        },
        period: Duration.minutes(5),
      }),
      says: "The workflow ended without a verified migration. Its history shows the step, the report what differs.",
    },
    Stall: {
      metric: new MathExpression({
        label: "at work, and nothing was answered",
        expression: "IF(FILL(atWork, 0) > 0 AND FILL(ended, 0) - FILL(failed, 0) <= 0, 1, 0)",
        usingMetrics: {
          atWork: atWork(migrator, PATIENCE),
          ended: migrator.metricDuration({ period: PATIENCE, statistic: Stats.SAMPLE_COUNT }),
          failed: migrator.metricErrors({ period: PATIENCE, statistic: Stats.SUM }),
        },
        period: PATIENCE,
      }),
      periods: 2,
      says: "The function has been at work for 40 minutes, and no invocation has come to an answer. See status and the log.",
    },
  };
}
