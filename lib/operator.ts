/** What somebody needs who runs a migration and neither deploys nor owns it: one policy, to be attached to a person's role. */
import { ArnFormat, Aws, Stack } from "aws-cdk-lib";
import type { Instance } from "aws-cdk-lib/aws-ec2";
import { ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { acknowledgeOperator } from "./acknowledgements.ts";
import type { Config } from "./config.ts";
import type { Database } from "./database.ts";
import type { Migrator } from "./migrator.ts";
import { ROLE } from "./role-statement.ts";
import { READ_TABLE, readEncrypted } from "./table.ts";
import { FORWARDING } from "./way-in.ts";

export interface OperatorProps {
  readonly config: Pick<Config, "tableKmsKeyArn" | "tableRoleArn">;
  readonly migrator: Migrator;
  readonly stateMachine: StateMachine;
  readonly database: Database;
  readonly tableArn: string;
  readonly wayIn: Instance | undefined;
}

/** The name of a snapshot begins so: the operator may make those, and no others. */
export const snapshotsOf = ({ identifier }: Database): string => `${identifier}-before-cut-over`;

export class Operator extends Construct {
  readonly policy: ManagedPolicy;

  constructor(scope: Construct, id: string, props: OperatorProps) {
    super(scope, id);
    const statements = [...this.#run(props), ...this.#look(props), ...this.#table(props), ...this.#database(props)];
    this.policy = new ManagedPolicy(this, "Policy", {
      description: `Runs and follows the migration of the stack ${Stack.of(this).stackName}, and carries out its cut-over`,
      statements,
    });
    acknowledgeOperator(
      this.policy,
      statements.flatMap(({ resources }) => resources),
    );
  }

  /** Starting, stopping and following; every answer of the function's. */
  #run({ migrator, stateMachine }: OperatorProps): PolicyStatement[] {
    // By its name, which is how it is asked for; what follows the name is known to nobody.
    const stack = this.#arn("cloudformation", "stack", `${Stack.of(this).stackName}/*`, ArnFormat.SLASH_RESOURCE_NAME);
    const executions = this.#arn("states", "execution", `${stateMachine.stateMachineName}:*`);
    return [
      may(["cloudformation:DescribeStacks"], stack),
      may(["lambda:InvokeFunction"], migrator.live.functionArn),
      may(["states:ListExecutions", "states:StartExecution"], stateMachine.stateMachineArn),
      may(["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"], executions),
    ];
  }

  /** The log with its saved questions, the dashboard and the alarms. */
  #look({ migrator }: OperatorProps): PolicyStatement[] {
    const logGroup = this.#arn("logs", "log-group", migrator.logGroup.logGroupName);
    return [
      // The group itself as one way of naming it has it, and with everything in it as the other.
      may(["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"], logGroup, migrator.logGroup.logGroupArn),
      may(
        [
          "cloudwatch:DescribeAlarms",
          "cloudwatch:GetDashboard",
          "cloudwatch:GetMetricData",
          "logs:DescribeQueryDefinitions",
          "logs:GetQueryResults",
        ],
        "*",
      ),
    ];
  }

  /** `check` and `estimate` from the operator's own machine; freezing the table by its resource policy. Another account has operators of its own. */
  #table({ tableArn, config: { tableKmsKeyArn, tableRoleArn } }: OperatorProps): PolicyStatement[] {
    if (tableRoleArn !== undefined) return [];
    const freeze = ["GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"].map((each) => `dynamodb:${each}`);
    return [
      may([...READ_TABLE, ...freeze], tableArn),
      ...(tableKmsKeyArn === undefined ? [] : [readEncrypted(tableKmsKeyArn)]),
    ];
  }

  #database({ database, wayIn }: OperatorProps): PolicyStatement[] {
    const cluster = this.#arn("rds", "cluster", database.identifier);
    const snapshots = this.#arn("rds", "cluster-snapshot", `${snapshotsOf(database)}-*`);
    const snapshot = may(["rds:CreateDBClusterSnapshot", "rds:DescribeDBClusterSnapshots"], cluster, snapshots);
    if (wayIn === undefined) return [snapshot];
    const instance = this.#arn("ec2", "instance", wayIn.instanceId, ArnFormat.SLASH_RESOURCE_NAME);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM's own
    const own = this.#arn("ssm", "session", "${aws:userid}-*", ArnFormat.SLASH_RESOURCE_NAME);
    return [
      snapshot,
      // Of AWS' own documents it is not told the same everywhere whose account they are in.
      may(["ssm:StartSession"], instance, `arn:${Aws.PARTITION}:ssm:${Aws.REGION}:*:document/${FORWARDING}`),
      may(["ssm:ResumeSession", "ssm:TerminateSession"], own),
      may(["rds-db:connect"], this.#arn("rds-db", "dbuser", `${database.cluster.clusterResourceIdentifier}/${ROLE}`)),
    ];
  }

  #arn(service: string, resource: string, resourceName: string, arnFormat = ArnFormat.COLON_RESOURCE_NAME): string {
    return Stack.of(this).formatArn({ service, resource, resourceName, arnFormat });
  }
}

const may = (actions: readonly string[], ...resources: string[]): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources });

/** As the stack's output: taken before the application writes, and kept when the cluster goes. */
export const snapshotCommand = (database: Database): string =>
  `aws rds create-db-cluster-snapshot --region ${Aws.REGION} --db-cluster-identifier ${database.identifier} --db-cluster-snapshot-identifier ${snapshotsOf(database)}-$(date -u +%Y%m%d-%H%M%S)`;
