/**
 * Items that are new or changed → their rows and lines, a piece at a time: neither what an item gives now nor what it gave
 * before is ever held whole (I8). The ledger says what is left to do: a line that is given still has its item's new fingerprint,
 * one that has the old one is gone. To be called inside a savepoint, which takes all of it back.
 */
import type { Decoded } from "../../../domain/decode/decode.ts";
import { changesOf, type Line, type Offer } from "../../../domain/decode/diff.ts";
import { piecesOf, weightOf } from "../../../domain/decode/pieces.ts";
import * as audit from "../ledger/audit.ts";
import type { Session } from "../session/connection.ts";
import { arrayText, LEDGER, unnest } from "../session/sql.ts";
import { type WritePlace, writeChanges } from "./changes.ts";

/** `known` are the fingerprints of those of the items that the ledger has lines of. */
export async function writePieces(
  session: Session,
  place: WritePlace,
  items: readonly Decoded[],
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const old = items.filter(({ item }) => known.has(item));
  if (old.length > 0)
    await audit.lockItems(session, place, new Map(old.map(({ item }) => [item, known.get(item) ?? ""])));
  const rowless = items.filter(isRowless);
  for (const piece of pieces(old)) await keep(session, place, piece.map(placeOf));
  const kept = await keep(session, place, rowless.map(noRow));
  if (old.length > 0)
    for await (const gone of linesOf(session, place, old))
      await writeChanges(session, place, { gone, changed: [], added: [] });
  for (const piece of pieces(items)) {
    const again = piece.filter(({ by }) => known.has(by.item));
    await writeChanges(session, place, changesOf(await linesAt(session, place, again), piece));
  }
  await audit.addLines(
    session,
    place,
    [],
    rowless.filter(({ item }) => !kept.has(item)),
  );
}

const isRowless = ({ outcome }: Decoded): boolean => outcome.kind === "rows" && outcome.contributions.length === 0;

const pieces = (items: readonly Decoded[]) =>
  piecesOf(offersOf(items), ({ by, contribution }) => weightOf(contribution) + by.source.length);

function* offersOf(items: readonly Decoded[]): Generator<Offer> {
  for (const by of items)
    if (by.outcome.kind === "rows") for (const contribution of by.outcome.contributions) yield { by, contribution };
}

/** Where a line stands in the ledger. */
interface LinePlace {
  readonly by: Decoded;
  readonly table: number;
  readonly facet: number;
  readonly key: readonly string[];
}

const placeOf = ({ by, contribution: { table, facet, key } }: Offer): LinePlace => ({
  by,
  table: table.index,
  facet: facet.index,
  key,
});

const noRow = (by: Decoded): LinePlace => ({ by, table: 0, facet: 0, key: [] });

const placeArrays = (places: readonly LinePlace[]) => [
  places.map(({ by }) => by.item),
  places.map(({ table }) => String(table)),
  places.map(({ facet }) => String(facet)),
  places.map(({ key }) => arrayText(key)),
];

const AT_PLACE = "a.item = s.c0::uuid and a.tbl = s.c1::smallint and a.facet = s.c2::smallint and a.key = s.c3::text[]";

/** Gives the lines that stand there their item's new fingerprint, and the entity it is now. Returns the items that have one. */
async function keep(session: Session, { run }: audit.Place, places: readonly LinePlace[]): Promise<Set<string>> {
  if (places.length === 0) return new Set();
  const { rows } = await session.query<{ item: string }>(
    `update ${LEDGER}.audit a set item_fp = s.c4::uuid, entity = s.c5::smallint from ${unnest(6)}
     where a.run = ${run} and ${AT_PLACE} returning a.item`,
    [
      ...placeArrays(places),
      places.map(({ by }) => by.fingerprint),
      places.map(({ by }) => String(by.outcome.entity?.index ?? 0)),
    ],
  );
  return new Set(rows.map(({ item }) => item));
}

/** The lines that stand where these contributions would. */
async function linesAt(session: Session, { run }: audit.Place, offers: readonly Offer[]): Promise<Line[]> {
  if (offers.length === 0) return [];
  const { rows } = await session.query<{ n: string; fingerprint: string; holds: boolean }>(
    `select s.n, replace(a.row_fp::text, '-', '') as fingerprint, p.item is null as holds
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality s(c0, c1, c2, c3, n)
     join ${LEDGER}.audit a on a.run = ${run} and ${AT_PLACE}
     left join ${LEDGER}.parked p on p.run = a.run and p.tbl = a.tbl and p.facet = a.facet and p.key = a.key and p.item = a.item`,
    placeArrays(offers.map(placeOf)),
  );
  return rows.flatMap(({ n, fingerprint, holds }) => {
    const offer = offers[Number(n) - 1];
    if (offer === undefined) return [];
    const { by, ...place } = placeOf(offer);
    return [{ item: by.item, source: by.source, ...place, fingerprint, holds }];
  });
}

/** Lines that one statement fetches. */
const FETCHED = 2_000;

/**
 * The lines of some items, as they are when this is asked first; those alone that have not the fingerprint their item has now,
 * where it has one.
 */
export async function* linesOf(
  session: Session,
  { run }: audit.Place,
  items: readonly { readonly item: string; readonly fingerprint?: string }[],
): AsyncGenerator<readonly Line[]> {
  await session.query(
    `declare some_lines no scroll cursor for
     select a.item, a.tbl as "table", a.facet, a.key, a.source, replace(a.row_fp::text, '-', '') as fingerprint, p.item is null as holds
     from unnest($1::uuid[], $2::uuid[]) s(item, fp)
     cross join lateral (select * from ${LEDGER}.audit where run = ${run} and item = s.item and item_fp is distinct from s.fp offset 0) a
     left join ${LEDGER}.parked p on p.run = a.run and p.tbl = a.tbl and p.facet = a.facet and p.key = a.key and p.item = a.item`,
    [items.map(({ item }) => item), items.map(({ fingerprint }) => fingerprint ?? null)],
  );
  for (;;) {
    const { rows } = await session.query<Line>(`fetch ${FETCHED} from some_lines`);
    if (rows.length === 0) break;
    yield rows;
  }
  // Where something failed in between, it has gone with the savepoint or the transaction.
  await session.query("close some_lines");
}
