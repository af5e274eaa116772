/** A report → what a person reads in a terminal at two in the morning: the verdict, what to do about it, and last what agrees. */

import type { Finding } from "../../domain/migration-error.ts";
import { agrees, type FacetReport, type Report, type TableReport } from "../../domain/proof/report.ts";
import { numeral as count, headOf } from "../../domain/proof/summary.ts";
import { keyText } from "./key-text.ts";
import { exampleText, more, problemsText } from "./problems-text.ts";
import { between, durationText, momentText } from "./time-text.ts";

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
  const isWhole = report.tables.length > 0;
  return [
    ...headOf(report),
    whereAndWhen(report),
    ...section("Repair", repaired(report)),
    ...section("Problems", problemsText(report)),
    ...section("Tables that do not agree", differing(report)),
    ...section("Foreign keys that do not hold", broken(report)),
    ...section("Let go, by an operator's decision", letGo(report)),
    ...section("Worth a look", (report.findings ?? []).flatMap(findingText)),
    ...section("Entities", entities(report)),
    ...section(report.tables.every(isSame) ? "Tables" : "Tables that agree", tables(report)),
    ...section("Checks", isWhole ? checks(report) : []),
    ...section("Left behind, as declared", [
      ...(report.ignored ?? []).map(({ entity, reason, count: total }) => `  ${entity}: ${count(total)}, ${reason}`),
      ...ignoredAttributes(report),
    ]),
    ...section("Equal rows of one item", collapsedText(report.collapsed ?? [])),
    ...section("Time", times(report)),
    "",
  ].join("\n");
}

/** Where it went, when, and by what. */
function whereAndWhen({ target, startedAt, finishedAt, toolVersion, mapping }: Report): string {
  const took = durationText(Math.max(0, between(startedAt, finishedAt)));
  return `into ${target}, ${momentText(startedAt)} UTC, ${took}; ddb2pg ${toolVersion}, mapping ${mapping.slice(0, 12)}`;
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
        exampleText({ source, holder, ...(key === null ? {} : { key }) }),
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

function times({ phases }: Report): string[] {
  return phases.length === 0 ? [] : [`  ${phases.map(phaseText).join(" · ")}`];
}

function phaseText({ phase, startedAt, finishedAt, count: done, of }: Report["phases"][number]): string {
  const took = between(startedAt, finishedAt);
  const rate = took > 0 && done > 0 ? `, ${count(Math.round((done / took) * 1000))} ${of} a second` : "";
  return `${phase} ${durationText(took)}${phase === "copy" ? rate : ""}`;
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines];

/** What no item of any entity came to is no column. */
function entities({ entities: list }: Report): string[] {
  const always = ["read", "migrated"] as const;
  const sometimes = (["unchanged", "ignored", "expired", "quarantined", "repeated"] as const).filter((fate) =>
    list.some((each) => each[fate] > 0),
  );
  const columns = [...always, ...sometimes];
  return grid(
    ["", ...columns],
    list.map((each) => [each.name, ...columns.map((column) => each[column])]),
  );
}

const digits = (fingerprint: string): string => fingerprint.slice(0, 16);
const sameFingerprint = ({ expectedFingerprint, actualFingerprint }: FacetReport | TableReport): boolean =>
  expectedFingerprint === actualFingerprint;
const isSame = (table: TableReport): boolean => agrees(table) && sameFingerprint(table);

/** A line for each table that is as it should be, and for each part of it where it has several. */
function tables({ tables: list, foreignKeys }: Report): string[] {
  const same = list.filter(isSame);
  if (same.length === 0) return [];
  const rows = same.map((table) => {
    const keys = foreignKeys.filter((key) => key.table === table.name).length;
    const apart = [
      ...(keys > 0 ? [`${keys} foreign ${keys === 1 ? "key" : "keys"}`] : []),
      ...(table.copies > 0 ? [`${count(table.copies)} copies`] : []),
      ...(table.superseded > 0 ? [`${count(table.superseded)} superseded`] : []),
      ...(table.foreignRows > 0 ? [`${count(table.foreignRows)} rows of others`] : []),
    ].join(", ");
    return [table.name, table.actualRows, digits(table.actualFingerprint), "same", apart];
  });
  return grid(["", "rows", "fingerprint", "", ""], rows);
}

/** Parts that hold each other's values have one sum together: a table of which a part differs is shown part by part. */
function differing({ tables: list }: Report): string[] {
  const wrong = list.filter((table) => !isSame(table));
  if (wrong.length === 0) return [];
  const line = (name: string, sums: FacetReport | TableReport) => [
    ...[name, sums.expectedRows, sums.actualRows, digits(sums.expectedFingerprint), digits(sums.actualFingerprint)],
  ];
  const rows = wrong.flatMap((table) => [
    line(table.name, table),
    ...(table.facets.length > 1 ? table.facets.map((facet) => line(`  (${facet.columns.join(", ")})`, facet)) : []),
  ]);
  return grid(["", "expected", "found", "fingerprint expected", "found"], rows);
}

function broken({ foreignKeys }: Report): string[] {
  const list = foreignKeys.filter(({ orphans, validated }) => orphans > 0 || !validated);
  if (list.length === 0) return [];
  return grid(
    ["", "references", "orphans", ""],
    list.map(({ table, columns, references, orphans, validated }) => [
      ...[`${table} (${columns.join(", ")})`, references, orphans],
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
