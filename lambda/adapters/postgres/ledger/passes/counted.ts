/** What items count as in a pass, as the ledger knows it: what a change of one takes back before it adds what the item is now. */
import type { Fate } from "../../../../domain/proof/tally.ts";
import type { Mapping } from "../../../../mapping/model.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";
import { forgetLeft, STALE } from "../items/left-behind.ts";
import type { Taken } from "./seen.ts";

/** One record of an item, as it was counted. */
export interface CountedItem {
  readonly item: string;
  readonly source: string;
  /** What it held. */
  readonly version: string;
  readonly entity: string | null;
  readonly fate: Fate;
}

/** All records of these items. One whose rows are of an earlier pass alone counts as nothing. */
export async function countedItems(
  session: Session,
  { id, pass }: Run,
  { entities }: Mapping,
  items: readonly string[],
): Promise<CountedItem[]> {
  const names = Object.fromEntries(entities.map(({ index, name }) => [index, name]));
  const left = `${LEDGER}.left_behind l where l.run = $1 and l.pass = $2`;
  const { rows } = await session.query<CountedItem>(
    `select i.hash as item, i.source, replace(i.fp::text, '-', '') as version, $4::jsonb ->> i.entity::text as entity,
       case when i.pass = $2 then 'migrated' else 'unchanged' end as fate
     from ${LEDGER}.item i where i.run = $1 and i.hash = any($3::uuid[])
       and not exists (select from ${left} and l.item = i.hash and l.fate = '${STALE}')
     union all
     select q.item, q.source, replace(q.version::text, '-', ''), q.entity, 'quarantined'
     from ${LEDGER}.quarantine q where q.run = $1 and q.last_seen = $2 and q.item = any($3::uuid[])
     union all
     select l.item, '', replace(l.version::text, '-', ''), $4::jsonb ->> l.entity::text, case l.fate when 'i' then 'ignored' else 'expired' end
     from ${left} and l.fate <> '${STALE}' and l.item = any($3::uuid[])
     union all
     select r.item, '', replace(r.version::text, '-', ''), null, 'repeated'
     from ${LEDGER}.repeated r cross join lateral (select sum(value::integer) as copies from json_each_text(r.counted)) c
     cross join lateral generate_series(2, c.copies)
     where r.run = $1 and r.pass = $2 and r.item = any($3::uuid[])`,
    [id, pass, items, JSON.stringify(names)],
  );
  return rows;
}

/** What was said of these items beside their rows is no longer so. */
export async function forgetWaiting(session: Session, { id }: Run, items: readonly string[]): Promise<void> {
  await forgetLeft(session, { run: id }, items);
  for (const table of ["quarantine", "repeated"])
    await session.query(`delete from ${LEDGER}.${table} where run = $1 and item = any($2::uuid[])`, [id, items]);
}

/** Of these items those whose rows this pass has written, also where it has met something else of them since. */
export async function writtenOf(session: Session, { id, pass }: Run, items: readonly string[]): Promise<Set<string>> {
  const { rows } = await session.query<{ item: string }>(
    `select hash as item from ${LEDGER}.item where run = $1 and pass = $2 and hash = any($3::uuid[])`,
    [id, pass, items],
  );
  return new Set(rows.map(({ item }) => item));
}

/** What this pass has written, and is now met as it is, was written by this pass. */
export const stillWritten = (taken: readonly Taken[], written: ReadonlySet<string>): Taken[] =>
  taken.map((each) => (each.fate === "unchanged" && written.has(each.item) ? { ...each, fate: "migrated" } : each));

/** Items that give no row: what rows they have are of before. */
export const rowlessIn = (taken: readonly Taken[]): string[] =>
  taken.filter(({ fate }) => fate !== "migrated" && fate !== "unchanged").map(({ item }) => item);
