/** One table of verbs: the page that lists them, the command line and the event say the same. */
import { describe, expect, it } from "vitest";
import { program } from "../bin/commands/program.ts";
import { ACTIONS, eventSchema } from "../lambda/event.ts";
import { OPTIONS, type OptionName } from "../lambda/options.ts";
import type { Verb } from "../lambda/verb.ts";
import { VERBS, WORKFLOW } from "../lambda/verbs.ts";
import { readPage } from "./support/pages.ts";

const verbs: [string, Verb][] = Object.entries(VERBS);
const squeezed = (text: string): string => text.replace(/\s+/g, " ");

/** A verb as it is typed: `migrate --source SRC --target URL [--schema DIR] …`. */
function usageOf(name: string, { words, needs, takes }: Verb): string {
  const flag = (option: OptionName): string => OPTIONS[option].flag.replace(/[<>]/g, "");
  const word = words?.name.replace(/(\w+)\.\.\./, (_, each: string) => `${each.toUpperCase()}…`);
  return [
    name,
    ...(word === undefined ? [] : [words?.optional === true ? `[${word}]` : word]),
    ...needs.map(flag),
    ...takes.map((option) => `[${flag(option)}]`),
  ].join(" ");
}

it("the page lists every verb as it is typed, and no other", async () => {
  const page = squeezed(await readPage("bin/README.md"));
  const listed = page.slice(0, page.indexOf("SRC dynamodb:TABLE"));
  expect(listed.match(/bin\/ddb2pg [a-z-]+ [^`]*?(?= bin\/ddb2pg|$| *$)/g)?.map((line) => line.trim())).toEqual(
    verbs.map(([name, verb]) => `bin/ddb2pg ${usageOf(name, verb)}`),
  );
});

it("the command line has every verb with its options, and tells what each is", () => {
  const { commands } = program();
  expect(commands.map((command) => command.name())).toEqual(verbs.map(([name]) => name));
  for (const command of commands) {
    const { needs, takes, says }: Verb = Object.fromEntries(verbs)[command.name()] ?? expect.fail("no such verb");
    const help = command.helpInformation();
    expect(squeezed(help)).toContain(squeezed(says));
    expect(command.options.map((option) => option.attributeName())).toEqual([...needs, ...takes]);
    const needed = help.slice(help.indexOf("Needed:"), help.indexOf("Options:"));
    for (const name of needs) expect(needed).toContain(OPTIONS[name].flag);
  }
});

it("every option is some verb's, and is said alone exactly where it is a yes", () => {
  const used = new Set(verbs.flatMap(([, { needs, takes }]) => [...needs, ...takes]));
  expect(new Set(Object.keys(OPTIONS))).toEqual(used);
  for (const [name, { flag, value }] of Object.entries(OPTIONS))
    expect([name, flag.includes("<")]).toEqual([name, !value.safeParse(true).success]);
});

it("what the table says of numbers and words is what the command line takes", async () => {
  const typed = (...words: string[]) =>
    program().parseAsync(["status", "--target", "nowhere", ...words], { from: "user" });
  // What is right goes on to the next thing that is wrong.
  await expect(typed("--run", "7")).rejects.toThrow(/target|address|URL/);
  await expect(typed("--run", "many")).rejects.toMatchObject({
    code: "settings",
    findings: [{ where: "--run <N>" }],
  });
  await expect(typed("--run", "0", "--window", "1.5")).rejects.toMatchObject({
    findings: [{ where: "--run <N>" }, { where: "--window <MINUTES>" }],
  });
});

describe("the event", () => {
  it("may ask for what the table says, with that verb's options and no other's", () => {
    const said = verbs.filter(([, { event }]) => event !== undefined).map(([name]) => name);
    expect([...ACTIONS.keys()]).toEqual([...said, ...Object.keys(WORKFLOW)]);
    expect(eventSchema.parse({})).toEqual({ action: "migrate" });
    for (const [action, { takes }] of ACTIONS) {
      const needed = action === "accept" ? { key: ["A"], reason: "why" } : {};
      expect(eventSchema.safeParse({ action, ...needed }).success).toBe(true);
      const takesForce = takes.includes("force");
      expect(eventSchema.safeParse({ action, ...needed, force: true }).success).toBe(takesForce);
    }
  });

  it.each(["source", "target", "schema", "json", "items"])("says nothing of %s, which is for a terminal", (name) => {
    for (const action of ACTIONS.keys()) expect(eventSchema.safeParse({ action, [name]: "x" }).success).toBe(false);
  });

  it("takes a workflow's input where it is planned, and refuses all that is wrong with it", () => {
    const problems = (input: unknown) =>
      eventSchema
        .safeParse({ action: "plan", input })
        .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    expect(problems({ copy: { maxReadUnits: "none" }, plan: { units: 8 }, finalize: { prune: true } })).toBeUndefined();
    expect(problems({ verify: { prune: true }, copy: { maxReadUnits: "nine" }, finalize: [], prove: {} })).toEqual([
      "input.verify.prune: verify takes no prune",
      "input.copy.maxReadUnits: has to be a whole number of at least 1, or none",
      "input.finalize: is not an object of options",
      "input.prove: is no step: there are export, plan, copy, finalize, verify",
    ]);
    expect(problems({ export: { full: true } })).toBeUndefined();
    expect(problems({ export: { since: "yesterday", bucket: "s3://others" } })).toEqual([
      "input.export.since: has to be a time with its zone, 2026-11-22T22:00:00Z, or the name of an export",
      'input.export: Unrecognized key: "bucket"',
    ]);
    for (const name of ["action", "workers", "input"])
      expect(problems({ plan: { [name]: 1 } })).toEqual([
        `input.plan: says ${name}, which the workflow decides by itself`,
      ]);
    for (const input of ["copy", 7, ["copy"]])
      expect(problems(input)).toEqual(['input: is not options by step, {"copy":{…}}']);
    expect(eventSchema.safeParse({ action: "copy", input: {} }).success).toBe(false);
  });

  it.each(["rehearse", "estimate", "check", "trace", "invoke"])(
    "may not ask for %s, which is for a terminal",
    (action) => {
      expect(eventSchema.safeParse({ action }).success).toBe(false);
    },
  );
});
