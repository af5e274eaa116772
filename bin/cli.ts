#!/usr/bin/env node
/** The operator's command line: words → commands → an exit status. Everything a command does is elsewhere. */
import { Command, CommanderError } from "commander";
import { checkCommand } from "./commands/check.ts";
import { reportCommand, statusCommand, verifyCommand } from "./commands/look.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { rehearseCommand } from "./commands/rehearse.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { traceCommand } from "./commands/trace.ts";
import { EXIT, exitOf } from "./terminal/exit.ts";
import { printFailure } from "./terminal/print.ts";

const program = new Command("dynamodb-to-postgres")
  .description("Moves a single-table DynamoDB design into relational Postgres, and proves that every value arrived.")
  .configureOutput({ writeErr: (text) => void process.stderr.write(text) })
  .exitOverride()
  .showHelpAfterError("(--help tells what there is)");

const commands = [
  rehearseCommand,
  checkCommand,
  migrateCommand,
  verifyCommand,
  statusCommand,
  reportCommand,
  traceCommand,
  rollbackCommand,
];
for (const create of commands) {
  const command = create();
  program.addCommand(command.exitOverride());
}
program.addHelpText("after", `\nExit status: 0 verified, 1 discrepant, 2 incomplete, 3 refused, 70 a bug`);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.refused;
  else {
    printFailure(error);
    process.exitCode = exitOf(error);
  }
}
