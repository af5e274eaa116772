/** What the terminal's report leaves out because it has told it already is known by what it is, not by how it is worded. */
import { expect, it } from "vitest";
import { reportText } from "../../../lambda/adapters/report/text.ts";
import { NO_MAPPING } from "../../../lambda/compose.ts";
import { found } from "../../../lambda/domain/proof/discrepancy.ts";
import { incompleteReport, type Report } from "../../../lambda/domain/proof/report.ts";
import { EMPTY_TALLY } from "../../../lambda/domain/proof/tally.ts";

const header = { run: 1, pass: 1, source: "file:x", startedAt: "", finishedAt: "", timings: {} };
const report: Report = {
  ...incompleteReport(NO_MAPPING, header, EMPTY_TALLY),
  verdict: "discrepant",
  quarantine: [{ reason: "no-entity", entity: null, count: 2, accepted: 0, examples: [] }],
};
const linesOf = (...discrepancies: Report["discrepancies"]) => reportText({ ...report, discrepancies }).split("\n");

it("items in quarantine are told once, in their own section", () => {
  const told = {
    ...found("completeness", "items of no entity", "two of them wait", "mend them"),
    section: "quarantine" as const,
  };
  expect(linesOf(told).filter((line) => line.includes("two of them wait"))).toEqual([]);
  expect(linesOf(told)).toContain("  completeness: 2 in quarantine, named above");
});

it("a discrepancy that only sounds like it is told", () => {
  const other = found("completeness", "pets", "2 items are in quarantine: so it says", "look");
  expect(linesOf(other)).toContain("  completeness: pets: 2 items are in quarantine: so it says");
});
