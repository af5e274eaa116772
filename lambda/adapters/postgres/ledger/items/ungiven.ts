/** What stood in columns that no contribution gives, right after the run wrote the row: parts of statements that write rows. */
import type { TableModel } from "../../../../mapping/model.ts";
import { LEDGER } from "../../session/sql.ts";

/** Notes it for the rows of the query `written`, as `key` and `was`; columns that are not among `names` keep what is noted of them. */
export const noteUngiven = (run: number, { index }: TableModel, written: string, names: string): string =>
  `insert into ${LEDGER}.ungiven as u (run, tbl, key, was) select ${run}, ${index}, key, was from ${written} w
     where was <> '{}' or exists (select from ${LEDGER}.ungiven o where o.run = ${run} and o.tbl = ${index} and o.key = w.key)
   on conflict (run, tbl, key) do update set was = (u.was - ${names}) || excluded.was`;

/** Forgets it for the rows of the query `gone`, as `key`. */
export const forgetUngiven = (run: number, { index }: TableModel, gone: string): string =>
  `delete from ${LEDGER}.ungiven u using ${gone} where u.run = ${run} and u.tbl = ${index} and u.key = ${gone}.key`;

/** Joins it as `u.was`, NULL where that was nothing, to every row of a table at once. */
export const joinUngiven = (run: number, { index }: TableModel, key: string): string =>
  `left join ${LEDGER}.ungiven u on u.run = ${run} and u.tbl = ${index} and u.key = ${key}`;
