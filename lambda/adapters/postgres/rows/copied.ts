/**
 * Items that nobody has met before → their rows and lines, copied as they are decoded: of an item whose rows are copied nothing is kept
 * but their text (I8). Rows of the other tables are kept as they are, and ask for their keys.
 */
import type { Contribution, Decoded } from "../../../domain/decode/decode.ts";
import { NO_CHANGES, type Offer } from "../../../domain/decode/diff.ts";
import { MOST_ROWS, PIECE_BYTES, weightOf } from "../../../domain/decode/pieces.ts";
import { must } from "../../../domain/must.ts";
import type { TableModel } from "../../../mapping/model.ts";
import { itemsCopied, itemTo, numbersFor, versionOf } from "../ledger/items/items.ts";
import { leaveBehind } from "../ledger/items/left-behind.ts";
import { linesCopied, lineTo } from "../ledger/items/lines.ts";
import * as quarantine from "../ledger/items/quarantine.ts";
import type { Taken } from "../ledger/passes/seen.ts";
import type { Session } from "../session/connection.ts";
import { CopyLines } from "../session/copy-text.ts";
import { type WritePlace, writeChanges } from "./changes.ts";
import { rowsCopied, rowTo } from "./rows.ts";
import type { StraightCopying } from "./straight.ts";
import { ungivenColumns } from "./ungiven.ts";
import { outside } from "./untouched.ts";

/** Of text, in one piece: a page of a file as a rule. With 200 KB the sample takes Postgres a third more (npm run bench), each piece being a COPY for each table. */
const TEXT_BYTES = 1_000_000;

/** What is sent in one go. */
class Piece {
  readonly items = new CopyLines("by key");
  readonly lines = new CopyLines("as they came");
  /** Of the tables that are copied into. */
  readonly rows: ReadonlyMap<TableModel, CopyLines>;
  /** For all other tables, and the numbers of those items. */
  readonly offers: Offer[] = [];
  readonly numbers = new Map<string, number>();
  readonly rowless: Decoded[] = [];
  #text = 0;
  #offered = 0;

  constructor({ tables, straight }: WritePlace) {
    const copied = tables.filter((table) => straight.leadsTo(table));
    this.rows = new Map(copied.map((table) => [table, new CopyLines("by key")]));
  }

  get isFull(): boolean {
    return this.#text >= TEXT_BYTES || this.#offered >= PIECE_BYTES || this.offers.length >= MOST_ROWS;
  }

  addItem(place: WritePlace, id: number, by: Decoded): void {
    this.#text += itemTo(this.items, place, id, by);
  }

  add(place: WritePlace, id: number, by: Decoded, contribution: Contribution): void {
    const rows = this.rows.get(contribution.table);
    if (rows === undefined) {
      this.offers.push({ by, contribution });
      this.numbers.set(by.item, id);
      this.#offered += weightOf(contribution);
    } else {
      const { key } = contribution;
      this.#text += rowTo(rows, contribution, key) + lineTo(this.lines, place, id, contribution, key);
    }
  }
}

/** Numbers that are asked for at once; those that are left over are nobody's. */
const SOME = 100;

/** Throws WrongWay where a table is not to be copied into after all, and what Postgres says where it refuses a row. */
export async function copyWhole(session: Session, place: WritePlace, items: Iterable<Decoded>): Promise<Taken[]> {
  const taken: Taken[] = [];
  let piece = new Piece(place);
  let numbers: number[] = [];
  for (const by of items) {
    const { outcome } = by;
    taken.push({ ...versionOf(by), fate: outcome.kind === "rows" ? "migrated" : outcome.kind });
    if (outcome.kind !== "rows") {
      piece.rowless.push(by);
      continue;
    }
    if (numbers.length === 0) numbers = await numbersFor(session, SOME);
    const id = must(numbers.pop(), "some were asked for");
    piece.addItem(place, id, by);
    for (const contribution of outcome.contributions) {
      piece.add(place, id, by, contribution);
      if (!piece.isFull) continue;
      await send(session, place, piece);
      piece = new Piece(place);
    }
  }
  await send(session, place, piece);
  return taken;
}

/** Tables, and keys within a table, are taken in one order by every worker. What no other statement stands between is one message. */
async function send(session: Session, place: WritePlace, piece: Piece): Promise<void> {
  const { items, lines, offers, numbers, rowless } = piece;
  const refused = rowless.flatMap((by) => (by.outcome.kind === "quarantined" ? [{ by, ...by.outcome.refusal }] : []));
  await quarantine.put(session, place, refused);
  if (place.keepsLeft === true) await leaveBehind(session, place, rowless);
  await mustBeGiven(session, place, piece);
  const careful = Map.groupBy(offers, ({ contribution: { table } }) => table);
  let copies: StraightCopying[] = items.count > 0 ? [itemsCopied(items)] : [];
  for (const table of place.tables) {
    const rows = piece.rows.get(table);
    // A table that is copied into has one facet.
    if (rows !== undefined && rows.count > 0)
      for (const facet of table.facets) copies.push(rowsCopied({ table, facet }, rows));
    const added = careful.get(table);
    if (added === undefined) continue;
    await place.straight.copy(session, copies);
    copies = [];
    await writeChanges(session, { ...place, numbers }, { ...NO_CHANGES, added });
  }
  if (lines.count > 0) copies.push(linesCopied(lines));
  await place.straight.copy(session, copies);
}

/** Others may have added a column since the run made its table: what stands there is noted row by row. */
async function mustBeGiven(session: Session, { straight }: WritePlace, { rows }: Piece): Promise<void> {
  const filled = [...rows].flatMap(([table, { count }]) => (count > 0 ? [table] : []));
  if (filled.length === 0) return;
  const ungiven = await ungivenColumns(session, filled);
  for (const table of filled) if (outside({ ungiven }, table).length > 0) straight.leave(table);
}
