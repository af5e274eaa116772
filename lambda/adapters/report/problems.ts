/** The causes of a report → what a person is to do something about, each once, with its remedy and what it is about. */
import type { Cause, MissingRow } from "../../domain/proof/causes.ts";
import type { Example } from "../../domain/proof/evidence.ts";
import type { Report } from "../../domain/proof/report.ts";
import { numeral as count } from "../../domain/proof/summary.ts";
import { keyText, placeText, rowKeyText } from "./key-text.ts";
import type { Statement } from "./statement.ts";

/** How much is shown of what may be many; the JSON has more. */
export interface Most {
  /** Rows of each cause that are missing. */
  readonly missing: number;
  /** Of each of those, rows that point to it. */
  readonly pointing: number;
  /** Of each reason, what was let go; `list-quarantine` has all. */
  readonly letGo: number;
}

export const problems = (report: Report, most: Most): Statement[] =>
  report.causes.map((cause) => ({
    says: `${cause.subject}: ${cause.problem}`,
    // Of what is sealed nothing is written any more by what a remedy names.
    ...(report.sealedAt === undefined ? remedyOf(cause) : {}),
    below: [
      ...followers(cause, report),
      ...examplesOf(cause, report),
      ...cause.missing.slice(0, most.missing).map((row) => missing(row, most)),
      ...more(cause.missing.length + cause.further, Math.min(cause.missing.length, most.missing)),
    ],
  }));

/** What is typed is told apart. */
const remedyOf = ({ remedy, command }: Cause): Pick<Statement, "remedy" | "command"> =>
  command === undefined ? { remedy } : { remedy: remedy.slice(0, -command.length).trimEnd(), command };

/** The first of a cause is what it comes from, where it is about no missing row alone; orphans are told row by row. */
const leadOf = (cause: Cause, report: Report) =>
  found(cause, report).find(({ about, subject }) => about?.kind === "nulls" || subject === cause.subject);

const found = ({ discrepancies }: Cause, report: Report) =>
  discrepancies.flatMap((at) => report.discrepancies[at] ?? []);

function followers(cause: Cause, report: Report): Statement[] {
  const lead = leadOf(cause, report);
  return (
    found(cause, report)
      // Those that point to what is missing are told row by row, and columns of one part with the first of them.
      .filter(({ about }) => about?.kind !== "orphans" && !(about?.kind === "nulls" && lead?.about?.kind === "nulls"))
      .filter((each) => each !== lead)
      .map(({ subject, problem }) => ({ says: `and ${subject}: ${problem}` }))
  );
}

function examplesOf(cause: Cause, report: Report): Statement[] {
  const lead = leadOf(cause, report);
  if (lead === undefined) return [];
  const { about, examples, count: total } = lead;
  if (about?.kind !== "quarantine") return withMore(examples.flatMap(example), total);
  const group = report.quarantine.find(({ reason, entity }) => reason === about.reason && entity === about.entity);
  const kept = (group?.examples ?? []).filter(({ accepted }) => accepted == null);
  return withMore(
    kept.map(({ source, position, detail }) => ({ says: placeText(source, position), below: [{ says: detail }] })),
    total,
  );
}

function missing({ table, key, source, rows, pointing }: MissingRow, most: Most): Statement {
  // Whoever may not see keys is given none.
  const parent = key.length === 0 ? `a row of ${table}` : `${table} ${rowKeyText(key)}`;
  const shown = pointing.flatMap(({ table: from, columns, examples }) =>
    examples.slice(0, most.pointing).map((each) => {
      const row = each.key === undefined ? from : `${from} ${rowKeyText(each.key)}`;
      const item = each.source === undefined ? "" : `, from ${keyText(each.source)}`;
      return { says: `${row}, ${columns.join(", ")} → ${parent}${item}` };
    }),
  );
  const why =
    source === undefined ? "no item gave it" : `${keyText(source)} would have given it, which is in quarantine`;
  return { says: `${parent}: ${why}`, below: withMore(shown, rows) };
}

/** A row or an item by its name; nothing where it has none that may be seen. */
export function example({ table, key, source, holder }: Example): Statement[] {
  const row = key === undefined ? "" : `${table === undefined ? "" : `${table} `}${rowKeyText(key)}`;
  const from = source === undefined ? "" : `${row === "" ? "" : " from "}${keyText(source)}`;
  if (row === "" && from === "") return [];
  return [{ says: `${row}${from}`, below: holder == null ? [] : [{ says: `held by ${keyText(holder)}` }] }];
}

export const withMore = (shown: readonly Statement[], total: number): Statement[] => [
  ...shown,
  ...more(total, shown.length),
];

const more = (total: number, shown: number): Statement[] =>
  total > shown && shown > 0 ? [{ says: `… ${count(total - shown)} more` }] : [];
