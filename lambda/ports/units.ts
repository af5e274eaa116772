/** How a pass is divided among workers, and how one page becomes durable. */
import type { Decoded } from "../domain/decode/decode.ts";
import type { Fate, Note, Tally } from "../domain/proof/tally.ts";
import type { Run } from "./runs.ts";
import type { UnitFault } from "./source.ts";

/** An item of which a window of changes says something. */
export interface ChangedItem {
  readonly item: string;
  readonly source: string;
  /** What it was before, where the change says it and can know what was read before it. */
  readonly before?: { readonly fingerprint: string; readonly note: Note } | "nothing";
  readonly isRemoved: boolean;
}

/** Decoded from the page's beginning each time they are iterated: a retried page is decoded again. */
export interface PageItems extends Iterable<Decoded> {
  /** One of them, which may be decoded once more for it. */
  at(index: number): Decoded | undefined;
}

/** One decoded page on its way into the target. */
export interface PageWrite {
  readonly items: PageItems;
  /** Where reading goes on; absent with the unit's last page. */
  readonly next: string | undefined;
  /** Of a page of changes: of each item of it that changed, or is no more, what was before. */
  readonly changes?: readonly ChangedItem[];
  /** Of a unit's last page: why nothing that the unit gave can be trusted. */
  readonly fault?: UnitFault;
  /** The page's tally, once what became of each item is known, in the order of the items. */
  tally(fates: readonly Fate[]): Tally;
}

/** A unit held by this worker and by nobody else, until it is released or the connection is lost (I11). */
export interface UnitClaim {
  readonly unit: string;
  readonly cursor: string | undefined;
  /**
   * Writes one page. On return its rows, audit lines, quarantined items, tally and cursor are durable together; on an
   * error none of them is (I3). May be called again with the same page after an error (I4).
   */
  commit(page: PageWrite): Promise<void>;
  release(): Promise<void>;
}

export interface UnitProgress {
  /** Somebody wants the workers to end at their next page. */
  readonly stopping: boolean;
  readonly units: number;
  readonly done: number;
  readonly pages: number;
  /** Records the source handed over, items of those that became rows, and those in quarantine. */
  readonly read: number;
  readonly migrated: number;
  readonly quarantined: number;
}

/** How far a pass is, and what it has counted. */
export interface PassCounts {
  /** Asked for several times a second: it costs the same however much was counted. */
  progress(run: Run): Promise<UnitProgress>;
  /** Everything the units of the pass have counted. */
  tally(run: Run): Promise<Tally>;
}

export interface UnitQueue extends PassCounts {
  /** Names the units of a pass. The first plan of a pass stands; later ones are ignored. */
  plan(run: Run, units: readonly string[]): Promise<void>;
  /** Takes a unit that is neither finished nor held, its state read under the lock; undefined where there is none. */
  claim(run: Run): Promise<UnitClaim | undefined>;
}
