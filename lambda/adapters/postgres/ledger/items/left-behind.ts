/**
 * Items of exports that gave no row: those left behind on purpose, and those whose rows are of an earlier pass. A change of one later has
 * to know what it was counted as.
 */
import type { Decoded } from "../../../../domain/decode/decode.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER, unnest } from "../../session/sql.ts";
import type { Place, Version } from "./items.ts";

const LETTERS = { ignored: "i", expired: "e" } as const;

/** Of an item whose rows are of before: this pass has not met it as rows, or no longer. */
export const STALE = "s";

const OR_ANEW = "on conflict (run, item, version, fate) do update set pass = excluded.pass, entity = excluded.entity";

/** Remembers what of these was left behind. */
export async function leaveBehind(session: Session, { run, pass }: Place, items: readonly Decoded[]): Promise<void> {
  const left = items.flatMap(({ item, fingerprint, outcome }) =>
    outcome.kind === "ignored" || outcome.kind === "expired"
      ? [{ item, fingerprint, entity: outcome.entity.index, letter: LETTERS[outcome.kind] }]
      : [],
  );
  if (left.length === 0) return;
  await session.query(
    `insert into ${LEDGER}.left_behind (run, pass, item, version, entity, fate)
     select distinct on (s.c0, s.c1) ${run}, ${pass}, s.c0::uuid, s.c1::uuid, s.c2::smallint, s.c3::"char" from ${unnest(4)}
     ${OR_ANEW}`,
    [
      left.map(({ item }) => item),
      left.map(({ fingerprint }) => fingerprint),
      left.map(({ entity }) => entity),
      left.map(({ letter }) => letter),
    ],
  );
}

/** Of these items those that have rows: these are of before. */
export const leaveStale = (session: Session, place: Place, items: readonly string[]) =>
  items.length === 0 ? undefined : leave(session, place, "= any($1::uuid[])", [items]);

/** The same of all items that a query gives, as `item`. */
export const leaveAllStale = (session: Session, place: Place, stale: string) =>
  leave(session, place, `in (select item from (${stale}) s)`);

const leave = (session: Session, { run, pass }: Place, which: string, values: readonly unknown[] = []) =>
  session.query(
    `insert into ${LEDGER}.left_behind (run, pass, item, version, entity, fate)
     select run, ${pass}, hash, fp, entity, '${STALE}' from ${LEDGER}.item where run = ${run} and hash ${which}
     ${OR_ANEW}`,
    [...values],
  );

/** What is written of these items now says all of them. */
export const forgetLeft = (session: Session, { run }: Pick<Place, "run">, items: readonly string[]) =>
  session.query(`delete from ${LEDGER}.left_behind where run = $1 and item = any($2::uuid[])`, [run, items]);

/** Versions that were left behind when nobody knew of others of their items, and are not. */
export async function takeLeft(session: Session, { run }: Place, versions: readonly Version[]): Promise<void> {
  if (versions.length === 0) return;
  await session.query(
    `delete from ${LEDGER}.left_behind l using ${unnest(2)} where l.run = ${run} and l.item = s.c0::uuid and l.version = s.c1::uuid and l.fate <> '${STALE}'`,
    [versions.map(({ item }) => item), versions.map(({ version }) => version)],
  );
}
