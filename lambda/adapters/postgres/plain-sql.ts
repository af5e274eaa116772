/**
 * A report → one query a table that computes its fingerprint anew, for whoever would rather not trust this program. Each
 * stands alone in psql, is made of the very expressions the proof uses, and answers with the 32 digits of the report.
 */
import type { Report } from "../../domain/report.ts";
import type { Mapping, TableModel } from "../../mapping/model.ts";
import { SESSION_SETTINGS, sumSql } from "./canonical.ts";
import { holding } from "./contents.ts";
import { literal } from "./ddl.ts";
import { facetFingerprint, keyEquals, tableSql } from "./sql.ts";

/** 2^64, what sums are folded by, and 2^32, what to_hex can take. */
const [WHOLE, HALF] = ["18446744073709551616", "4294967296"];

export function plainSql(report: Report, mapping: Mapping): string {
  const queries = report.tables.flatMap((told) => {
    const table = mapping.tables.find(({ name }) => name === told.name);
    return table === undefined ? [] : [queryOf(table, told, report.run)];
  });
  return [
    `-- run ${report.run}, pass ${report.pass}: the fingerprint of every table, from what is stored`,
    SESSION_SETTINGS.replaceAll(/^ +/gm, "").trim(),
    ...queries,
  ].join("\n\n");
}

function queryOf(table: TableModel, told: Report["tables"][number], run: number): string {
  const [high, low] = sumSql("fp");
  const expected = literal(told.expectedFingerprint);
  return `select ${literal(table.name)} as "table", fingerprint, ${expected} as "in the report", fingerprint = ${expected} as same from (
  select ${hexSql("high")} || ${hexSql("low")} as fingerprint from (
    select coalesce(${high}, 0) as high, coalesce(${low}, 0) as low from (
      ${fingerprints(table, told, run)}
      offset 0
    ) rows
  ) sums
) folded;`;
}

/** Where a row is written by one item and nobody else has rows here, the ledger is not asked. */
function fingerprints(table: TableModel, { foreignRows }: Report["tables"][number], run: number): string {
  const alone = table.duplicates !== "merge" && foreignRows === 0;
  return table.facets
    .map((facet) => {
      const held = alone
        ? ""
        : ` join (select a.key from ${holding(run, table, facet)}) h on ${keyEquals(table, "t", "h.key")}`;
      return `select ${facetFingerprint(facet, "t")} as fp from ${tableSql(table)} t${held}`;
    })
    .join("\n      union all ");
}

function hexSql(sum: string): string {
  const folded = `mod(mod(${sum}, ${WHOLE}) + ${WHOLE}, ${WHOLE})`;
  return `lpad(to_hex(div(${folded}, ${HALF})::bigint), 8, '0') || lpad(to_hex(mod(${folded}, ${HALF})::bigint), 8, '0')`;
}
