/** What a console shows of a report. */
import { expect, it } from "vitest";
import { NO_MAPPING } from "../../lambda/compose.ts";
import { type Discrepancy, found } from "../../lambda/domain/proof/discrepancy.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { incompleteReport } from "../../lambda/domain/proof/report-of.ts";
import { refusalSummary, summaryOf } from "../../lambda/domain/proof/summary.ts";
import { EMPTY_TALLY } from "../../lambda/domain/proof/tally.ts";
import { HEADER } from "../support/reports.ts";

const report = (more: Partial<Report>): Report => ({ ...incompleteReport(NO_MAPPING, HEADER, EMPTY_TALLY), ...more });
const items = { read: 1_200, migrated: 900, unchanged: 0, ignored: 300, expired: 0, quarantined: 0, repeated: 0 };

it("begins with the verdict, the run and the counts", () => {
  expect(summaryOf(report({ verdict: "verified", items }))).toEqual([
    "VERIFIED  Postgres holds exactly what the source held. 25.0 % of the items were left behind, as declared.",
    "run 7, pass 2, file:/x",
    "1,200 items read · 900 migrated · 0 unchanged · 300 ignored · 0 expired · 0 quarantined",
  ]);
});

const causesOf = (...discrepancies: readonly Discrepancy[]) =>
  discrepancies.map((each, at) => ({ ...each, discrepancies: [at], missing: [], further: 0 }));

it("shows three problems, and how many more there are", () => {
  const causes = causesOf(...["a", "b", "c", "d", "e"].map((table) => found("content", table, "it differs", "look")));
  const lines = summaryOf(report({ verdict: "discrepant", causes }));
  expect(lines[0]).toBe("DISCREPANT  5 problems, named below with what to do.");
  expect(lines.slice(3)).toEqual(["a: it differs", "b: it differs", "c: it differs", "… and 2 more problems"]);
  expect(summaryOf(report({ causes: causes.slice(0, 3) }))).toHaveLength(6);
});

it("I10: the name of an attribute, which may be that of a member of a map, is not among it, nor is a key", () => {
  const unmapped = [{ entity: "User", attribute: "Friends.jane@x.org", count: 2, example: "USER#1" }];
  const [{ entity, attribute }] = unmapped as [(typeof unmapped)[0]];
  const unread = found("completeness", `${entity}.${attribute}`, "2 items have it", "read it", 2, [
    { source: "USER#1" },
  ]);
  const text = summaryOf(report({ unmapped, causes: causesOf(unread) })).join("\n");
  expect(text).toContain("User, an attribute: 2 items have it");
  expect(text).not.toMatch(/jane|USER#1/);
});

it("of a refusal shows three findings with what to do", () => {
  const findings = [1, 2, 3, 4].map((at) => ({ where: `place ${at}`, problem: "wrong", remedy: "mend it" }));
  expect(refusalSummary("nothing is right", findings)).toEqual([
    "REFUSED  nothing is right",
    "place 1: wrong → mend it",
    "place 2: wrong → mend it",
    "place 3: wrong → mend it",
    "… and 1 more findings",
  ]);
});
