/** What is sent to COPY: nothing of it is lost while it grows, and lines with keys are sent in their order. */
import { expect, it } from "vitest";
import { CopyLines, copyText } from "../../../../lambda/adapters/postgres/session/copy-text.ts";

const textOf = (lines: CopyLines): string => Buffer.from(lines.inOrder()).toString();

it("lines stay in the order in which they came", () => {
  const lines = new CopyLines("as they came");
  expect([lines.count, textOf(lines)]).toEqual([0, ""]);
  for (const each of ["c\t1", "a\t2", "b\t3"]) lines.add(each, each);
  expect([lines.count, textOf(lines)]).toEqual([3, "c\t1\na\t2\nb\t3\n"]);
});

it("or are sent by their keys, those of one key as they came", () => {
  const lines = new CopyLines("by key");
  for (const [key, line] of [
    ["b", "first b"],
    ["c", "c"],
    ["a", "a"],
    ["b", "second b"],
  ] as const)
    lines.add(line, key);
  expect(textOf(lines)).toBe("a\nfirst b\nsecond b\nc\n");
});

it("whatever characters they are of, and however long, they arrive whole, and are counted in bytes", () => {
  const lines = new CopyLines("as they came");
  const written = Array.from({ length: 3_000 }, (_, at) => `${at}\t${"é漢🎉".repeat(at % 50)}${"x".repeat(at % 700)}`);
  const bytes = written.reduce((sum, line) => sum + lines.add(line, ""), 0);
  expect(textOf(lines)).toBe(`${written.join("\n")}\n`);
  expect(bytes).toBe(lines.inOrder().length);
  // Longer than all there was room for.
  const long = "漢".repeat(400_000);
  expect(lines.add(long, "")).toBe(1_200_001);
  expect(textOf(lines).endsWith(`\n${long}\n`)).toBe(true);
});

it("what COPY has a spelling for is spelled so", () => {
  expect([null, "\\", "\t", "\n", "\r", "\\N", "plain"].map(copyText)).toEqual([
    "\\N",
    "\\\\",
    "\\t",
    "\\n",
    "\\r",
    "\\\\N",
    "plain",
  ]);
});
