/** What one item gives, and a page of items → pieces that are sent in one go: an item of 400 KB can be 130,000 rows, each with the item's key in it (I8). */
import { type Cell, inputOf } from "./cell.ts";
import type { Contribution } from "./decode.ts";

/**
 * 200 KB of values, or 10,000 contributions: what is sent or fetched stands in memory some eight times on its way, and what is still there
 * when V8 looks a second time stays for long. A megabyte takes 90 MB more of the largest item (test/bench/large-item.bench.ts). What is
 * copied has larger pieces, which stand elsewhere (adapters/postgres/rows/copied.ts).
 */
export const PIECE_BYTES = 200_000;
export const MOST_ROWS = 10_000;

/** About how much is sent for one contribution: its values, and the key once more for the ledger. */
export const weightOf = ({ cells, to }: Contribution): number =>
  cells.reduce((sum, cell) => sum + lengthOf(cell), 0) +
  to.keys.reduce((sum, at) => sum + lengthOf(cells[at] ?? null), 0);

const lengthOf = (cell: Cell | null): number => inputOf(cell)?.length ?? 0;

/** Cuts where a piece is large enough, and never into one thing. */
export function* piecesOf<T>(all: Iterable<T>, weigh: (each: T) => number): Generator<T[]> {
  let piece: T[] = [];
  let weight = 0;
  for (const each of all) {
    const own = weigh(each);
    if (piece.length > 0 && (weight + own > PIECE_BYTES || piece.length >= MOST_ROWS)) {
      yield piece;
      [piece, weight] = [[], 0];
    }
    piece.push(each);
    weight += own;
  }
  if (piece.length > 0) yield piece;
}
