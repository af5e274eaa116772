/** Exports of a table: a full one, and those of what has changed since, one after the other. */
import type { ChangePage } from "./changes.ts";
import type { ItemSource, Reread } from "./source.ts";

/** One export of a table: all of its items as of a moment, or what has changed in a window of time. */
export interface Export {
  /** What AWS calls it: `01715685260608-c488b4e1`. */
  readonly id: string;
  /** Where it stands, in words that a source takes: another process finds it there. */
  readonly place: string;
  readonly table: { readonly arn: string; readonly id: string };
  /** When the window of an incremental export begins, inclusive. A full one has none. */
  readonly from?: Date;
  /** The moment a full export is of, or when the window ends, exclusive. */
  readonly to: Date;
  /** Whether changes say what was there before. */
  readonly images?: "new" | "new and old";
  /** Records, as the manifest counts them. */
  readonly records: number;
}

/** A source that is read export by export: a full one, then those of what has changed since. */
export interface ExportChain {
  /** Those at hand, in any order, their manifests checked. Throws MigrationError `source-unusable` with every fault of theirs. */
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

export const isOfExports = (source: ItemSource): source is ExportSource => "exports" in source;
