/** Contributions that wait for a row: who contests it, who steps down, who takes it. */
import type { FacetModel, TableModel } from "../../../../mapping/model.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";

/** Parts of tables for which any waits. */
export async function contestedParts(session: Session, run: number) {
  const { rows } = await session.query<{ tbl: number; facet: number }>(
    `select distinct tbl, facet from ${LEDGER}.parked where run = $1`,
    [run],
  );
  return rows;
}

/**
 * Rows whose part is not held by the one that ranks first: `key`, `id` and `vals` of that one, its number and its values; `holder` and
 * `holder_fp` of the one that holds it, NULL where none does.
 */
export const contests = (run: number, table: TableModel, facet: FacetModel): string => {
  const here = (alias: string) =>
    `${alias}.run = ${run} and ${alias}.tbl = ${table.index} and ${alias}.facet = ${facet.index}`;
  return `with line as (
       select a.key, a.item, a.id, a.rank, a.row_fp, p.vals
       from ${LEDGER}.contribution a
       left join ${LEDGER}.parked p on p.run = a.run and p.tbl = a.tbl and p.facet = a.facet and p.key = a.key and p.item = a.id
       where ${here("a")} and a.key in (select key from ${LEDGER}.parked k where ${here("k")})
     ), winner as (select distinct on (key) key, id, vals from line order by key, rank desc nulls last, item)
     select w.key, w.id, w.vals, h.id as holder, h.row_fp as holder_fp
     from winner w left join (select key, id, row_fp from line where vals is null) h using (key)
     where w.vals is not null`;
};

/** A statement: what a query gives as key, number of the item and values waits from now on. */
export const parking = (run: number, table: TableModel, facet: FacetModel, holders: string): string =>
  `insert into ${LEDGER}.parked (run, tbl, facet, key, item, vals)
   select ${run}, ${table.index}, ${facet.index}, holders.* from (${holders}) holders returning key`;

/** What a query gives as key and number of the item waits no longer. */
export const unpark = (session: Session, run: number, table: TableModel, facet: FacetModel, takers: string) =>
  session.query(
    `delete from ${LEDGER}.parked p using (${takers}) takers (key, item)
     where p.run = ${run} and p.tbl = ${table.index} and p.facet = ${facet.index} and p.key = takers.key and p.item = takers.item`,
  );
