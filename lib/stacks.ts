/**
 * `cdk.json`, in whose context `stacks` stands → every stack by its name, with its checked configuration. Settings are kept and not typed: one that was
 * forgotten after `-c` would make a new cluster, or bundle another schema. Only what may be forgotten may be typed.
 */
import { repeatedName } from "../lambda/domain/decode/json-names.ts";
import { type Config, ConfigError, readConfig, SETTINGS } from "./config.ts";

export const FILE = "cdk.json";

/** Without them, the next deployment protects what is there, and brings back what migrates. Both take nothing away. */
const TYPED = ["deletionProtection", "migrator"];

export interface NamedConfig {
  /** Of the CloudFormation stack, and of what is named after it. */
  readonly name: string;
  readonly config: Config;
}

const EXAMPLE = '{"context":{"stacks":{"legacy":{"tableName":"legacy"}}}}';

/** Reads the file's text, undefined where it is not there, and what was typed beside it. Throws ConfigError with every problem. */
export function readStacks(text: string | undefined, context: Readonly<Record<string, unknown>>): NamedConfig[] {
  const problems: string[] = [];
  const typed = typedIn(context, problems);
  const stacks = Object.entries(stacksIn(text)).flatMap(([name, settings]): NamedConfig[] => {
    try {
      return [
        { name, config: readConfig(isObject(settings) ? { ...settings, ...forStack(typed, settings) } : settings) },
      ];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems.map((each) => `${name}: ${each}`));
      return [];
    }
  });
  problems.push(...misnamed(Object.keys(stacksIn(text))), ...twiceIn(text ?? ""));
  if (problems.length > 0) throw new ConfigError(problems);
  return stacks;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function stacksIn(text: string | undefined): Record<string, unknown> {
  const remedy = `write each stack's settings into it, by the stack's name: ${EXAMPLE}`;
  if (text === undefined) throw new ConfigError([`${FILE} is not there: ${remedy}`]);
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch (error) {
    throw new ConfigError([`${FILE} is not JSON (${error instanceof Error ? error.message : error}): ${remedy}`]);
  }
  const context = isObject(settings) ? settings.context : undefined;
  const stacks = isObject(context) ? context.stacks : undefined;
  if (isObject(stacks) && Object.keys(stacks).length > 0) return stacks;
  throw new ConfigError([`${FILE} names no stack: ${remedy}`]);
}

/** Keys of others (`@aws-cdk/…`, `vpc-provider:…`) are let through; ours are plain words. The stacks are the file's own, whatever is typed. */
function typedIn(context: Readonly<Record<string, unknown>>, problems: string[]): Record<string, unknown> {
  const ours = Object.entries(context).filter(([key]) => /^[A-Za-z]\w*$/.test(key) && key !== "stacks");
  for (const [key] of ours.filter(([each]) => !TYPED.includes(each)))
    problems.push(
      Object.hasOwn(SETTINGS, key)
        ? `${key} stands in context, where the next command may forget it: write it into ${FILE}, under its stack`
        : `${key} stands in context and is no setting: leave it out, or correct it to ${TYPED.join(" or ")}`,
    );
  return Object.fromEntries(ours.filter(([each]) => TYPED.includes(each)));
}

/** A cluster that exists has a protection of its own, and the word for it would be refused. */
function forStack(typed: Record<string, unknown>, settings: Record<string, unknown>): Record<string, unknown> {
  if (settings.cluster === undefined) return typed;
  return Object.fromEntries(Object.entries(typed).filter(([name]) => name !== "deletionProtection"));
}

/** The cluster is named after its stack, in lower case, and RDS allows no two hyphens in a row. */
function misnamed(names: readonly string[]): string[] {
  const wrong = names.filter((name) => !/^[A-Za-z](-?[A-Za-z0-9])*$/.test(name) || name.length > 50);
  const same = names.filter((name, at) => names.slice(0, at).some((one) => one.toLowerCase() === name.toLowerCase()));
  return [
    ...wrong.map((name) => `${name} cannot be a stack: name it with up to 50 letters, digits and single hyphens`),
    ...same.map((name) => `${name} is there twice but for capitals: give it a name of its own`),
  ];
}

/** JSON would take the last of them: of a stack that was copied and not renamed, the copy. */
function twiceIn(json: string): string[] {
  const name = repeatedName(json);
  return name === undefined ? [] : [`${name} stands twice in ${FILE}: one would hide the other, rename or remove it`];
}
