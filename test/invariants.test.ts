/** Every invariant names its tests, and every test that cites one is named: checked from both sides. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { disagreements, namedInVain, rowsOf } from "./support/invariants.ts";

const ROOT = resolve(import.meta.dirname, "..");
const MARKDOWN = readFileSync(join(ROOT, "lambda/INVARIANTS.md"), "utf8");
const files = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(test|bench)\.ts$/.test(file) && file !== "invariants.test.ts")
  .map((file) => `test/${file.replaceAll("\\", "/")}`);
const sources = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));

it("there are twelve, in order", () => {
  expect([...rowsOf(MARKDOWN).keys()]).toEqual(Array.from({ length: 12 }, (_, at) => `I${at + 1}`));
});

it("the table and the titles agree", () => expect(disagreements(MARKDOWN, sources)).toEqual([]));

it("what keeps an invariant stands where the table says", () => {
  const isThere = (file: string) => existsSync(join(ROOT, file));
  expect(namedInVain(MARKDOWN, isThere)).toEqual([]);
  expect(namedInVain(`${MARKDOWN}| \`adapters/gone.ts\` |`, isThere)).toEqual(["adapters/gone.ts is not in lambda/"]);
});

describe("a planted disagreement is found", () => {
  const table = "| I1 | What. | `a.ts` | `test/a.test.ts` |\n";
  const cites = new Map([["test/a.test.ts", 'it("I1: holds", () => 1)']]);
  it.each<[string, string, Map<string, string>, RegExp]>([
    ["a test that is not there", table, new Map(), /no title cites/],
    [
      "a test that does not cite it",
      table,
      new Map([["test/a.test.ts", 'it("holds", () => 1) // I1']]),
      /no title cites/,
    ],
    [
      "a test that is not named",
      table,
      new Map([...cites, ["test/b.test.ts", 'describe.each([1])("I1, I2: %s", () => 1)']]),
      /does not name it/,
    ],
    [
      "an invariant that is none",
      table,
      new Map([...cites, ["test/b.test.ts", "it('I9: holds', () => 1)"]]),
      /no invariant/,
    ],
    ["an invariant without a test", "| I1 | What. | `a.ts` | by construction |\n", new Map(), /names no test/],
  ])("%s", (_, markdown, planted, message) => expect(disagreements(markdown, planted).join("\n")).toMatch(message));

  it("and none where there is none", () => expect(disagreements(table, cites)).toEqual([]));
});
