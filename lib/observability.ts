/** Everything that shows how a migration goes: alarms and who is told, the dashboard, and saved questions to the log. */
import { Stack } from "aws-cdk-lib";
import { Construct } from "constructs";
import { Alarms } from "./alarms.ts";
import type { Config } from "./config.ts";
import { makeDashboard } from "./dashboard.ts";
import type { Migrator } from "./migrator.ts";
import { saveQueries } from "./queries.ts";
import type { Workflow } from "./workflow.ts";

export interface ObservabilityProps {
  readonly config: Config;
  readonly migrator: Migrator;
  readonly workflow: Workflow;
  readonly clusterIdentifier: string;
}

export class Observability extends Construct {
  readonly alarms: Alarms;
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, { config, migrator, workflow, clusterIdentifier }: ObservabilityProps) {
    super(scope, id);
    const { tableName, alarmEmail: email } = config;
    const watched = { migrator: migrator.function, workflow: workflow.stateMachine, clusterIdentifier, tableName };
    this.alarms = new Alarms(this, "Alarms", { ...watched, email });
    const { logGroup } = migrator;
    const { dashboardName } = makeDashboard(this, { ...watched, logGroup, alarms: this.alarms.all });
    this.dashboardName = dashboardName;
    saveQueries(this, Stack.of(this).stackName, logGroup);
  }
}
