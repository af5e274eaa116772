/** The terminal's report: what is to be done first, each once, and what agrees in a line each. */
import { expect, it } from "vitest";
import { reportText } from "../../../lambda/adapters/report/text.ts";
import { NO_MAPPING } from "../../../lambda/compose.ts";
import { causesOf } from "../../../lambda/domain/proof/causes.ts";
import { type Discrepancy, found } from "../../../lambda/domain/proof/discrepancy.ts";
import type { PhaseTime, Report } from "../../../lambda/domain/proof/report.ts";
import { incompleteReport } from "../../../lambda/domain/proof/report-of.ts";
import { EMPTY_TALLY } from "../../../lambda/domain/proof/tally.ts";
import { HEADER } from "../../support/reports.ts";

const report: Report = {
  ...incompleteReport(NO_MAPPING, HEADER, EMPTY_TALLY),
  verdict: "discrepant",
  quarantine: [
    {
      ...{ reason: "no-entity", entity: null, count: 2, accepted: 0 },
      examples: [{ source: '{"PK":{"S":"X#1"}}', detail: "no template matches" }],
    },
  ],
};
const textOf = (discrepancies: readonly Discrepancy[], more: Partial<Report> = {}) => {
  const causes = causesOf(discrepancies, { foreignKeys: [], heldBack: [], tables: [] });
  return reportText({ ...report, ...more, discrepancies, causes });
};
const quarantined: Discrepancy = {
  ...found("completeness", "items of no entity", "2 items are in quarantine: no-entity", "mend them", 2),
  ...{ section: "quarantine", about: { kind: "quarantine", reason: "no-entity", entity: null } },
};

it("says whence, where to, when, and by what, before anything else", () => {
  const [verdict, run, , where] = textOf([quarantined]).split("\n");
  expect(verdict).toBe("DISCREPANT  1 problem, named below with what to do.");
  expect(run).toBe("run 7, pass 2, file:/x");
  expect(where).toBe("into host:5432/db, 2026-01-02 03:04:05 UTC, 2.5 s; ddb2pg 1.2.3, mapping 0123456789ab");
});

it("a proof that is made again has its own moment, and what was before took as long as it did", () => {
  const phase = (name: PhaseTime["phase"], startedAt: string, end: string): PhaseTime => ({
    ...{ phase: name, startedAt, finishedAt: end },
    ...{ count: 1, of: "rows" },
  });
  const finishedAt = "2026-01-03T10:00:01.000Z";
  const phases = [
    phase("copy", report.startedAt, "2026-01-02T03:04:06.000Z"),
    phase("verify", "2026-01-02T03:04:06.000Z", report.finishedAt),
    phase("verify", "2026-01-03T10:00:00.000Z", finishedAt),
  ];
  expect(textOf([quarantined], { phases, finishedAt })).toContain(
    "db, 2026-01-02 03:04:05 UTC, 2.5 s, proven again 2026-01-03 10:00:01 UTC; ddb2pg",
  );
});

it("an item in quarantine is told once, with what is wrong with it and how many more there are", () => {
  const text = textOf([quarantined]);
  expect(text).toContain(
    [
      "Problems",
      "  1. items of no entity: 2 items are in quarantine: no-entity",
      "      → mend them",
      "      X#1",
      "        no template matches",
      "      … 1 more",
    ].join("\n"),
  );
});

it("a key speaks to no terminal, and stays on its line", () => {
  const { raw } = String;
  const [source, key] = [raw`{"PK":{"S":"X#\u001b[31m\u0000"},"SK":{"S":"\u202ea\nb"}}`, ["\u009b31m", "1\n2"]];
  const orphan = {
    ...found("counts", "pets", "1 row is not there", "look", 1),
    examples: [{ key, source, holder: source }],
  };
  const shown = "X#⟨U+001B⟩[31m⟨U+0000⟩ / ⟨U+202E⟩a⟨U+000A⟩b";
  expect(textOf([orphan])).toContain(`\n      (⟨U+009B⟩31m, 1⟨U+000A⟩2) from ${shown}\n        held by ${shown}\n`);
});

it("a discrepancy that only sounds like it is told as what it is", () => {
  const other = found("completeness", "pets", "2 items are in quarantine: so it says", "look");
  expect(textOf([other])).toContain("  1. pets: 2 items are in quarantine: so it says\n      → look\n");
});

it("a table that agrees is one line, and one that does not is told apart, with what was expected", () => {
  const sums = {
    expectedRows: 2,
    actualRows: 2,
    expectedFingerprint: "a".repeat(32),
    actualFingerprint: "a".repeat(32),
  };
  const table = (name: string, more = {}) => ({
    ...{ name, ...sums, facets: [{ columns: ["id"], ...sums, ...more }] },
    ...{ foreignRows: 0, copies: 0, superseded: 0, ...more },
  });
  const text = textOf([], { tables: [table("pets"), table("owners", { actualFingerprint: "b".repeat(32) })] });
  expect(text).toMatch(/Tables that agree\n +rows +fingerprint\n {2}pets +2 +a{16} +same\n\n/);
  expect(text).toMatch(/Tables that do not agree\n.*\n {2}owners +2 +2 +a{16} +b{16}\n/);
});
