/** The table of verbs → the command line. */
import { Command } from "commander";
import type { VerbName } from "../../lambda/verbs.ts";
import manifest from "../../package.json" with { type: "json" };
import { check } from "./check.ts";
import { accept, dropLedger, rollback, seal, stop } from "./decide.ts";
import { estimate } from "./estimate.ts";
import { invoke } from "./invoke.ts";
import { listQuarantine, report, status } from "./look.ts";
import { migrate, repair, verify } from "./migrate.ts";
import { rehearse } from "./rehearse.ts";
import { trace } from "./trace.ts";

const COMMANDS: Readonly<Record<VerbName, () => Command>> = {
  rehearse,
  estimate,
  check,
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

export function program(): Command {
  const all = new Command("ddb2pg")
    .description("Moves a single-table DynamoDB design into relational Postgres, and proves that every value arrived.")
    .version(manifest.version)
    .configureOutput({ writeErr: (text) => void process.stderr.write(text) })
    .exitOverride()
    .showHelpAfterError("(--help tells what there is)");
  for (const make of Object.values(COMMANDS)) all.addCommand(make());
  return all.addHelpText("after", `\nExit status: 0 verified, 1 discrepant, 2 incomplete, 3 refused, 70 a bug`);
}
