/** What is told of others' names and keys: to a person's terminal it is text and nothing else, whoever wrote it. */
import { afterEach, expect, it, vi } from "vitest";
import { note, print, printFailure, tell } from "../../bin/terminal/print.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";

afterEach(() => vi.restoreAllMocks());

const HOSTILE = "a\u001b]0;title\u0007\u009b31m\u202eb";
const SHOWN = "a⟨U+001B⟩]0;title⟨U+0007⟩⟨U+009B⟩31m⟨U+202E⟩b";

function written(stream: NodeJS.WriteStream, work: () => void): string {
  let all = "";
  vi.spyOn(stream, "write").mockImplementation((chunk) => {
    all += chunk.toString();
    return true;
  });
  work();
  return all;
}

it("nothing of it moves a cursor, colours, or turns the text around it, and lines stay lines", () => {
  expect(written(process.stdout, () => tell(`one\n  ${HOSTILE}`))).toBe(`one\n  ${SHOWN}\n`);
  expect(written(process.stderr, () => note(HOSTILE))).toBe(`${SHOWN}\n`);
});

it("a refusal that names something hostile is no exception, nor is a bug", () => {
  const refused = new MigrationError("settings", HOSTILE, "mend it", {
    findings: [{ where: HOSTILE, problem: `${HOSTILE}!`, remedy: HOSTILE, keys: ["1\n2"] }],
  });
  expect(written(process.stderr, () => printFailure(refused))).toContain(", rows 1⟨U+000A⟩2: ");
  expect(written(process.stderr, () => printFailure(refused)).replaceAll(SHOWN, "")).not.toMatch(/[^\P{Cc}\n]/u);
  expect(written(process.stderr, () => printFailure(new Error(HOSTILE)))).toContain(SHOWN);
});

it("letters that are joined to others stay, and what another program reads is left to the letter", () => {
  const joined = "👩\u200d💻 ünï";
  expect(written(process.stdout, () => tell(joined))).toBe(`${joined}\n`);
  expect(written(process.stdout, () => print(HOSTILE))).toBe(`${HOSTILE}\n`);
});
