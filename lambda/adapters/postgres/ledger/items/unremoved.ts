/** Lines of what was to be removed and is still there: parts of rows, each with the item that gave it last. */
import type { Line } from "../../../../domain/decode/diff.ts";
import type { FacetModel, TableModel } from "../../../../mapping/model.ts";
import type { Session } from "../../session/connection.ts";
import { arrayText, LEDGER, unnest } from "../../session/sql.ts";

const here = (run: number, table: TableModel, facet: FacetModel): string =>
  `run = ${run} and tbl = ${table.index} and facet = ${facet.index}`;

/** Lines as `l`: `key`, `item`, `source`, `row_fp`. */
export const unremovedLines = (run: number, table: TableModel, facet: FacetModel): string =>
  `(select * from ${LEDGER}.unremoved where ${here(run, table, facet)}) l`;

/** Remembers those of some lines, just taken out of the ledger, that are left by what stands after `from` lines `l`. */
export const noteLeft = (
  session: Session,
  run: number,
  table: TableModel,
  facet: FacetModel,
  lines: readonly Line[],
  left: string,
) =>
  session.query(
    `insert into ${LEDGER}.unremoved (run, tbl, facet, key, item, source, row_fp)
     select ${run}, ${table.index}, ${facet.index}, l.key, l.item, l.source, l.row_fp
     from (select s.c0::text[] as key, s.c1::uuid as item, s.c2 as source, s.c3::uuid as row_fp from ${unnest(4)}) l ${left}
     on conflict (run, tbl, facet, key) do update set item = excluded.item, source = excluded.source, row_fp = excluded.row_fp`,
    [
      lines.map(({ key }) => arrayText(key)),
      lines.map(({ item }) => item),
      lines.map(({ source }) => source),
      lines.map(({ fingerprint }) => fingerprint),
    ],
  );

/** Those of the lines that are left, in the same way. */
export async function leftLines(
  session: Session,
  run: number,
  table: TableModel,
  facet: FacetModel,
  left: string,
): Promise<Line[]> {
  const { rows } = await session.query<Line & Record<string, unknown>>(
    `select l.item, l.tbl as "table", l.facet, l.key, l.source, l.row_fp as fingerprint, true as holds
     from ${unremovedLines(run, table, facet)} ${left}`,
  );
  return rows;
}

/** Forgets all others. */
export const keepLeft = (session: Session, run: number, table: TableModel, facet: FacetModel, left: string) =>
  session.query(
    `delete from ${LEDGER}.unremoved where ${here(run, table, facet)}
       and key not in (select l.key from ${unremovedLines(run, table, facet)} ${left})`,
  );

export async function isAnyUnremoved(session: Session, run: number): Promise<boolean> {
  return (await session.query(`select from ${LEDGER}.unremoved where run = $1 limit 1`, [run])).rows.length > 0;
}
