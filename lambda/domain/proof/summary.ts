/** A report → the few lines a person needs first: the verdict, what was counted, what disagrees. No value of an item is among them. */
import type { Cause } from "./causes.ts";
import { counted } from "./discrepancy.ts";
import { letGoText } from "./pending.ts";
import type { ExportReport, Report } from "./report.ts";

export const numeral = (value: number): string => value.toLocaleString("en-US");

const MEANING = {
  verified: "Postgres holds exactly what the source held.",
  incomplete: "time ran out, or it was stopped; run the same command again and it goes on.",
  refused: "nothing was begun.",
} as const;

/** Verdict, run and counts. */
export function headOf(report: Report): [verdict: string, run: string, counts: string] {
  const { items } = report;
  const parts = [
    `${numeral(items.read)} ${items.read === 1 ? "item" : "items"} read`,
    `${numeral(items.migrated)} migrated`,
    `${numeral(items.unchanged)} unchanged`,
    `${numeral(items.ignored)} ignored`,
    `${numeral(items.expired)} expired`,
    `${numeral(items.quarantined)} quarantined`,
    ...(items.repeated > 0 ? [`${numeral(items.repeated)} repeated`] : []),
  ];
  const { word, means } = verdictOf(report);
  return [`${word}  ${means}`, `run ${report.run}, pass ${report.pass}, ${report.source}`, parts.join(" · ")];
}

/** The verdict as it is called out, and what it means here. */
export const verdictOf = (report: Report): { readonly word: string; readonly means: string } => ({
  word: `${report.verdict.toUpperCase()}${accepted(report)}`,
  means: `${meaning(report)}${leftBehind(report)}`,
});

const accepted = ({ accepted: total = 0 }: Report): string => (total === 0 ? "" : ` (${numeral(total)} accepted)`);

/** What was let go is not there exactly as the source held it, and the first line says so. */
function meaning({ verdict, letGo: groups = [], exports = [], causes, sealedAt }: Report): string {
  const problems = counted(causes.length, "problem", "problems");
  if (verdict === "discrepant" && sealedAt !== undefined)
    return `${problems}, named below. The run is sealed: what was written since is a difference, and the application's to mend.`;
  if (verdict === "discrepant") return `${problems}, named below with what to do.`;
  const exceptions = [...(groups.length > 0 ? [`what was let go: ${letGoText(groups)}`] : []), ...untold(exports)];
  return verdict === "verified" && exceptions.length > 0
    ? `Postgres holds what the source held, but for ${exceptions.join("; and for ")}.`
    : MEANING[verdict];
}

/** What no export could tell. */
const untold = (exports: readonly ExportReport[]): string[] =>
  exports.flatMap(({ id, gap, overlap }) => [
    ...(gap === undefined
      ? []
      : [`what changed from ${gap.from} to ${gap.to}, of which no export tells (accepted before ${id})`]),
    ...(overlap === undefined
      ? []
      : [
          `items that came from ${overlap.from} to ${overlap.to}, and went before the window of ${id} ended: it began earlier than what was before it`,
        ]),
  ]);

/** A verdict says nothing about what it was told to leave out, and says so. */
function leftBehind({ items: { read, ignored } }: Report): string {
  if (ignored === 0) return "";
  const percent = (ignored / read) * 100;
  return ` ${percent < 0.1 ? "Less than 0.1" : percent.toFixed(1)} % of the items were left behind, as declared.`;
}

/** A console shows a few lines; the report has all. */
const SHOWN = 3;

export function summaryOf(report: Report): string[] {
  const { causes } = report;
  return [
    ...headOf(report),
    ...causes.slice(0, SHOWN).map(({ problem, ...cause }) => `${subjectOf(report, cause)}: ${problem}`),
    ...beyond(causes.length, "problems"),
  ];
}

/** As `summaryOf`, of something that was refused: what is to be done stands behind each finding. */
export const refusalSummary = (
  problem: string,
  findings: readonly { readonly where: string; readonly problem: string; readonly remedy: string }[],
): string[] => [
  `REFUSED  ${problem}`,
  ...findings.slice(0, SHOWN).map((finding) => `${finding.where}: ${finding.problem} → ${finding.remedy}`),
  ...beyond(findings.length, "findings"),
];

const beyond = (total: number, what: string): string[] =>
  total > SHOWN ? [`… and ${numeral(total - SHOWN)} more ${what}`] : [];

/** The name of an attribute may be a value: that of a map's member, most of all. */
function subjectOf({ unmapped }: Report, { subject }: Pick<Cause, "subject">): string {
  const attribute = unmapped.find((each) => subject === `${each.entity}.${each.attribute}`);
  return attribute === undefined ? subject : `${attribute.entity}, an attribute`;
}
