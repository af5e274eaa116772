/** The CDK app: the stacks of `cdk.json` → checked configurations and schemas that load → the stacks, looked over by cdk-nag. */
import { readFile } from "node:fs/promises";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { load } from "../lambda/compose.ts";
import { MigrationError } from "../lambda/domain/migration-error.ts";
import { ConfigError } from "../lib/config.ts";
import { MigrationStack } from "../lib/migration-stack.ts";
import { FILE, readStacks } from "../lib/stacks.ts";
import { printFailure } from "./terminal/print.ts";
import { readSchema } from "./terminal/schema-folder.ts";

try {
  const app = new App();
  // The file itself: what was typed after `-c` is none of it. The CDK starts an app beside it.
  const text = await readFile(FILE, "utf8").catch(() => undefined);
  for (const { name, config } of readStacks(text, app.node.getAllContext())) {
    // A mapping that does not load is found here and not in the window.
    load(await readSchema(config.schema));
    new MigrationStack(app, name, { config });
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else if (error instanceof MigrationError) printFailure(error);
  else throw error;
  process.exitCode = 1;
}
