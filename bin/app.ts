/** The CDK app: context → a checked configuration and a schema that loads → the stack, looked over by cdk-nag. */
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { load } from "../lambda/compose.ts";
import { MigrationError } from "../lambda/domain/migration-error.ts";
import { ConfigError, readConfig } from "../lib/config.ts";
import { MigrationStack } from "../lib/migration-stack.ts";
import { printFailure } from "./terminal/print.ts";
import { readSchema } from "./terminal/schema-folder.ts";

try {
  const app = new App();
  const config = readConfig(app.node.getAllContext());
  // A mapping that does not load is found here and not in the window.
  load(await readSchema(config.schema));
  new MigrationStack(app, "DynamoDbToPostgres", { config });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else if (error instanceof MigrationError) printFailure(error);
  else throw error;
  process.exitCode = 1;
}
