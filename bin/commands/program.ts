/** The table of verbs → the command line. */
import type { Command } from "commander";
import type { VerbName } from "../../lambda/verbs.ts";
import manifest from "../../package.json" with { type: "json" };
import { check } from "./check.ts";
import { commandCalled, NAME } from "./command.ts";
import { accept, dropLedger, rollback, seal, stop } from "./decide.ts";
import { draft } from "./draft.ts";
import { estimate } from "./estimate.ts";
import { exporting } from "./export.ts";
import { invoke } from "./invoke.ts";
import { listQuarantine, report, status } from "./look.ts";
import { migrate, repair, verify } from "./migrate.ts";
import { rehearse } from "./rehearse.ts";
import { trace } from "./trace.ts";

const COMMANDS: Readonly<Record<VerbName, () => Command>> = {
  rehearse,
  estimate,
  check,
  draft,
  export: exporting,
  migrate,
  verify,
  status,
  report,
  trace,
  "list-quarantine": listQuarantine,
  repair,
  accept,
  stop,
  seal,
  rollback,
  invoke,
  "drop-ledger": dropLedger,
};

const START = `
For example:
  ${NAME} rehearse
  ${NAME} draft --source file:items.jsonl --schema my-schema
  ${NAME} check --source file:items.jsonl --schema my-schema
  ${NAME} migrate --source file:items.jsonl --schema my-schema --target embedded
  export DATABASE_URL=postgres://USER@HOST:PORT/DATABASE
  ${NAME} migrate --source 'dynamodb:TABLE?region=REGION' --schema my-schema
  ${NAME} migrate --help`;

export function program(): Command {
  const all = commandCalled(NAME)
    .description("Moves a single-table DynamoDB design into relational Postgres, and proves that every value arrived.")
    .version(manifest.version);
  for (const make of Object.values(COMMANDS)) all.addCommand(make());
  all.addHelpText("after", START);
  return all.addHelpText("after", `\nExit status: 0 verified, 1 discrepant, 2 incomplete, 3 refused, 70 a bug`);
}
