/** A verb of the table → a command: its options, its help, and what it is given, checked. */
import { Command, Option as CommandOption } from "commander";
import { z } from "zod";
import { type Finding, MigrationError } from "../../lambda/domain/migration-error.ts";
import { commandLine } from "../../lambda/domain/typed.ts";
import { OPTIONS, type Option, type OptionName } from "../../lambda/options.ts";
import type { Verb } from "../../lambda/verb.ts";
import { VERBS, type VerbName } from "../../lambda/verbs.ts";
import { note } from "../terminal/print.ts";
import { tellUnwritten, tryToWrite } from "./answer.ts";
import { EXAMPLES, GROUPS } from "./groups.ts";

type Value<N extends OptionName> = z.infer<(typeof OPTIONS)[N]["value"]>;
type Needed<V extends VerbName> = (typeof VERBS)[V]["needs"][number];
type Taken<V extends VerbName> = (typeof VERBS)[V]["takes"][number];
type WithDefault = { [N in OptionName]: (typeof OPTIONS)[N] extends { default: string } ? N : never }[OptionName];

/** What a verb needs and what has a default is there; what else it takes may be. */
export type Given<V extends VerbName> = {
  readonly [N in Needed<V> | Extract<Taken<V>, WithDefault>]: Value<N>;
} & { readonly [N in Exclude<Taken<V>, WithDefault>]?: Value<N> | undefined };

/** `isSaid`: whether an option was said, and is not its default. */
type Act<V extends VerbName> = (
  given: Given<V>,
  words: readonly string[],
  isSaid: (option: OptionName) => boolean,
) => Promise<void>;

/** As it is typed. */
export const NAME = "bin/ddb2pg";

/** What is wrong with the words themselves is told as everything else is: what it is, and what to type. */
export function commandCalled(name: string): Command {
  const made = new Command(name);
  const help = name === NAME ? `${NAME} --help` : `${NAME} ${name} --help`;
  return made.exitOverride().configureOutput({
    writeErr: (text) => void process.stderr.write(text),
    outputError: (text) => {
      const [first = ""] = text.split("\n");
      const [, meant] = /\(Did you mean (?:one of )?(.*)\?\)/.exec(text) ?? [];
      note(`REFUSED  ${first.replace(/^error: /, "")}`);
      const behind = meant === undefined ? behindOptions(made, name, first) : "";
      note(`  → ${meant === undefined ? "" : `did you mean ${meant}? `}see what there is: ${help}${behind}`);
    },
  });
}

/** What is no option may be meant as a key. */
function behindOptions({ registeredArguments }: Command, name: string, told: string): string {
  const [, word] = /unknown option '(.*)'$/.exec(told) ?? [];
  if (word === undefined || registeredArguments.length === 0) return "";
  return `; a key that begins with - stands last, behind --: ${NAME} ${commandLine(name, [], [word])}`;
}

/** A command, made anew each time it is asked for: one remembers what it was given. */
export const command =
  <V extends VerbName>(name: V, act: Act<V>) =>
  (): Command => {
    const verb: Verb = VERBS[name];
    const made = commandCalled(name).description(verb.says).helpGroup(GROUPS[name]);
    if (verb.words !== undefined) {
      const { name: words, says, optional } = verb.words;
      made.argument(optional === true ? `[${words}]` : `<${words}>`, says);
    }
    for (const option of verb.needs) addOption(made, verb, option, "Needed:");
    for (const option of verb.takes) addOption(made, verb, option, "Options:");
    const examples = EXAMPLES[name].map((words) => `\n  ${NAME} ${words}`).join("");
    made.addHelpText("after", `\nFor example:${examples}`);
    if (verb.ends !== undefined) made.addHelpText("after", `\nExit status: ${verb.ends}`);
    const done = async (words: readonly string[], typed: Readonly<Record<string, unknown>>): Promise<void> => {
      const given = checked(verb, typed);
      for (const file of filesIn(verb, given)) await tryToWrite(file);
      await act(given as Given<V>, words, (option) => made.getOptionValueSource(option) === "cli");
      tellUnwritten();
    };
    return verb.words === undefined
      ? made.action((typed) => done([], typed))
      : made.action((words: string[], typed) => done(words, typed));
  };

/** A whole number as it was typed; anything else is left to the option's own schema to refuse. */
const whole = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);

/** A name that is all digits stays a name. */
const takesNumbers = (value: z.ZodType): boolean => value.safeParse(1).success;

/** None is one that commander asks for: it would do so before it looks for a word that is misspelt. */
function addOption(made: Command, { meaning = {} }: Verb, name: OptionName, group: string): void {
  const { flag, value, default: given, says: always }: Option = OPTIONS[name];
  const option = new CommandOption(flag, meaning[name] ?? always).helpGroup(group);
  if (takesNumbers(value)) option.argParser(whole);
  if (given !== undefined) option.default(given);
  made.addOption(option);
}

const filesIn = ({ needs, takes }: Verb, given: Readonly<Record<string, unknown>>): string[] =>
  [...needs, ...takes].flatMap((name) => {
    const { isWritten }: Option = OPTIONS[name];
    const file = given[name];
    return isWritten === true && typeof file === "string" ? [file] : [];
  });

/** Everything that is wrong with the options at once, each by its flag. */
function checked({ needs, takes }: Verb, typed: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const given = { ...typed };
  for (const name of needs) {
    const { variable }: Option = OPTIONS[name];
    if (variable !== undefined) given[name] ??= process.env[variable] || undefined;
  }
  const flagOf = (name: string): string => Object.entries(OPTIONS).find(([each]) => each === name)?.[1].flag ?? name;
  const missing = needs
    .filter((name) => given[name] === undefined)
    .map((name): Finding => {
      const { flag, says, variable }: Option = OPTIONS[name];
      const remedy =
        variable === undefined ? `say ${flag}: ${says}` : `say ${flag}, or: export ${variable}=${says.split(";")[0]}`;
      return { where: flag, problem: "is needed, and not said", remedy };
    });
  const schema = z.object(
    Object.fromEntries([...needs, ...takes].map((name) => [name, OPTIONS[name].value.optional()])),
  );
  const { data, error } = schema.safeParse(given);
  const wrong = (error?.issues ?? []).map(
    ({ path, message }): Finding => ({
      where: flagOf(path.map(String).join(".")),
      problem: message,
      remedy: "correct it; what is optional may also be left out",
    }),
  );
  const findings = [...missing, ...wrong];
  if (findings.length === 0 && data !== undefined) return data;
  const problems = findings.length === 1 ? "a problem" : `${findings.length} problems`;
  throw new MigrationError("settings", `the command line has ${problems}`, "see each finding", { findings });
}
