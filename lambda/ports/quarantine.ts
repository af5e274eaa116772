/** Items in quarantine as the ledger keeps them: whole. */
import type { Run } from "./runs.ts";

/** One version of an item, as the newest pass has met it. */
export interface KeptItem {
  readonly reason: string;
  readonly entity: string | null;
  /** Its key, or where it stands. */
  readonly source: string;
  readonly position: string | null;
  readonly detail: string;
  /** As it stood in its source, where that was JSON; otherwise the bytes that were no item, as text. */
  readonly body: string;
}

export interface Quarantine {
  /** Every one of them, a few at a time, in one order, until `take` says `enough`. A connection that is lost ends it. */
  each(run: Run, take: (some: readonly KeptItem[]) => Promise<"enough" | undefined>): Promise<void>;
}
