/** The table of verbs → commands with their options and their help. */
import { Command } from "commander";
import { OPTIONS, type OptionName, type OptionSpec, VERBS, type Verb, type VerbName } from "../../lambda/verbs.ts";
import { check } from "./check.ts";
import { accept, dropLedger, rollback, seal, stop } from "./decide.ts";
import type { Action, Given } from "./given.ts";
import { invoke } from "./invoke.ts";
import { listQuarantine, report, status } from "./look.ts";
import { migrate, repair, verify } from "./migrate.ts";
import { rehearse } from "./rehearse.ts";
import { trace } from "./trace.ts";

const ACTIONS: Record<VerbName, Action> = {
  rehearse,
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

/** A whole number as it was typed; anything else is left to the contract to refuse. */
const whole = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN);

export function program(): Command {
  const all = new Command("dynamodb-to-postgres")
    .description("Moves a single-table DynamoDB design into relational Postgres, and proves that every value arrived.")
    .configureOutput({ writeErr: (text) => void process.stderr.write(text) })
    .exitOverride()
    .showHelpAfterError("(--help tells what there is)");
  for (const [name, verb] of Object.entries(VERBS)) all.addCommand(commandOf(name, verb, ACTIONS));
  return all.addHelpText("after", `\nExit status: 0 verified, 1 discrepant, 2 incomplete, 3 refused, 70 a bug`);
}

function commandOf(name: string, verb: Verb, actions: Readonly<Record<string, Action>>): Command {
  const command = new Command(name).description(verb.says).exitOverride();
  if (verb.words !== undefined) {
    const { name: words, says, optional } = verb.words;
    command.argument(optional === true ? `[${words}]` : `<${words}>`, says);
  }
  for (const option of verb.needs) addOption(command, verb, option, true);
  for (const option of verb.takes) addOption(command, verb, option, false);
  if (verb.ends !== undefined) command.addHelpText("after", `\nExit status: ${verb.ends}`);
  return verb.words === undefined
    ? command.action((given: Given) => actions[name]?.(given, []))
    : command.action((words: string[], given: Given) => actions[name]?.(given, words));
}

function addOption(command: Command, { meaning = {} }: Verb, name: OptionName, needed: boolean): void {
  const spec: OptionSpec = OPTIONS[name];
  const says = meaning[name] ?? spec.says;
  if (needed) command.requiredOption(spec.flag, says);
  else if (spec.whole === true) command.option(spec.flag, says, whole);
  else if (spec.default === undefined) command.option(spec.flag, says);
  else command.option(spec.flag, says, spec.default);
}
