/** Lines of the ledger, read and written in sets: what was contributed, and what waits. */
import type { Decoded } from "../../../domain/decode/decode.ts";
import type { Line, Offer } from "../../../domain/decode/diff.ts";
import type { Session } from "../session/connection.ts";
import { itemTaken } from "../session/errors.ts";
import { arrayText, LEDGER, unnest } from "../session/sql.ts";

/** Where lines are written: a run and its pass. */
export interface Place {
  readonly run: number;
  readonly pass: number;
}

/** The item fingerprints the ledger knows, by item. */
export async function knownItems(
  session: Session,
  { run }: Place,
  items: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await session.query<{ item: string; fp: string }>(
    `select i.item, replace(a.item_fp::text, '-', '') as fp from unnest($2::uuid[]) i(item) cross join lateral
       (select item_fp from ${LEDGER}.audit where run = $1 and item = i.item limit 1) a`,
    [run, items],
  );
  return new Map(rows.map(({ item, fp }) => [item, fp]));
}

/**
 * Keeps others from items that the ledger knew by these fingerprints. Throws what counts as contention where it no longer does. Two
 * pages may have written two versions of one item, each with rows of its own: what writes it again makes one of them.
 */
export async function lockItems(session: Session, { run }: Place, known: ReadonlyMap<string, string>): Promise<void> {
  const { rows } = await session.query<{ item: string; fp: string }>(
    `with locked as (select item, item_fp from ${LEDGER}.audit where run = $1 and item = any($2::uuid[])
       order by item, tbl, facet, key for update)
     select distinct item, replace(item_fp::text, '-', '') as fp from locked`,
    [run, [...known.keys()]],
  );
  const now = new Set(rows.map(({ item, fp }) => `${item} ${fp}`));
  for (const [item, fp] of known) if (!now.has(`${item} ${fp}`)) throw itemTaken();
}

const NO_ROW = { tbl: "0", facet: "0", key: "{}", fp: "0".repeat(32), rank: null };

/** Adds a line for each contribution; for an item that gives none, one line of table 0. */
export async function addLines(
  session: Session,
  place: Place,
  offers: readonly Offer[],
  rowless: readonly Decoded[] = [],
): Promise<void> {
  const lines = [
    ...offers.map(({ by, contribution: { table, facet, key, fingerprint, rank } }) => ({
      by,
      tbl: String(table.index),
      facet: String(facet.index),
      key: arrayText(key),
      fp: fingerprint,
      rank,
    })),
    ...rowless.map((by) => ({ by, ...NO_ROW })),
  ];
  if (lines.length === 0) return;
  await session.query(
    `insert into ${LEDGER}.audit (run, pass, item, tbl, facet, key, entity, source, row_fp, item_fp, rank)
     select ${place.run}, ${place.pass}, s.c0::uuid, s.c1::smallint, s.c2::smallint, s.c3::text[], s.c4::smallint, s.c5, s.c6::uuid, s.c7::uuid, s.c8::numeric
     from ${unnest(9)}`,
    [
      lines.map(({ by }) => by.item),
      lines.map(({ tbl }) => tbl),
      lines.map(({ facet }) => facet),
      lines.map(({ key }) => key),
      lines.map(({ by }) => String(by.outcome.entity?.index ?? 0)),
      lines.map(({ by }) => by.source),
      lines.map(({ fp }) => fp),
      lines.map(({ by }) => by.fingerprint),
      lines.map(({ rank }) => rank),
    ],
  );
}

/** Keeps the values of contributions that do not hold their row. */
export async function park(session: Session, { run }: Place, offers: readonly Offer[]): Promise<void> {
  if (offers.length === 0) return;
  await session.query(
    `insert into ${LEDGER}.parked (run, tbl, facet, key, item, vals)
     select ${run}, s.c0::smallint, s.c1::smallint, s.c2::text[], s.c3::uuid, s.c4::text[] from ${unnest(5)}
     on conflict (run, tbl, facet, key, item) do update set vals = excluded.vals`,
    [
      offers.map(({ contribution }) => String(contribution.table.index)),
      offers.map(({ contribution }) => String(contribution.facet.index)),
      offers.map(({ contribution }) => arrayText(contribution.key)),
      offers.map(({ by }) => by.item),
      offers.map(({ contribution }) => arrayText(contribution.cells.map((cell) => cell?.input ?? null))),
    ],
  );
}

/** Removes lines, and what was parked for them. */
export async function removeLines(session: Session, { run }: Place, lines: readonly Line[]): Promise<void> {
  if (lines.length === 0) return;
  const values = [
    lines.map(({ item }) => item),
    lines.map(({ table }) => String(table)),
    lines.map(({ facet }) => String(facet)),
    lines.map(({ key }) => arrayText(key)),
  ];
  for (const table of ["audit", "parked"]) {
    await session.query(
      `delete from ${LEDGER}.${table} a using ${unnest(4)}
       where a.run = ${run} and a.item = s.c0::uuid and a.tbl = s.c1::smallint and a.facet = s.c2::smallint and a.key = s.c3::text[]`,
      values,
    );
  }
}

/** Gives changed lines their new fingerprints. */
export async function changeLines(session: Session, place: Place, offers: readonly Offer[]): Promise<void> {
  if (offers.length === 0) return;
  await session.query(
    `update ${LEDGER}.audit a set row_fp = s.c4::uuid, rank = s.c5::numeric, pass = ${place.pass}, at = now() from ${unnest(6)}
     where a.run = ${place.run} and a.item = s.c0::uuid and a.tbl = s.c1::smallint and a.facet = s.c2::smallint and a.key = s.c3::text[]`,
    [
      offers.map(({ by }) => by.item),
      offers.map(({ contribution }) => String(contribution.table.index)),
      offers.map(({ contribution }) => String(contribution.facet.index)),
      offers.map(({ contribution }) => arrayText(contribution.key)),
      offers.map(({ contribution }) => contribution.fingerprint),
      offers.map(({ contribution }) => contribution.rank),
    ],
  );
}
