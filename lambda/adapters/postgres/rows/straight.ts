/**
 * Which tables rows are copied into as they come. That costs a third of asking for each key whether it is free, and fails as a whole
 * where one is taken, or a trigger keeps a row out: what is written then goes the careful way into this table, for some pages.
 * Both ways leave the same rows and the same lines.
 */
import type { TableModel } from "../../../mapping/model.ts";
import type { Session } from "../session/connection.ts";
import type { Copying } from "../session/copies.ts";
import { isKeyTaken } from "../session/errors.ts";

/** Where copying fails a page is written twice: four times as long is waited each time, and half as long where it goes well. */
const LONGER = 4;
const SHORTER = 2;
const LONGEST_PAGES = 64;

interface Way {
  /** The page from which on rows are copied. */
  readonly from: number;
  /** How many pages are not, should it fail. */
  readonly wait: number;
}

/** What all workers of a process know of the tables of a run. */
export class Ways {
  readonly #ways: Map<number, Way>;
  #page = 0;

  /** Of tables the run has made: what others have put around theirs, and what stands in them, nobody here knows. */
  constructor(tables: readonly TableModel[]) {
    this.#ways = new Map(tables.filter(isOnePiece).map(({ index }) => [index, { from: 0, wait: 1 }]));
  }

  /** Those of the page that begins: what others learn meanwhile opens none of them again. */
  turnPage(): Straight {
    this.#page += 1;
    const page = this.#page;
    const open = [...this.#ways].filter(([, { from }]) => from <= page).map(([table]) => table);
    return new Straight(open, (table, wentWell) => this.#learn(table, page, wentWell));
  }

  /** Of several pages that began with the same knowledge one is enough. */
  #learn(table: number, page: number, wentWell: boolean): void {
    const way = this.#ways.get(table);
    if (way === undefined || way.from > page) return;
    const { from, wait } = way;
    const learnt = wentWell
      ? { from, wait: Math.max(1, wait / SHORTER) }
      : { from: this.#page + 1 + wait, wait: Math.min(LONGEST_PAGES, wait * LONGER) };
    this.#ways.set(table, learnt);
  }
}

/** Each row is of one item, and says all of it: what stands in a column that no item gives is noted row by row. */
const isOnePiece = ({ duplicates, columns, facets }: TableModel): boolean =>
  duplicates !== "merge" && columns.every((column) => facets.some((facet) => facet.columns.includes(column)));

/** Lines that are sent together: rows of a table whose keys are taken to be free, or lines of the ledger, whose keys are nobody else's. */
export interface StraightCopying extends Copying {
  readonly rowsOf?: TableModel;
}

/** The tables that a page copies into: fewer where that fails, and never more. */
export class Straight {
  readonly #tables: Set<number>;
  readonly #tell: (table: number, wentWell: boolean) => void;

  constructor(tables: Iterable<number> = [], tell: (table: number, wentWell: boolean) => void = () => undefined) {
    this.#tables = new Set(tables);
    this.#tell = tell;
  }

  leadsTo({ index }: TableModel): boolean {
    return this.#tables.has(index);
  }

  /** Throws WrongWay where a key is not free after all, or a trigger has kept a row out. */
  async copy(session: Pick<Session, "copy">, copies: readonly StraightCopying[]): Promise<void> {
    const came: number[] = [];
    try {
      await session.copy(copies, (rows) => void came.push(rows));
    } catch (error) {
      const failed = copies[came.length]?.rowsOf;
      if (failed === undefined || !isKeyTaken(error)) throw error;
      this.leave(failed);
    }
    for (const [at, { rowsOf, lines }] of copies.entries()) {
      if (rowsOf === undefined) continue;
      if (came[at] !== lines.count) this.leave(rowsOf);
      this.#tell(rowsOf.index, true);
    }
  }

  leave({ index }: TableModel): never {
    this.#tables.delete(index);
    this.#tell(index, false);
    throw new WrongWay();
  }
}

/** What was begun is to be taken back, and done again. */
export class WrongWay extends Error {}
