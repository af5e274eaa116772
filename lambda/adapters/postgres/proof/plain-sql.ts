/**
 * A report → one query for each facet of each table that computes its fingerprint anew, for whoever would rather not trust
 * this program. Each stands alone in psql, is made of the very expressions the proof uses, and answers with the 32 digits of
 * the report. Facets are not added up: two parts of a row that hold each other's values have one sum.
 */
import type { FacetReport, Report } from "../../../domain/proof/report.ts";
import type { FacetModel, Mapping, TableModel } from "../../../mapping/model.ts";
import { holding } from "../ledger/items/holding.ts";
import { SESSION_SETTINGS, sumSql } from "../session/canonical.ts";
import { facetBits, keyEquals, literal, tableSql } from "../session/sql.ts";

/** 2^64, what sums are folded by, and 2^32, what to_hex can take. */
const [WHOLE, HALF] = ["18446744073709551616", "4294967296"];

export function plainSql(report: Report, mapping: Mapping): string {
  const queries = report.tables.flatMap((told) => {
    const table = mapping.tables.find(({ name }) => name === told.name);
    if (table === undefined) return [];
    return table.facets.flatMap((facet, at) => {
      const sums = told.facets[at];
      if (sums === undefined) return [];
      // Where a row is written by one item and nobody else has rows here, the ledger is not asked.
      const alone = table.duplicates !== "merge" && told.foreignRows === 0;
      return [queryOf(table, facet, sums, alone ? undefined : report.run)];
    });
  });
  return [
    `-- run ${report.run}, pass ${report.pass}: the fingerprint of every table, and of every part of a merged row, from what is stored`,
    SESSION_SETTINGS.replaceAll(/^ +/gm, "").trim(),
    ...queries,
  ].join("\n\n");
}

/** `run` where only the rows count that it holds. */
function queryOf(table: TableModel, facet: FacetModel, told: FacetReport, run: number | undefined): string {
  const [high, low] = sumSql("fp");
  const held = run === undefined ? "" : ` join ${holding(run, table, facet, "h")} on ${keyEquals(table, "t", "h.key")}`;
  const expected = literal(told.expectedFingerprint);
  const columns = literal(told.columns.join(", "));
  return `select ${literal(table.name)} as "table", fingerprint, ${expected} as "in the report", rows, ${told.expectedRows} as "rows in the report",
  fingerprint = ${expected} and rows = ${told.expectedRows} as same, ${columns} as columns from (
  select ${hexSql("high")} || ${hexSql("low")} as fingerprint, rows from (
    select coalesce(${high}, 0) as high, coalesce(${low}, 0) as low, count(*) as rows from (
      select ${facetBits(facet, "t")} as fp from ${tableSql(table)} t${held}
      offset 0
    ) rows
  ) sums
) folded;`;
}

function hexSql(sum: string): string {
  const folded = `mod(mod(${sum}, ${WHOLE}) + ${WHOLE}, ${WHOLE})`;
  return `lpad(to_hex(div(${folded}, ${HALF})::bigint), 8, '0') || lpad(to_hex(mod(${folded}, ${HALF})::bigint), 8, '0')`;
}
