/** Exports of a table: a full one, and those of what has changed since, one after the other. */
import type { Export, ExportsAtHand } from "../domain/chain.ts";
import type { ExportFacts } from "../domain/proof/exports.ts";
import type { ChangePage } from "./changes.ts";
import type { Run } from "./runs.ts";
import type { ItemSource, Reread } from "./source.ts";

/** A source that is read export by export: a full one, then those of what has changed since. */
export interface ExportChain {
  /** The only one that was asked for, by its id. */
  readonly named?: string;
  /** Those at hand, in any order. Throws MigrationError `source-unusable` with every fault of those still to be applied. */
  list(): Promise<readonly Export[]>;
  /** The units of one export, its files; those of a full one are read as any unit is. */
  plan(of: Export): Promise<readonly string[]>;
  /** Reads a unit of an incremental export, as `read` does one of items. */
  changes(unit: string, cursor: string | undefined, signal: AbortSignal): AsyncIterable<ChangePage>;
  /** Single items as they are after some exports, which were applied in this order. */
  after(applied: readonly Export[]): Reread;
}

/** A source that is read export by export. Its own `plan` is that of the newest full one at hand, which alone `reread` knows. */
export interface ExportSource extends ItemSource {
  readonly exports: ExportChain;
}

/** How single items of a run's source are read again: of exports, as they are after those that were applied. */
export const rereadOf = (source: ItemSource, { exports }: Pick<Run, "exports">): Reread =>
  isOfExports(source) ? source.exports.after(exports) : source.reread;

export const isOfExports = (source: ItemSource): source is ExportSource => "exports" in source;

/** What the ledger knows of the exports of a run. */
export interface ExportLedger {
  /**
   * Goes on with the next window that is at hand: undefined where there is none, or a file of those before was damaged, or another process has gone on
   * with the run. To be asked when what became of every record is known.
   */
  next(run: Run, exports: ExportsAtHand): Promise<Run | undefined>;
  /** What was found in the exports of the run's pass. */
  facts(run: Run): Promise<readonly ExportFacts[]>;
}
