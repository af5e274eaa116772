/** The stack: each concern a construct, wired here, and what an operator needs to know about them as outputs. */
import { Aws, CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { commandsOf } from "./commands.ts";
import type { Config } from "./config.ts";
import { Database } from "./database.ts";
import { DatabaseRole } from "./database-role.ts";
import { logSettings } from "./logs.ts";
import { Migrator } from "./migrator.ts";
import { Network } from "./network.ts";
import { Observability } from "./observability.ts";
import { admitting, handingOver, lockingOut, type Roles } from "./role-statement.ts";
import { tableArn as arnOf } from "./table.ts";
import { Workflow } from "./workflow.ts";

/** What is left to an operator where nothing reaches the database from outside: typed as a user who may create roles. */
const byHand = (roles: Roles) => ({ AdmitSql: admitting(roles), LockOutSql: lockingOut(roles) });

export interface MigrationStackProps extends StackProps {
  readonly config: Config;
}

export class MigrationStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: MigrationStackProps) {
    super(scope, id, { description: "Migrates a DynamoDB table to Aurora PostgreSQL, and proves it", ...props });
    const logs = logSettings(this, config);
    const table = arnOf(this, config.tableName);
    const { vpc } = new Network(this, "Network", { existing: config.network, tableArn: table, logs });
    const database = new Database(this, "Database", { vpc, config });
    this.#tell({
      ClusterEndpoint: database.cluster.clusterEndpoint.hostname,
      DatabaseName: config.database,
      ...(database.secret === undefined ? byHand(config) : { MasterSecretArn: database.secret.secretArn }),
      HandOverSql: handingOver(config),
    });
    if (config.migrator) this.#migrate({ config, vpc, database, tableArn: table, logs });
  }

  /** Everything that is there for the migration alone, and goes with `-c migrator=off`. */
  #migrate(parts: ConstructorParameters<typeof Migrator>[2]): void {
    const { config, database, tableArn, logs } = parts;
    if (database.secret !== undefined)
      new DatabaseRole(this, "DatabaseRole", { database, secret: database.secret, config, logs });
    const migrator = new Migrator(this, "Migrator", parts);
    const workflow = new Workflow(this, "Workflow", { migrator: migrator.live, workers: config.workers, logs });
    const shown = { config, migrator, workflow, clusterIdentifier: database.identifier };
    const { alarms, dashboardName } = new Observability(this, "Observability", shown);
    const functionName = `${migrator.function.functionName}:${migrator.live.aliasName}`;
    const { stateMachineArn } = workflow.stateMachine;
    const { logGroupName } = migrator.logGroup;
    this.#tell({
      FunctionName: functionName,
      StateMachineArn: stateMachineArn,
      LogGroupName: logGroupName,
      AlarmTopicArn: alarms.topic.topicArn,
      DashboardUrl: `https://${Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#dashboards:name=${dashboardName}`,
      ...commandsOf({ functionName, stateMachineArn, tableArn }),
    });
  }

  #tell(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
