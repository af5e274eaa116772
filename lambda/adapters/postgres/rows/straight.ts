/**
 * Which tables rows are copied into as they come. That costs half of asking for each key whether it is free, and fails as a whole
 * where one is taken, or a trigger keeps a row out: whoever writes then goes the careful way, into this table from then on.
 * Both ways leave the same rows and the same lines.
 */
import type { TableModel } from "../../../mapping/model.ts";
import { isKeyTaken } from "../session/errors.ts";
import { RowsKept } from "./rows.ts";

export class Straight {
  readonly #tables: Set<number>;

  /** Of tables the run has made: what others have put around theirs, and what stands in them, nobody here knows. */
  constructor(tables: readonly TableModel[] = []) {
    this.#tables = new Set(tables.filter(({ duplicates }) => duplicates !== "merge").map(({ index }) => index));
  }

  leadsTo({ index }: TableModel): boolean {
    return this.#tables.has(index);
  }

  /** Throws WrongWay where nothing may be taken for granted of this table any more. */
  async assuming(table: TableModel, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isKeyTaken(error) && !(error instanceof RowsKept)) throw error;
      this.#tables.delete(table.index);
      throw new WrongWay();
    }
  }
}

/** What was begun is to be taken back, and done again. */
export class WrongWay extends Error {}
