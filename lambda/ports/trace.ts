/** From an item to its rows and back, through the ledger: what was contributed, when, and whether it still stands. Changes nothing. */
import type { TableModel } from "../mapping/model.ts";
import type { Run } from "./runs.ts";

/** One contribution of an item to a row. */
export interface TracedRow {
  readonly source: string;
  readonly entity: string;
  readonly table: string;
  readonly key: readonly string[];
  /** The columns it gives, where other items give others. */
  readonly columns: readonly string[];
  /** The pass and the moment it was last written in. */
  readonly pass: number;
  readonly at: Date;
  /** The item that holds the row instead, where this contribution waits behind it. */
  readonly heldBy?: string;
  /** Whether the table still has what this contribution holds; `waiting` where it holds nothing. */
  readonly now: "unchanged" | "changed here since" | "gone" | "waiting";
}

export interface TracedItem {
  readonly source: string;
  /** Whether the newest pass has read it. */
  readonly seen: boolean;
  readonly rows: readonly TracedRow[];
  readonly quarantine?: TracedRefusal;
  /** Further versions of it in quarantine, where it stands in its source more than once. */
  readonly copies?: readonly TracedRefusal[];
}

/** One version of an item in quarantine. */
export interface TracedRefusal {
  readonly entity: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly position?: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The table that holds it whole. */
  readonly keptIn: string;
}

export interface TracedItems {
  readonly count: number;
  /** The first of them, by key. */
  readonly items: readonly TracedItem[];
}

/**
 * What names items: the whole key as it may stand in the ledger, whose words could be text, a number or binary; its beginning; or
 * what stands for it in a log.
 */
export type ItemName =
  | { readonly sources: readonly string[] }
  | { readonly beginnings: readonly string[] }
  | { readonly hash: string };

export interface Trace {
  /** What the ledger knows of the items of that name; none where the run has not read them. */
  items(run: Run, name: ItemName): Promise<TracedItems>;
  /** Everything that was contributed to one row. The key's words are read as its columns' types. */
  row(run: Run, table: TableModel, key: readonly string[]): Promise<{ there: boolean; rows: readonly TracedRow[] }>;
}
