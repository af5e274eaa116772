/** One table of verbs: the page that lists them, the command line and the event say the same. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { program } from "../bin/commands/program.ts";
import { ACTIONS, eventSchema, optionsSchema, saidSchema } from "../lambda/contract.ts";
import { OPTIONS, type OptionName, STEPS, usageOf, VERBS, type Verb } from "../lambda/verbs.ts";

const verbs: [string, Verb][] = Object.entries(VERBS);
const squeezed = (text: string): string => text.replace(/\s+/g, " ");

it("the page lists every verb as it is typed, and no other", async () => {
  const page = squeezed(await readFile(join(resolve(import.meta.dirname, ".."), "README.md"), "utf8"));
  const listed = page.slice(page.indexOf("## Operations"), page.indexOf("SRC dynamodb:TABLE"));
  expect(listed.match(/node bin\/cli\.ts [a-z-]+ [^`]*?(?= node bin|$| *$)/g)?.map((line) => line.trim())).toEqual(
    verbs.map(([name, verb]) => `node bin/cli.ts ${usageOf(name, verb)}`),
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
    expect(command.options.filter(({ mandatory }) => mandatory)).toHaveLength(needs.length);
  }
});

it("every option is some verb's, and is whole where the contract wants a whole number", () => {
  const used = new Set(verbs.flatMap(([, { needs, takes }]) => [...needs, ...takes]));
  expect(new Set(Object.keys(OPTIONS))).toEqual(used);
  const schemas = { ...optionsSchema.shape, ...saidSchema.shape };
  for (const [name, schema] of Object.entries(schemas)) {
    if (name === "key") continue;
    const option: { whole?: true; flag: string } = OPTIONS[name as OptionName];
    const accepts = (value: unknown) => schema.safeParse(value).success;
    expect([name, accepts(1), accepts(true), accepts("why")]).toEqual([
      name,
      option.whole === true,
      !option.flag.includes("<"),
      option.whole !== true && option.flag.includes("<"),
    ]);
  }
});

describe("the event", () => {
  it("may ask for what the table says, with that verb's options and no other's", () => {
    const said = verbs.filter(([, { event }]) => event).map(([name]) => name);
    expect(ACTIONS).toEqual([...said, ...Object.keys(STEPS)]);
    expect(eventSchema.parse({})).toEqual({ action: "migrate" });
    for (const action of ACTIONS) {
      const takes: readonly string[] = { ...VERBS, ...STEPS }[action].takes;
      const needed = action === "accept" ? { key: ["A"], reason: "why" } : {};
      expect(eventSchema.safeParse({ action, ...needed }).success).toBe(true);
      const takesForce = takes.includes("force");
      expect(eventSchema.safeParse({ action, ...needed, force: true }).success).toBe(takesForce);
    }
  });

  it.each(["rehearse", "check", "trace", "invoke"])("may not ask for %s, which is for a terminal", (action) => {
    expect(eventSchema.safeParse({ action }).success).toBe(false);
  });
});
