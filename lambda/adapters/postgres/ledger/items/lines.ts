/** Lines of the ledger, read and written in sets: what items contribute, and what of it waits. */
import { inputOf } from "../../../../domain/decode/cell.ts";
import type { Contribution } from "../../../../domain/decode/decode.ts";
import type { Changes, Line, Offer } from "../../../../domain/decode/diff.ts";
import { PIECE_BYTES } from "../../../../domain/decode/pieces.ts";
import { must } from "../../../../domain/must.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import type { Copying } from "../../session/copies.ts";
import { CopyLines, copyText } from "../../session/copy-text.ts";
import { arrayText, LEDGER, unnest } from "../../session/sql.ts";
import type { Place } from "./items.ts";

/** By an item's hash, its number in the ledger. */
export type Numbers = ReadonlyMap<string, number>;

export const numberOf = (numbers: Numbers, hash: string): number =>
  must(numbers.get(hash), "an item stands in the ledger before its lines");

/** What an item contributes as a line, `key` being that of the contribution. No two pages write one of the same item. */
export const lineTo = (
  lines: CopyLines,
  { run }: Pick<Place, "run">,
  id: number,
  { table, facet, fingerprint, rank }: Contribution,
  key: readonly string[],
): number =>
  lines.add(
    `${id}\t${fingerprint}\t${run}\t${table.index}\t${facet.index}\t${copyText(rank)}\t${copyText(arrayText(key))}`,
    "",
  );

export const linesCopied = (lines: CopyLines): Copying => ({
  table: `${LEDGER}.line`,
  columns: "item, fp, run, tbl, facet, rank, key",
  lines,
});

/** Adds a line for each contribution. */
export async function addLines(
  session: Session,
  place: Place,
  numbers: Numbers,
  offers: readonly Offer[],
): Promise<void> {
  if (offers.length === 0) return;
  const lines = new CopyLines("as they came");
  for (const { by, contribution } of offers)
    lineTo(lines, place, numberOf(numbers, by.item), contribution, contribution.key);
  await session.copy([linesCopied(lines)]);
}

/** Gives lines, of items that are locked, their new fingerprints. */
export async function changeLines(session: Session, changed: Changes["changed"]): Promise<void> {
  if (changed.length === 0) return;
  await session.query(
    `update ${LEDGER}.line l set fp = s.c1::uuid, rank = s.c2::numeric from ${unnest(3)} where l.ctid = s.c0::tid`,
    [changed.map(({ line }) => line.at), ...contentArrays(changed.map(({ offer }) => offer))],
  );
}

const placeArrays = (numbers: Numbers, offers: readonly Offer[]) => [
  offers.map(({ by }) => numberOf(numbers, by.item)),
  offers.map(({ contribution }) => contribution.table.index),
  offers.map(({ contribution }) => contribution.facet.index),
  offers.map(({ contribution }) => arrayText(contribution.key)),
];

const contentArrays = (offers: readonly Offer[]) => [
  offers.map(({ contribution }) => contribution.fingerprint),
  offers.map(({ contribution }) => contribution.rank),
];

/** Keeps the values of contributions that do not hold their row. */
export async function park(
  session: Session,
  { run }: Place,
  numbers: Numbers,
  offers: readonly Offer[],
): Promise<void> {
  if (offers.length === 0) return;
  await session.query(
    `insert into ${LEDGER}.parked (run, item, tbl, facet, key, vals)
     select ${run}, s.c0::bigint, s.c1::smallint, s.c2::smallint, s.c3::text[], s.c4::text[] from ${unnest(5)}
     on conflict (run, tbl, facet, key, item) do update set vals = excluded.vals`,
    [...placeArrays(numbers, offers), offers.map(({ contribution }) => arrayText(contribution.cells.map(inputOf)))],
  );
}

/** Removes lines, of items that nobody else writes meanwhile, and what was parked for them. */
export async function removeLines(session: Session, { run }: Place, lines: readonly Line[]): Promise<void> {
  if (lines.length === 0) return;
  await session.query(`delete from ${LEDGER}.line where ctid = any($1::tid[])`, [lines.map(({ at }) => at)]);
  const parked = lines.filter(({ holds }) => !holds);
  if (parked.length === 0) return;
  await session.query(
    `delete from ${LEDGER}.parked p using ${unnest(4)} where p.run = ${run}
       and p.item = s.c0::bigint and p.tbl = s.c1::smallint and p.facet = s.c2::smallint and p.key = s.c3::text[]`,
    [
      parked.map(({ id }) => id),
      parked.map(({ table }) => table),
      parked.map(({ facet }) => facet),
      parked.map(({ key }) => arrayText(key)),
    ],
  );
}

/** Lines that one statement fetches, and no more than a piece. How long a line is, those before it tell. */
const FIRST_LINES = 100;
const MOST_LINES = 2_000;

/** The lines of some items, by their hashes, as they are when this is asked first. */
export async function* linesOf(
  session: Session,
  { run }: Pick<Place, "run">,
  items: readonly string[],
): AsyncGenerator<readonly Line[]> {
  await session.query(
    `declare some_lines no scroll cursor for
     select i.hash as item, i.id::double precision as id, l.ctid::text as at, l.tbl as "table", l.facet, l.key, i.source,
       replace(l.fp::text, '-', '') as fingerprint, p.item is null as holds
     from unnest($1::uuid[]) s(hash) join ${LEDGER}.item i on i.hash = s.hash and i.run = ${run}
     cross join lateral (select ctid, * from ${LEDGER}.line where item = i.id offset 0) l
     left join ${LEDGER}.parked p on p.run = l.run and p.tbl = l.tbl and p.facet = l.facet and p.key = l.key and p.item = l.item`,
    [items],
  );
  for (let fetched = FIRST_LINES; ; ) {
    const { rows } = await session.query<Line>(`fetch ${fetched} from some_lines`);
    if (rows.length === 0) break;
    const characters = rows.reduce((sum, { key, source }) => sum + key.join().length + source.length, 0);
    fetched = Math.min(MOST_LINES, Math.ceil((PIECE_BYTES * rows.length) / characters));
    yield rows;
  }
  // Where something failed in between, it has gone with the savepoint or the transaction.
  await session.query("close some_lines");
}

/** Some items that have lines of these tables. */
export async function itemsWithLines(
  session: Session,
  run: Pick<Run, "id">,
  tables: readonly number[],
  limit: number,
): Promise<string[]> {
  const { rows } = await session.query<{ item: string }>(
    `select distinct i.hash as item from (select item from ${LEDGER}.line where run = $1 and tbl = any($2::smallint[]) limit ${limit}) batch
     join ${LEDGER}.item i on i.id = batch.item`,
    [run.id, tables],
  );
  return rows.map(({ item }) => item);
}
