/** A report → what a person reads in a terminal at two in the morning: the verdict first, then why, then everything else. */

import type { Finding } from "../../domain/migration-error.ts";
import type { Discrepancy } from "../../domain/proof/discrepancy.ts";
import type { Example } from "../../domain/proof/evidence.ts";
import type { FacetReport, Report, TableReport } from "../../domain/proof/report.ts";
import { numeral as count, headOf } from "../../domain/proof/summary.ts";
import { keyText, placeText } from "./key-text.ts";

/** Columns padded to their widest cell; numbers to the right. */
export function grid(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const text = rows.map((row) => row.map((cell) => (typeof cell === "number" ? count(cell) : cell)));
  const right = header.map((_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === "number"));
  const width = header.map((title, at) => Math.max(title.length, ...text.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, at) => (right[at] ? cell.padStart(width[at] ?? 0) : cell.padEnd(width[at] ?? 0))).join("  ")}`.trimEnd();
  return [line(header), ...text.map(line)];
}

export function reportText(report: Report): string {
  return [
    ...headOf(report),
    ...section("Repair", repaired(report)),
    ...section("Entities", entities(report)),
    ...section("Tables", tables(report)),
    ...section("Foreign keys", foreignKeys(report)),
    ...section("Checks", report.tables.length === 0 ? [] : checks(report)),
    ...section("Left behind, as declared", [
      ...(report.ignored ?? []).map(({ entity, reason, count: total }) => `  ${entity}: ${count(total)}, ${reason}`),
      ...ignoredAttributes(report),
    ]),
    ...section("Equal rows of one item", collapsedText(report.collapsed ?? [])),
    ...section("Worth a look", (report.findings ?? []).flatMap(findingText)),
    ...section("Quarantine", quarantineText(report.quarantine)),
    ...section("Let go, by an operator's decision", letGo(report)),
    ...section("Discrepancies", discrepancies(report)),
    ...section("Time", times(report)),
    "",
  ].join("\n");
}

/** Of each reason this many are shown; the JSON has more, and `list-quarantine` all. */
const SHOWN = 20;

function letGo({ letGo: groups = [] }: Report): string[] {
  return groups.flatMap(({ reason, entity, table, count: total, rows, items }) => [
    `  ${table ?? entity ?? "items of no entity"}: ${reason}, ${count(total)}`,
    ...(rows === 0
      ? []
      : [
          `      ${count(rows)} ${rows === 1 ? "row of an earlier pass stays" : "rows of an earlier pass stay"}, until migrate --prune`,
        ]),
    ...items
      .slice(0, SHOWN)
      .flatMap(({ source, key, holder, accepted: why, acceptedAt }) => [
        example({ source, holder, ...(key === null ? {} : { key }) }),
        `        ${why} (${acceptedAt})`,
      ]),
    ...more(total, Math.min(items.length, SHOWN)),
  ]);
}

export const findingText = ({ where, problem, remedy }: Finding): string[] => [
  `  ${where}: ${problem}`,
  `      → ${remedy}`,
];

/** Said of rows that are no more, as a report and `check` say it. */
export function collapsedText(list: NonNullable<Report["collapsed"]>): string[] {
  if (list.length === 0) return [];
  return [
    ...list.map(({ entity, table, count: total, example: source }) => {
      const gave = total === 1 ? "1 equal element gave no row" : `${count(total)} equal elements gave no row`;
      return `  ${entity} → ${table}: ${gave} of its own, e.g. in ${keyText(source)}`;
    }),
    "      → where it matters how many there are, keep them apart: by their position, in the primary key",
  ];
}

/** One line for each kind of item; what all of its items have is said once. */
function ignoredAttributes({ ignoredAttributes: list = [] }: Report): string[] {
  return [...Map.groupBy(list, ({ entity }) => entity)].map(([entity, names]) => {
    const told = names.map(({ attribute, count: total }) => `${attribute} (${count(total)})`);
    return `  ${entity}, attributes: ${told.join(", ")}`;
  });
}

function times({ timings }: Report): string[] {
  const phases = Object.entries(timings).map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(1)} s`);
  return phases.length === 0 ? [] : [`  ${phases.join(" · ")}`];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines];

function entities({ entities: list }: Report): string[] {
  const isRepeated = list.some(({ repeated }) => repeated > 0);
  const header = ["", "read", "migrated", "unchanged", "ignored", "expired", "quarantined"];
  return grid(
    [...header, ...(isRepeated ? ["repeated"] : [])],
    list.map(({ name, read, migrated, unchanged, ignored, expired, quarantined, repeated }) => [
      name,
      read,
      migrated,
      unchanged,
      ignored,
      expired,
      quarantined,
      ...(isRepeated ? [repeated] : []),
    ]),
  );
}

function tables({ tables: list }: Report): string[] {
  if (list.length === 0) return [];
  const line = (name: string, sums: FacetReport | TableReport, same: boolean, apart = "") => [
    name,
    sums.expectedRows,
    sums.actualRows,
    sums.expectedFingerprint.slice(0, 16),
    same ? "same" : sums.actualFingerprint.slice(0, 16),
    apart,
  ];
  const rows = list.flatMap((table) => {
    const apart = [
      ...(table.copies > 0 ? [`${count(table.copies)} copies`] : []),
      ...(table.superseded > 0 ? [`${count(table.superseded)} superseded`] : []),
      ...(table.foreignRows > 0 ? [`${count(table.foreignRows)} rows of others`] : []),
    ].join(", ");
    // Parts that hold each other's values have one sum together: a table of which a part differs is shown part by part.
    const parts = table.facets.length > 1 && !table.facets.every(sameFingerprint) ? table.facets : [];
    return [
      line(table.name, table, parts.length === 0 && sameFingerprint(table), apart),
      ...parts.map((facet) => line(`  (${facet.columns.join(", ")})`, facet, sameFingerprint(facet))),
    ];
  });
  return grid(["", "rows expected", "rows found", "fingerprint expected", "found", ""], rows);
}

const sameFingerprint = ({ expectedFingerprint, actualFingerprint }: FacetReport | TableReport): boolean =>
  expectedFingerprint === actualFingerprint;

function foreignKeys({ foreignKeys: list }: Report): string[] {
  return grid(
    ["", "references", "orphans", ""],
    list.map(({ table, columns, references, orphans, validated }) => [
      `${table} (${columns.join(", ")})`,
      references,
      orphans,
      validated ? "validated" : "NOT VALID",
    ]),
  );
}

const CHECKS = {
  accounting: "every item read is counted exactly once",
  counts: "as many rows as were written, and no other",
  content: "every column of every row is what was decoded",
  relations: "no orphan, no duplicate, no NULL where none may be",
  completeness: "nothing unmapped, unmatched, quarantined, contested or stale",
} as const;

function checks({ discrepancies, spotChecks, recount }: Report): string[] {
  const outcome = (check: string): string => {
    const found = discrepancies.filter((each) => each.check === check).length;
    return found === 0 ? "agreed" : `${found} found`;
  };
  const { sampled, population, changed, wrong, seed, upperBound } = spotChecks;
  const bound =
    upperBound === 0
      ? "all there are"
      : `of no entity more than ${(upperBound * 100).toPrecision(2)} % wrong, with 95 % confidence`;
  const proves = wrong === 0 ? `; ${bound}` : "";
  const again = `${count(sampled)} of ${count(population)} items read again, ${count(changed)} changed since${proves} (seed ${seed})`;
  return grid(
    ["", "", ""],
    [
      ...Object.entries(CHECKS).map(([check, meaning]) => [outcome(check), check, meaning]),
      [
        spotChecks.impossible === undefined ? outcome("spot checks") : "not possible",
        "spot checks",
        spotChecks.impossible ?? again,
      ],
      ...(recount === undefined
        ? []
        : [[outcome("recount"), "recount", `a second reading of the source gives ${count(recount.items)} items`]]),
    ],
  ).slice(1);
}

function example({ table, key, source, holder }: Example): string {
  const row = key === undefined ? "" : `${table === undefined ? "" : `${table} `}(${key.join(", ")})`;
  const from = source === undefined ? "" : `${row === "" ? "" : " from "}${keyText(source)}`;
  return `      ${row}${from}${holder === undefined || holder === null ? "" : `\n        held by ${keyText(holder)}`}`;
}

const more = (total: number, shown: number): string[] =>
  total > shown && shown > 0 ? [`      … ${count(total - shown)} more`] : [];

/** Items in quarantine, as a report shows them. */
function quarantineText(groups: Report["quarantine"]): string[] {
  if (groups.length === 0) return [];
  return [
    "  None of these became rows; the ledger keeps each of them whole.",
    "      → correct the item and run repair, or the mapping as its line says and run migrate again;",
    "        or let it go: accept, as list-quarantine says of each",
    ...groups.flatMap(({ reason, entity, count: total, accepted, examples }) => [
      `  ${entity ?? "items of no entity"}: ${reason}, ${count(total)} ${total === 1 ? "item" : "items"}${accepted === 0 ? "" : `, ${count(accepted)} accepted`}`,
      ...(examples ?? []).flatMap(({ source, position, detail, accepted: why }) => [
        `      ${placeText(source, position)}`,
        `        ${detail}`,
        ...(why == null ? [] : [`        accepted: ${why}`]),
      ]),
      ...more(total, examples?.length ?? 0),
    ]),
  ];
}

function repaired({ repaired: counts }: Report): string[] {
  if (counts === undefined) return [];
  const { rows, released, refused, changed, left } = counts;
  const lines: [number, string][] = [
    [rows, `${rows === 1 ? "row" : "rows"} written as the source has ${rows === 1 ? "it" : "them"}`],
    [released, `${released === 1 ? "item" : "items"} out of quarantine`],
    [refused, `${refused === 1 ? "item" : "items"} in quarantine still`],
    [changed, "changed or gone in the source since: run migrate, a new pass takes what is there now"],
    [left, "left alone, because changed here since or refused by Postgres: repair --force writes over changes"],
  ];
  const told = lines.filter(([total]) => total > 0).map(([total, what]) => `  ${count(total)} ${what}`);
  return told.length === 0 ? ["  nothing was to be mended"] : told;
}

function discrepancies({ discrepancies: list, quarantine: groups }: Report): string[] {
  const total = groups.reduce((sum, group) => sum + group.count - group.accepted, 0);
  return [
    ...list.filter(({ section: named }) => named !== "quarantine").flatMap(discrepancy),
    ...(total === 0 ? [] : [`  completeness: ${count(total)} in quarantine, named above`]),
  ];
}

function discrepancy({ check, subject, problem, remedy, count: total, examples }: Discrepancy): string[] {
  return [
    `  ${check}: ${subject}: ${problem}`,
    `      → ${remedy}`,
    ...examples.map(example),
    ...more(total, examples.length),
  ];
}
