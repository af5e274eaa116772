/** Rows a repair has read again → rows that stand: those that were missing where nobody has made them since, the others by force. */
import type { Contribution } from "../../../domain/decode/decode.ts";
import type { Session } from "../session/connection.ts";
import { refusedRow } from "../session/errors.ts";
import { awaitedParts, type Facet, insertKeys, insertRows, keyOf, updateRows } from "./rows.ts";
import type { RowPlace } from "./untouched.ts";

/** Writes rows, halving them where Postgres refuses some; returns how many it wrote: what others have made since is left. */
export async function mendRows(
  session: Session,
  place: RowPlace,
  at: Facet,
  rows: readonly Contribution[],
  isMissing: boolean,
): Promise<number> {
  if (rows.length === 0) return 0;
  await session.query("savepoint mending");
  try {
    const mended = isMissing ? restore(session, place, at, rows) : updateRows(session, place, at, rows, "force");
    const written = await mended;
    await session.query("set constraints all immediate");
    await session.query("release savepoint mending");
    return written;
  } catch (error) {
    if (refusedRow(error) === undefined) throw error;
    await session.query("rollback to savepoint mending");
    if (rows.length === 1) return 0;
    const middle = Math.ceil(rows.length / 2);
    const [one, other] = [rows.slice(0, middle), rows.slice(middle)];
    return (
      (await mendRows(session, place, at, one, isMissing)) + (await mendRows(session, place, at, other, isMissing))
    );
  }
}

async function restore(session: Session, place: RowPlace, at: Facet, rows: readonly Contribution[]): Promise<number> {
  if (at.table.duplicates !== "merge") return (await insertRows(session, place, at, rows)).size;
  const keys = rows.map(({ key }) => key);
  const created = await insertKeys(session, place, at.table, keys);
  const there = keys.filter((key) => !created.has(keyOf(key)));
  // A row that somebody has made since it was missing, or a part that was filled, is theirs.
  const ours = created.union(await awaitedParts(session, place, at, there));
  return updateRows(
    session,
    place,
    at,
    rows.filter(({ key }) => ours.has(keyOf(key))),
    "free",
  );
}
