/**
 * Which tables rows are copied into as they come. That costs a third of asking for each key whether it is free, and fails as a whole
 * where one is taken, or a trigger keeps a row out: what is written then goes the careful way into this table, for some pages.
 * Both ways leave the same rows and the same lines.
 */

import { must } from "../../../domain/must.ts";
import type { TableModel } from "../../../mapping/model.ts";
import { isKeyTaken } from "../session/errors.ts";
import { RowsKept } from "./rows.ts";

/** Where copying failed just now, it costs a page written twice to try again: four times as long is waited each time, and half as long where it went well. */
const LONGER = 4;
const SHORTER = 2;
const LONGEST_PAGES = 64;

interface Way {
  /** The page from which on rows are copied. */
  from: number;
  /** How many pages are not, should it fail again. */
  wait: number;
}

/** What all workers of a process know. */
export class Straight {
  readonly #ways: ReadonlyMap<number, Way>;
  #page = 0;

  /** Of tables the run has made: what others have put around theirs, and what stands in them, nobody here knows. */
  constructor(tables: readonly TableModel[] = []) {
    const free = tables.filter(({ duplicates }) => duplicates !== "merge");
    this.#ways = new Map(free.map(({ index }) => [index, { from: 0, wait: 1 }]));
  }

  turnPage(): void {
    this.#page += 1;
  }

  leadsTo({ index }: TableModel): boolean {
    return (this.#ways.get(index)?.from ?? Number.POSITIVE_INFINITY) <= this.#page;
  }

  /** Throws WrongWay where nothing may be taken for granted of this table for now. */
  async assuming(table: TableModel, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isKeyTaken(error) && !(error instanceof RowsKept)) throw error;
      this.leave(table);
    }
    const way = this.#wayTo(table);
    way.wait = Math.max(1, way.wait / SHORTER);
  }

  leave(table: TableModel): never {
    const way = this.#wayTo(table);
    way.from = this.#page + 1 + way.wait;
    way.wait = Math.min(LONGEST_PAGES, way.wait * LONGER);
    throw new WrongWay();
  }

  #wayTo({ index }: TableModel): Way {
    return must(this.#ways.get(index), "only a way there is can be left");
  }
}

/** What was begun is to be taken back, and done again. */
export class WrongWay extends Error {}
