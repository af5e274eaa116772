/** Lines that are wider than their terminal go on under what they say; what is copied from it stays one line. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { wrapped } from "../../bin/terminal/wrap.ts";

it("goes on under what it says, between words", () => {
  const text =
    "  1. accounts: four rows point to a row that is not there\n      → put the missing item into the source; then run migrate";
  expect(wrapped(text, 40).split("\n")).toEqual([
    "  1. accounts: four rows point to a row",
    "     that is not there",
    "      → put the missing item into the",
    "        source; then run migrate",
  ]);
});

it("leaves a command as it is, and a word that has no end", () => {
  const command = `        accept --reason-code wrong-type --entity Pet --all --reason TEXT`;
  expect(wrapped(command, 40)).toBe(command);
  expect(wrapped(`  ${"x".repeat(90)}`, 40)).toBe(`  ${"x".repeat(90)}`);
});

it("breaks nothing where there is no terminal, or one too narrow to read on", () => {
  const line = "word ".repeat(50);
  expect([wrapped(line, undefined), wrapped(line, 20)]).toEqual([line, line]);
});

it("loses no word, and leaves no line too wide that could be broken", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(words, fc.integer({ min: 40, max: 120 }), fc.nat(8), (list, width, indent) => {
      const lines = wrapped(" ".repeat(indent) + list.join(" "), width).split("\n");
      expect(lines.join(" ").trim().split(/ +/)).toEqual(list);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});
