/** The stack: each concern a construct, wired here, and what an operator needs to know about them as outputs. */
import { Aws, CfnOutput, CfnWaitConditionHandle, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { commandsOf, exportCommands } from "./commands.ts";
import type { Config } from "./config.ts";
import { Database } from "./database.ts";
import { DatabaseRole } from "./database-role.ts";
import { Exports } from "./exports.ts";
import { logSettings } from "./logs.ts";
import { Migrator } from "./migrator.ts";
import { Network } from "./network.ts";
import { Observability } from "./observability.ts";
import { Operator, snapshotCommand } from "./operator.ts";
import { admitting, handingOver, lockingOut, type Roles } from "./role-statement.ts";
import { tableArn as arnOf, READ_TABLE } from "./table.ts";
import { psqlCommand, WayIn } from "./way-in.ts";
import { Workflow } from "./workflow.ts";

/** What is left to an operator where nothing reaches the database from outside: typed as a user who may create roles. */
const byHand = (roles: Roles) => ({ AdmitSql: admitting(roles), LockOutSql: lockingOut(roles) });

export interface MigrationStackProps extends StackProps {
  readonly config: Config;
}

export class MigrationStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: MigrationStackProps) {
    super(scope, id, {
      description: "Migrates a DynamoDB table to Aurora PostgreSQL, and proves it",
      // A protected cluster alone would refuse to go when all else has gone.
      terminationProtection: config.cluster === undefined && config.deletionProtection,
      ...props,
    });
    const logs = logSettings(this, config);
    const network = new Network(this, "Network", { config, logs });
    const { vpc } = network;
    const database = new Database(this, "Database", { vpc, config });
    this.#tell({
      ClusterEndpoint: database.cluster.clusterEndpoint.hostname,
      DatabaseName: config.database,
      ...(database.secret === undefined ? byHand(config) : { MasterSecretArn: database.secret.secretArn }),
      HandOverSql: handingOver(config),
      DatabaseSecurityGroupId: database.securityGroupId,
      VpcId: vpc.vpcId,
      SubnetIds: vpc.isolatedSubnets.map(({ subnetId }) => subnetId).join(","),
      SnapshotCommand: snapshotCommand(database),
    });
    const isOwnNetwork = config.network === undefined;
    const wayIn = config.wayIn ? new WayIn(this, "WayIn", { vpc, database, isOwnNetwork }) : undefined;
    if (wayIn !== undefined) this.#tell(wayIn.tunnel(database));
    if (!config.migrator) {
      // Of a stack that made nothing else nothing would be left, which CloudFormation refuses. It costs and does nothing.
      if (config.cluster !== undefined) new CfnWaitConditionHandle(this, "Nothing");
      return;
    }
    const table = arnOf(this, config);
    const exports = config.exports ? this.#export(config, network, table) : undefined;
    network.leadTo(exports === undefined ? [{ actions: READ_TABLE, resources: [table] }] : exports.leading);
    const migrator = this.#migrate({ config, vpc, database, tableArn: table, exports, logs }, wayIn);
    if (config.tableRoleArn !== undefined) network.leadToSts(migrator.securityGroup);
  }

  /** Everything that is there for the migration alone, and goes with `-c migrator=off`. */
  #migrate(parts: ConstructorParameters<typeof Migrator>[2], wayIn: WayIn | undefined): Migrator {
    const { config, database, tableArn, exports, logs } = parts;
    if (database.secret !== undefined)
      new DatabaseRole(this, "DatabaseRole", { database, secret: database.secret, config, logs });
    const migrator = new Migrator(this, "Migrator", parts);
    const workflow = new Workflow(this, "Workflow", {
      migrator: migrator.live,
      workers: config.workers,
      withExports: exports !== undefined,
      logs,
    });
    const shown = { config, migrator, workflow, clusterIdentifier: database.identifier };
    const { alarms, dashboardName } = new Observability(this, "Observability", shown);
    const { stateMachine } = workflow;
    const run = { config, migrator, stateMachine, database, tableArn, wayIn: wayIn?.instance };
    const { policy } = new Operator(this, "Operator", run);
    if (wayIn !== undefined) this.#tell({ PsqlCommand: psqlCommand(database, config.database) });
    const functionName = `${migrator.function.functionName}:${migrator.live.aliasName}`;
    const { stateMachineArn } = stateMachine;
    const { logGroupName } = migrator.logGroup;
    this.#tell({
      FunctionName: functionName,
      StateMachineArn: stateMachineArn,
      LogGroupName: logGroupName,
      AlarmTopicArn: alarms.topic.topicArn,
      MigratorRoleArn: migrator.role.roleArn,
      OperatorPolicyArn: policy.managedPolicyArn,
      DashboardUrl: `https://${Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#dashboards:name=${dashboardName}`,
      ...commandsOf({ functionName, stateMachineArn, tableArn }),
      ...(exports === undefined ? {} : exportCommands({ functionName }, exports.place)),
    });
    return migrator;
  }

  #export(config: Config, network: Network, tableArn: string): Exports {
    const exports = new Exports(this, "Exports", { config, tableArn });
    network.leadToS3(exports.read);
    return exports;
  }

  #tell(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
