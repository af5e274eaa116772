/**
 * Runs of other sources that fill a table, too: one that was there before any of them. Where two hold the same row, it went after the
 * one had written it, and the other has made it anew. Neither takes it from the other: it goes with the last of them.
 */
import type { TableModel } from "../../../../mapping/model.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";
import { heldAt } from "./holding.ts";

/** By a table's number here: the other runs, and the number that each of them knows the table by. */
export type Sharers = ReadonlyMap<number, readonly { readonly run: number; readonly tbl: number }[]>;

export async function sharersOf(session: Session, run: number, tables: readonly TableModel[]): Promise<Sharers> {
  const { rows } = await session.query<{ run: number; tbl: number; schema: string; name: string }>(
    `select r.id as run, (p.value ->> 'number')::integer as tbl, p.value #>> '{model,schema}' as schema, p.key as name
     from ${LEDGER}.run r cross join lateral json_each(r.parts::json -> 'tables') p where r.id <> $1 and p.key = any($2::text[])`,
    [run, tables.map(({ name }) => name)],
  );
  return new Map(
    tables.map((table) => [
      table.index,
      rows.filter(({ schema, name }) => schema === table.schema && name === table.name),
    ]),
  );
}

/** A condition on the key of a row: a run of another source holds it, by any part. */
export const heldByOthers = (sharers: Sharers, { index }: TableModel, key: string): string =>
  (sharers.get(index) ?? [])
    .map(({ run, tbl }) => `exists (select from ${heldAt(run, { index: tbl }, key)})`)
    .join(" or ") || "false";
