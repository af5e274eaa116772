/** The page's commands of the CDK, typed as they stand there, with the stacks that stand there: each comes as far as the credentials. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CdkFolder, cdkFolder } from "../support/cdk.ts";
import { blocksOf } from "../support/documents.ts";
import { readPage } from "../support/pages.ts";

const PAGE = await readPage("lib/README.md");
const SHOWN = JSON.parse(blocksOf(PAGE).find(({ title }) => title === "cdk.json")?.text ?? "{}");
const COMMANDS = new Set([...PAGE.matchAll(/npx cdk [^`#\n]*[^`#\s]/g)].map(([command]) => command));
const FIRST = "npx cdk deploy legacy";

type Typed = Awaited<ReturnType<CdkFolder["run"]>>;

/** Without the validator and cdk-nag, which take half of the time: other tests have them look at every shape. */
const type = (command: string, settings = ""): Promise<Typed> =>
  typed.run(`export CDK_VALIDATION=false ${settings}; ${command}`);

let typed: CdkFolder;
let first: Typed;
beforeAll(async () => {
  typed = await cdkFolder(SHOWN.context.stacks);
  first = await type(FIRST, "CDK_OUTPUT=synthesized");
});
afterAll(() => typed[Symbol.asyncDispose]());

it("the page types every kind of command", () => {
  for (const kind of ["bootstrap", "diff", "deploy", "destroy", "-c migrator=off", "-c deletionProtection=false"])
    expect([...COMMANDS].some((command) => command.includes(kind))).toBe(true);
  expect(COMMANDS).toContain(FIRST);
});

/** Without a context of their own all would synthesize what the first has synthesized, and are given that. */
const again = (command: string) => type(command, command.includes(" -c ") ? "" : "CDK_APP=synthesized");

it.each([...COMMANDS])("%s", async (command) => {
  // Destroying asks whether that is meant, and there is nobody at this terminal.
  const { status, output } =
    command === FIRST ? first : await again(command.includes("destroy") ? `${command} --force` : command);
  expect(output).toContain("Unable to resolve AWS account to use");
  expect(output).not.toMatch(/is not given|the configuration has|REFUSED|No stacks match/);
  expect(status).toBe(1);
});

it("a stack that was forgotten is asked for, by name", async () => {
  const { status, output } = await again("npx cdk destroy --force");
  expect(output).toMatch(/specify which stacks to use.*\nStacks: .*legacy/);
  expect(status).toBe(1);
});
