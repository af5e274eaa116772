/** The stacks of `cdk.json` and what was typed → stacks with their settings; what could be forgotten may not be typed. */
import { expect, it } from "vitest";
import { ConfigError, SETTINGS } from "../../lib/config.ts";
import { readStacks } from "../../lib/stacks.ts";
import { CLUSTER, NETWORK } from "./synthesized.ts";

const TWO = { legacy: { tableName: "legacy" }, rehearsal: { tableName: "legacy-copy", retain: false } };

/** As the CDK hands it over: the file, and in the app's context what stands in it and what was typed. */
const read = (stacks: unknown, typed: Record<string, unknown> = {}) =>
  readStacks(JSON.stringify({ context: { "@aws-cdk/core:x": true, stacks } }), { stacks, ...typed });
const holding = (stacks: string) => `{"context":{"stacks":${stacks}}}`;

function problemsOf(stacks: unknown, context: Record<string, unknown> = {}): readonly string[] {
  try {
    read(stacks, context);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

it("each stack has settings of its own, and none of another's", () => {
  const [legacy, rehearsal, ...others] = read(TWO);
  expect(others).toEqual([]);
  expect(legacy).toMatchObject({ name: "legacy", config: { tableName: "legacy", retain: true, migrator: true } });
  expect(rehearsal).toMatchObject({ name: "rehearsal", config: { tableName: "legacy-copy", retain: false } });
});

it.each(Object.keys(SETTINGS).filter((name) => !["deletionProtection", "migrator"].includes(name)))(
  "%s may not be typed, because it could be forgotten",
  (name) => {
    expect(problemsOf(TWO, { [name]: "legacy" })).toEqual([expect.stringMatching(`${name} stands in context, .*cdk`)]);
  },
);

it("what protects and what migrates may be typed, as text, and wins over the file", () => {
  const [legacy] = read(
    { legacy: { tableName: "legacy", migrator: "on" } },
    { migrator: "off", deletionProtection: "false" },
  );
  expect(legacy?.config).toMatchObject({ migrator: false, deletionProtection: false, retain: true });
});

it("the word for a new cluster's protection is none for a stack that makes no cluster", () => {
  const stacks = { ...TWO, other: { tableName: "legacy", network: NETWORK, cluster: CLUSTER } };
  expect(problemsOf(stacks, { deletionProtection: "false" })).toEqual([]);
  const mistaken = { other: { ...stacks.other, deletionProtection: false } };
  expect(problemsOf(mistaken)).toEqual([expect.stringContaining("deletionProtection is given with cluster")]);
});

it("keys of others are let through, and misspelt ones are not", () => {
  const others = { "@aws-cdk/core:x": true, "availability-zones:account=1:region=x": [], "aws:cdk:y": 1 };
  expect(problemsOf(TWO, others)).toEqual([]);
  expect(problemsOf(TWO, { migratr: "off" })).toEqual([
    expect.stringContaining("migratr stands in context and is no setting"),
  ]);
});

const BAD: Record<string, [string | undefined, RegExp]> = {
  "no file": [undefined, /cdk\.json is not there: write/],
  "a file that is no JSON": ["{", /cdk\.json is not JSON \(.*\): write/],
  "a file without context": ["{}", /names no stack: write/],
  "a context without stacks": ['{"context":{}}', /names no stack: write/],
  "no stack at all": [holding("{}"), /names no stack: write/],
  "a list": [holding("[{}]"), /names no stack: write/],
  "a stack that is only named": [holding('{"legacy":"legacy"}'), /legacy: these settings are no JSON object: write/],
  "a name with a space": [holding('{"my table":{"tableName":"legacy"}}'), /my table cannot be a stack: name it/],
  "a name RDS would refuse": [holding('{"a--b":{"tableName":"legacy"}}'), /a--b cannot be a stack/],
  "a name that is too long": [holding(`{"${"a".repeat(51)}":{"tableName":"legacy"}}`), /cannot be a stack/],
  "two names but for capitals": [
    holding('{"a":{"tableName":"one"},"A":{"tableName":"two"}}'),
    /A is there twice but for capitals/,
  ],
};

it.each(Object.entries(BAD))("%s is refused, with what to write", (_, [text, problem]) => {
  expect(() => readStacks(text, {})).toThrow(problem);
});

it("what stands twice hides nothing: neither a stack that was copied nor a setting", () => {
  const copied = '{"legacy":{"tableName":"legacy"},"legacy":{"tableName":"legacy-copy","retain":false}}';
  expect(() => readStacks(holding(copied), {})).toThrow(/legacy stands twice in cdk\.json: /);
  const setting = '{"legacy":{"tableName":"legacy","retain":true,"\\u0072etain":false}}';
  expect(() => readStacks(holding(setting), {})).toThrow(/retain stands twice in cdk\.json: /);
});

it("the same name in two places, or as a value, stands once in each", () => {
  const network = { ...NETWORK, availabilityZones: ["eu-west-1a", "eu-west-1b"] };
  const stacks = {
    tableName: { tableName: "tableName" },
    other: { tableName: "other", schema: 'my "tableName": {', network },
  };
  expect(problemsOf(stacks)).toEqual([]);
});

it("a name may be as long as the cluster's allows", () => {
  expect(problemsOf({ [`a${"-b".repeat(24)}c`]: { tableName: "legacy" } })).toEqual([]);
});

it("every problem of every stack is told at once, each by its stack", () => {
  const problems = problemsOf({ a: { tableName: "x" }, b: { workers: 0 } }, { tableName: "legacy" });
  expect(problems.map((each) => each.split(" ", 2).join(" "))).toEqual([
    "tableName stands",
    "a: tableName",
    "b: tableName",
    "b: workers",
  ]);
});
