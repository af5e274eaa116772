/** The database role that migrates: a custom resource, because CloudFormation cannot speak SQL. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ArnFormat, Aws, CustomResource, Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { BUNDLE, RUNTIME_ENVIRONMENT } from "./bundle.ts";
import type { Config } from "./config.ts";
import type { Database } from "./database.ts";
import { allow, functionRole } from "./function-role.ts";
import type { LogSettings } from "./logs.ts";
import { admitting } from "./role-statement.ts";

export interface DatabaseRoleProps {
  readonly database: Database;
  readonly secret: ISecret;
  readonly config: Config;
  readonly logs: LogSettings;
}

export class DatabaseRole extends Construct {
  constructor(scope: Construct, id: string, { database, secret, config, logs }: DatabaseRoleProps) {
    super(scope, id);
    const clusterArn = Stack.of(this).formatArn({
      service: "rds",
      resource: "cluster",
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      resourceName: database.identifier,
    });
    const logGroup = new LogGroup(this, "Log", logs);
    const role = functionRole(this, { description: "Makes the database role of the migrator", logGroup });
    allow(role, ["rds-data:ExecuteStatement"], clusterArn);
    allow(role, ["secretsmanager:GetSecretValue"], secret.secretArn);
    if (config.secretKmsKeyArn !== undefined) {
      const decrypt = { actions: ["kms:Decrypt"], resources: [config.secretKmsKeyArn] };
      const forTheSecret = { StringEquals: { "kms:ViaService": `secretsmanager.${Aws.REGION}.${Aws.URL_SUFFIX}` } };
      role.addToPrincipalPolicy(new PolicyStatement({ ...decrypt, conditions: forTheSecret }));
    }
    const maker = new NodejsFunction(this, "Function", {
      description: "Makes the database role of the migrator, when the stack is deployed",
      entry: join(import.meta.dirname, "role-handler.ts"),
      runtime: Runtime.NODEJS_24_X,
      bundling: BUNDLE,
      environment: RUNTIME_ENVIRONMENT,
      memorySize: 256,
      // Longer than the handler's own patience with a database that wakes up.
      timeout: Duration.minutes(5),
      retryAttempts: 0,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
    });
    const made = new CustomResource(this, "Resource", {
      resourceType: "Custom::DatabaseRole",
      serviceToken: maker.functionArn,
      // CloudFormation would wait an hour for an answer that does not come.
      serviceTimeout: Duration.minutes(6),
      properties: {
        clusterArn,
        secretArn: secret.secretArn,
        database: config.database,
        owner: config.owner,
        appRole: config.appRole,
        // A changed statement is an update; CloudFormation looks at properties only.
        statement: createHash("sha256").update(admitting(config)).digest("hex").slice(0, 16),
      },
    });
    // The cluster's writer as well: without an instance there is nobody to run a statement.
    made.node.addDependency(database, role);
  }
}
