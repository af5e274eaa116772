/** A verb of the table → a command: its options, its help, and what it is given, checked. */
import { Command } from "commander";
import { z } from "zod";
import { OPTIONS, type Option, type OptionName } from "../../lambda/options.ts";
import { parse } from "../../lambda/settings.ts";
import type { Verb } from "../../lambda/verb.ts";
import { VERBS, type VerbName } from "../../lambda/verbs.ts";

type Value<N extends OptionName> = z.infer<(typeof OPTIONS)[N]["value"]>;
type Needed<V extends VerbName> = (typeof VERBS)[V]["needs"][number];
type Taken<V extends VerbName> = (typeof VERBS)[V]["takes"][number];
type WithDefault = { [N in OptionName]: (typeof OPTIONS)[N] extends { default: string } ? N : never }[OptionName];

/** What a verb needs and what has a default is there; what else it takes may be. */
export type Given<V extends VerbName> = {
  readonly [N in Needed<V> | Extract<Taken<V>, WithDefault>]: Value<N>;
} & { readonly [N in Exclude<Taken<V>, WithDefault>]?: Value<N> | undefined };

type Act<V extends VerbName> = (given: Given<V>, words: readonly string[]) => Promise<void>;

/** A command, made anew each time it is asked for: one remembers what it was given. */
export const command =
  <V extends VerbName>(name: V, act: Act<V>) =>
  (): Command => {
    const verb: Verb = VERBS[name];
    const made = new Command(name).description(verb.says).exitOverride();
    if (verb.words !== undefined) {
      const { name: words, says, optional } = verb.words;
      made.argument(optional === true ? `[${words}]` : `<${words}>`, says);
    }
    for (const option of verb.needs) addOption(made, verb, option, true);
    for (const option of verb.takes) addOption(made, verb, option, false);
    if (verb.ends !== undefined) made.addHelpText("after", `\nExit status: ${verb.ends}`);
    const checked = (given: unknown): Given<V> => parse(givenSchema(verb), given, "the command line") as Given<V>;
    return verb.words === undefined
      ? made.action((given: unknown) => act(checked(given), []))
      : made.action((words: string[], given: unknown) => act(checked(given), words));
  };

/** A whole number as it was typed; anything else is left to the option's own schema to refuse. */
const whole = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);

/** A name that is all digits stays a name. */
const takesNumbers = (value: z.ZodType): boolean => !value.safeParse("1").success && !value.safeParse(true).success;

function addOption(made: Command, { meaning = {} }: Verb, name: OptionName, needed: boolean): void {
  const { flag, value, default: given, says: always }: Option = OPTIONS[name];
  const says = meaning[name] ?? always;
  if (needed) made.requiredOption(flag, says);
  else if (takesNumbers(value)) made.option(flag, says, whole);
  else if (given === undefined) made.option(flag, says);
  else made.option(flag, says, given);
}

const givenSchema = ({ needs, takes }: Verb) =>
  z.object(
    Object.fromEntries([
      ...needs.map((name) => [name, OPTIONS[name].value]),
      ...takes.map((name) => [name, OPTIONS[name].value.optional()]),
    ]),
  );
