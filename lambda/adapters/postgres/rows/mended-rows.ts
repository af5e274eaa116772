/** Rows a repair has read again → rows that stand: those that were missing where nobody has made them since, the others by force. */
import type { Contribution } from "../../../domain/decode/decode.ts";
import type { Session } from "../session/connection.ts";
import { halving } from "./halving.ts";
import { awaitedParts, type Facet, insertKeys, insertRows, keyOf, updateRows } from "./rows.ts";
import type { RowPlace } from "./untouched.ts";

/** Returns how many rows were written: what others have made since is left, and what Postgres refuses. */
export async function mendRows(
  session: Session,
  place: RowPlace,
  at: Facet,
  rows: readonly Contribution[],
  isMissing: boolean,
): Promise<number> {
  const written = await halving(session, rows, {
    write: async (some) => {
      const count = await (isMissing
        ? restore(session, place, at, some)
        : updateRows(session, place, at, some, "force"));
      await session.query("set constraints all immediate");
      return count;
    },
    refused: async () => 0,
  });
  return written.reduce((sum, count) => sum + count, 0);
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
