/** AWS' own command line, typed as the outputs and the page have it: it takes every word, and stops for want of credentials. */
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { blocksOfPage } from "../support/pages.ts";
import { resolved, synthesize } from "./synthesized.ts";

const NOBODY = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/nonexistent",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
  AWS_REGION: "eu-west-1",
  AWS_DEFAULT_REGION: "eu-west-1",
};

function typed(command: string): string {
  const { stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: tmpdir(), env: NOBODY, encoding: "utf8" });
  return `${stdout}${stderr}`;
}

const VERSION = /^aws-cli\/\d+\.\d+/.exec(typed("aws --version"))?.[0];
/** Words that came with a later version than some machines have. */
const LACKING: readonly (readonly [version: RegExp, word: RegExp])[] = [
  [/\/1\./, /--cli-binary-format/],
  [/\/2\.(\d|1[0-4])$/, /resource-policy/],
];

const { outputs } = synthesize({ alarmEmail: "team@example.org", wayIn: "on" });
const told = Object.entries(outputs).map(([name, { Value }]) => [name, String(resolved(Value))] as const);
const page = (await blocksOfPage("lib/README.md")).flatMap(({ language, text }) =>
  language === "sh" ? text.split("\n").map((line) => ["the page", line] as const) : [],
);
/** With nothing around them: what follows would be done with an answer. */
const COMMANDS = [...told, ...page].flatMap(([name, text]) => {
  const [, command] = /(\baws [a-z].*?)(?: && .*|\)".*)?$/.exec(text) ?? [];
  return command === undefined ? [] : [[name, command] as const];
});

it("there are some", () => expect(COMMANDS.length).toBeGreaterThan(11));

it.for(COMMANDS)("%s: %s", ([, command], { skip }) => {
  if (VERSION === undefined) return skip("there is no AWS CLI on this machine");
  if (LACKING.some(([version, word]) => version.test(VERSION) && word.test(command)))
    skip(`${VERSION} is too old for it`);
  expect(typed(command)).toMatch(/Unable to locate credentials/);
});

it.runIf(VERSION !== undefined)("a word that it does not know would be told", () => {
  expect(typed("aws rds modify-db-cluster --db-cluster-identifier x --no-protection")).not.toMatch(/credentials/);
});
