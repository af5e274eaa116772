/** Each table as it is meant and as it was found: columns, keys, what else holds of it, rows and fingerprints, part by part. */
import { apartOf, isSame } from "../../lambda/adapters/report/sections.ts";
import type { FacetReport, Report, TableReport } from "../../lambda/domain/proof/report.ts";
import { numeral } from "../../lambda/domain/proof/summary.ts";
import type { TableShape } from "../../lambda/domain/proof/target-shape.ts";
import { relation } from "./evidence.ts";
import { html, type Markup, words } from "./markup.ts";
import { grid, list } from "./told.ts";

/** Folded where it is as it should be; on paper all are open. */
export function tables(report: Report): Markup | undefined {
  if (report.schema.length === 0) return undefined;
  return html`<section>
<h2>Each table</h2>
${report.schema.map((shape) => table(shape, report))}
</section>`;
}

function table(shape: TableShape, report: Report): Markup {
  const { name, comment } = shape;
  const found = report.tables.find((each) => each.name === name);
  const keys = report.foreignKeys.filter((key) => key.table === name);
  const broken = keys.filter(({ orphans, validated }) => orphans > 0 || !validated).length;
  const isRight = (found === undefined || isSame(found)) && broken === 0;
  const inner = html`<summary><h3>${words(name)}</h3> ${found === undefined ? undefined : outcome(found, broken)}</summary>
${comment === undefined ? undefined : html`<p>${words(comment)}</p>`}
${grid({ header: ["column", "type", "", "key"], rows: columnsOf(shape) }, `${name}: columns`)}
${list(otherwise(shape).map((says) => ({ says })))}
${found === undefined ? undefined : grid(sumsOf(found), `${name}: rows`)}
${list(keys.map(relation))}`;
  return isRight ? html`<details>${inner}</details>` : html`<details open="">${inner}</details>`;
}

function outcome(found: TableReport, broken: number): Markup {
  const { actualRows: rows } = found;
  const said = [`${numeral(rows)} ${rows === 1 ? "row" : "rows"}`, ...apartOf(found)].join(", ");
  const wrong = [
    ...(isSame(found) ? [] : ["not as expected"]),
    ...(broken === 0 ? [] : [`${broken} foreign ${broken === 1 ? "key that does" : "keys that do"} not hold`]),
  ];
  return wrong.length === 0
    ? html`<span>${said}, same</span>`
    : html`<span>${said}, <span class="wrong">${wrong.join(", ")}</span></span>`;
}

const columnsOf = ({ columns, primaryKey, foreignKeys }: TableShape): string[][] =>
  columns.map(({ name, type, nullable }) => [
    ...[name, type, nullable ? "" : "not null"],
    [
      ...(primaryKey.includes(name) ? ["primary key"] : []),
      ...foreignKeys.filter(({ columns: of }) => of.includes(name)).map(({ references }) => `→ ${references}`),
    ].join(", "),
  ]);

const otherwise = ({ uniques, indexes, checks }: TableShape): string[] => [
  ...uniques.map(({ name, columns }) => `unique (${columns.join(", ")}): ${name}`),
  ...indexes.map(
    ({ name, columns, where }) =>
      `index (${columns.join(", ")})${where === undefined ? "" : ` where ${where}`}: ${name}`,
  ),
  ...checks.map(({ name, sql }) => `check (${sql}): ${name}`),
];

/** The whole and, where it has several, its parts. */
function sumsOf(found: TableReport) {
  const line = (name: string, sums: FacetReport | TableReport): (string | number)[] => [
    ...[name, sums.expectedRows, sums.actualRows, sums.expectedFingerprint, sums.actualFingerprint],
  ];
  const parts =
    found.facets.length > 1 ? found.facets.map((facet) => line(`(${facet.columns.join(", ")})`, facet)) : [];
  return {
    header: ["", "expected", "found", "fingerprint expected", "found"],
    rows: [line("all columns", found), ...parts],
  };
}
