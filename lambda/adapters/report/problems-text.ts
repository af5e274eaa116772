/** The causes of a report → what a person is to do something about, each once, with its remedy and what it is about. */
import type { Cause, MissingRow } from "../../domain/proof/causes.ts";
import type { Example } from "../../domain/proof/evidence.ts";
import type { Report } from "../../domain/proof/report.ts";
import { numeral as count } from "../../domain/proof/summary.ts";
import { keyText, placeText } from "./key-text.ts";

/** Of each cause this many rows that are missing are shown, and of each of those so many that point to it; the JSON has more. */
const SHOWN = { missing: 5, pointing: 3 };

export const problemsText = (report: Report): string[] =>
  report.causes.flatMap((cause, at) => [
    `  ${at + 1}. ${cause.subject}: ${cause.problem}`,
    ...remedyLines(cause),
    ...followers(cause, report),
    ...examplesOf(cause, report),
    ...cause.missing.slice(0, SHOWN.missing).flatMap(missingText),
    ...more(cause.missing.length, SHOWN.missing),
  ]);

/** What is typed stands on a line of its own. */
function remedyLines({ remedy, command }: Cause): string[] {
  if (command === undefined) return [`      → ${remedy}`];
  return [`      → ${remedy.slice(0, -command.length).trimEnd()}`, `        ${command}`];
}

/** The first of a cause is what it comes from, where it is about no missing row alone; orphans are told row by row. */
const leadOf = (cause: Cause, report: Report) =>
  found(cause, report).find(({ about, subject }) => about?.kind === "nulls" || subject === cause.subject);

const found = ({ discrepancies }: Cause, report: Report) =>
  discrepancies.flatMap((at) => report.discrepancies[at] ?? []);

function followers(cause: Cause, report: Report): string[] {
  const lead = leadOf(cause, report);
  return (
    found(cause, report)
      // Those that point to what is missing are told row by row, and columns of one part with the first of them.
      .filter(({ about }) => about?.kind !== "orphans" && !(about?.kind === "nulls" && lead?.about?.kind === "nulls"))
      .filter((each) => each !== lead)
      .map(({ subject, problem }) => `      and ${subject}: ${problem}`)
  );
}

function examplesOf(cause: Cause, report: Report): string[] {
  const lead = leadOf(cause, report);
  if (lead === undefined) return [];
  const { about, examples, count: total } = lead;
  if (about?.kind !== "quarantine") return [...examples.map(exampleText), ...more(total, examples.length)];
  const group = report.quarantine.find(({ reason, entity }) => reason === about.reason && entity === about.entity);
  const kept = (group?.examples ?? []).filter(({ accepted }) => accepted == null);
  return [
    ...kept.flatMap(({ source, position, detail }) => [`      ${placeText(source, position)}`, `        ${detail}`]),
    ...more(total, kept.length),
  ];
}

function missingText({ table, key, source, rows, pointing }: MissingRow): string[] {
  // Whoever may not see keys is given none.
  const parent = key.length === 0 ? `a row of ${table}` : `${table} (${key.join(", ")})`;
  const shown = pointing.flatMap(({ table: from, columns, examples }) =>
    examples.slice(0, SHOWN.pointing).map((each) => {
      const item = each.source === undefined ? "" : `, from ${keyText(each.source)}`;
      return `        ${from} (${each.key?.join(", ") ?? ""}), ${columns.join(", ")} → ${parent}${item}`;
    }),
  );
  const why =
    source === undefined ? "no item gave it" : `${keyText(source)} would have given it, which is in quarantine`;
  return [`      ${parent}: ${why}`, ...shown, ...more(rows, shown.length).map((line) => `  ${line}`)];
}

export function exampleText({ table, key, source, holder }: Example): string {
  const row = key === undefined ? "" : `${table === undefined ? "" : `${table} `}(${key.join(", ")})`;
  const from = source === undefined ? "" : `${row === "" ? "" : " from "}${keyText(source)}`;
  return `      ${row}${from}${holder === undefined || holder === null ? "" : `\n        held by ${keyText(holder)}`}`;
}

export const more = (total: number, shown: number): string[] =>
  total > shown && shown > 0 ? [`      … ${count(total - shown)} more`] : [];
