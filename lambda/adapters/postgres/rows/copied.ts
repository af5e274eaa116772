/**
 * Items that nobody has met before → their rows and lines, copied as they are decoded: of an item nothing is kept but its text (I8).
 * Where a table is not to be copied into, its rows ask for their keys meanwhile.
 */
import type { Contribution, Decoded } from "../../../domain/decode/decode.ts";
import { NO_CHANGES, type Offer } from "../../../domain/decode/diff.ts";
import { weightOf } from "../../../domain/decode/pieces.ts";
import { must } from "../../../domain/must.ts";
import type { FacetModel, TableModel } from "../../../mapping/model.ts";
import { copyItems, itemTo, numbersFor } from "../ledger/items/items.ts";
import { leaveBehind } from "../ledger/items/left-behind.ts";
import { copyLines, lineTo } from "../ledger/items/lines.ts";
import * as quarantine from "../ledger/items/quarantine.ts";
import type { Taken } from "../ledger/passes/seen.ts";
import type { Session } from "../session/connection.ts";
import { CopyLines } from "../session/copy-text.ts";
import { type WritePlace, writeChanges } from "./changes.ts";
import { copyRows, type Facet, rowTo } from "./rows.ts";
import { type Ungiven, ungivenColumns } from "./ungiven.ts";
import { outside } from "./untouched.ts";

/** What is sent in one go. */
class Piece {
  readonly items = new CopyLines();
  readonly lines = new CopyLines();
  /** Of the tables that are copied into, by facet. */
  readonly rows: ReadonlyMap<FacetModel, CopyLines>;
  /** For all other tables, and the numbers of those items. */
  readonly offers: Offer[] = [];
  readonly numbers = new Map<string, number>();
  readonly rowless: Decoded[] = [];
  bytes = 0;

  constructor({ tables, straight }: WritePlace) {
    const facets = tables.filter((each) => straight.leadsTo(each)).flatMap((table) => table.facets);
    this.rows = new Map(facets.map((facet) => [facet, new CopyLines()]));
  }
}

/** A page of ours is less. With 200 KB the copy takes Postgres a third more: each piece is a COPY for each table (npm run bench). */
const MOST_BYTES = 1_000_000;

/** Numbers that are asked for at once; those that are left over are nobody's. */
const SOME = 100;

/** Throws WrongWay where a table is not to be copied into any more for now, and what Postgres says where it refuses a row. */
export async function copyWhole(session: Session, place: WritePlace, items: Iterable<Decoded>): Promise<Taken[]> {
  const taken: Taken[] = [];
  let piece = new Piece(place);
  let numbers: number[] = [];
  for (const by of items) {
    const { outcome } = by;
    taken.push({ ...quarantine.versionOf(by), fate: outcome.kind === "rows" ? "migrated" : outcome.kind });
    if (outcome.kind !== "rows") {
      piece.rowless.push(by);
      continue;
    }
    if (numbers.length === 0) numbers = await numbersFor(session, SOME);
    const id = must(numbers.pop(), "some were asked for");
    piece.bytes += itemTo(piece.items, place, id, by);
    for (const contribution of outcome.contributions) {
      piece.bytes += take(piece, place, id, by, contribution);
      if (piece.bytes < MOST_BYTES) continue;
      await send(session, place, piece);
      piece = new Piece(place);
    }
  }
  await send(session, place, piece);
  return taken;
}

/** Returns about how many bytes it takes. */
function take(piece: Piece, place: WritePlace, id: number, by: Decoded, contribution: Contribution): number {
  const rows = piece.rows.get(contribution.facet);
  if (rows === undefined) {
    piece.offers.push({ by, contribution });
    piece.numbers.set(by.item, id);
    return weightOf(contribution);
  }
  const { key } = contribution;
  return rowTo(rows, contribution, key) + lineTo(piece.lines, place, id, contribution, key);
}

/** Tables, and keys within a table, are taken in one order by every worker. */
async function send(session: Session, place: WritePlace, piece: Piece): Promise<void> {
  const { items, lines, offers, numbers, rowless } = piece;
  const refused = rowless.flatMap((by) => (by.outcome.kind === "quarantined" ? [{ by, ...by.outcome.refusal }] : []));
  await quarantine.put(session, place, refused);
  if (place.keepsLeft === true) await leaveBehind(session, place, rowless);
  if (items.count > 0) await copyItems(session, items);
  const rows = place.tables.flatMap((table) => table.facets.flatMap((facet) => rowsOf(piece, table, facet)));
  const ungiven = await ungivenColumns(
    session,
    rows.map(({ table }) => table),
  );
  const careful = Map.groupBy(offers, ({ contribution: { table } }) => table);
  for (const table of place.tables) {
    for (const each of rows) if (each.table === table) await copyInto(session, place, each, ungiven);
    const added = careful.get(table);
    if (added !== undefined) await writeChanges(session, { ...place, numbers }, { ...NO_CHANGES, added });
  }
  if (lines.count > 0) await copyLines(session, lines);
}

type FacetRows = Facet & { readonly lines: CopyLines };

function rowsOf({ rows }: Piece, table: TableModel, facet: FacetModel): FacetRows[] {
  const lines = rows.get(facet);
  return lines === undefined || lines.count === 0 ? [] : [{ table, facet, lines }];
}

async function copyInto(session: Session, { straight }: WritePlace, rows: FacetRows, ungiven: Ungiven): Promise<void> {
  // What stands in a column that no contribution gives is noted row by row.
  if (outside({ ungiven }, rows.table).length > 0) straight.leave(rows.table);
  await straight.assuming(rows.table, () => copyRows(session, rows, rows.lines));
}
