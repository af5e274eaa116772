/** Where items come from. A table, a file and an export are read through this one interface. */
import type { Item } from "../domain/decode/attribute.ts";
import type { SourceRecord } from "../domain/decode/source-record.ts";
import type { Finding } from "../domain/migration-error.ts";

/** One page. `next` is where reading goes on; absent when the unit has been read to its end. A page may be empty. */
export interface SourcePage {
  readonly records: readonly SourceRecord[];
  readonly next?: string;
  /** Of a unit's last page: why nothing that the unit gave can be trusted, which was known only at its end. */
  readonly fault?: UnitFault;
}

/** What is wrong with a unit as a whole. */
export interface UnitFault {
  /** The file, as its manifest names it. */
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;
}

/** How many items there are, as far as it can be said before they are read. */
export interface SourceSize {
  readonly items: number;
  readonly isExact: boolean;
}

/** What a source says of itself before anything is read. */
export interface SourceFacts {
  /** The key attributes, where the source knows them. */
  readonly keys?: { readonly pk: string; readonly sk?: string };
  readonly size?: SourceSize;
  /** The time-to-live attribute, where one is enabled. */
  readonly ttlAttribute?: string;
  /** What an operator should know of it before the window, and what stands in nobody's way. */
  readonly warnings?: readonly Finding[];
}

/**
 * Reading single items again: `by-key` shows a live table's latest writes, `by-position` what a frozen source always
 * held. Takes items of which only the key attributes matter, no two alike, numbers in any spelling; gives those it finds, in
 * any order, and of a key that stands there more than once all.
 */
export type Reread =
  | { readonly how: "none" }
  | { readonly how: "by-key" | "by-position"; get(keys: readonly Item[]): Promise<readonly Item[]> };

/** What reading has taken of a source so far, in this process. It grows. */
export interface Spent {
  /** Read capacity units. */
  readonly units: number;
  /** Requests that were sent again; those of them because the table throttled. */
  readonly retries: number;
  readonly throttled?: number;
}

/**
 * A source of items.
 *
 * Every item is in exactly one unit of a plan. Within a unit, reading again from a page's `next` gives what follows that
 * page, in any process; reading from no cursor starts the unit. Order means nothing. Nothing is ever written to a source.
 */
export interface ItemSource {
  /** Tells this source from every other, the same in every process: a run belongs to one source. */
  readonly name: string;
  /** Whether two records may have one key. Where they may, every record says where it stands, the same in every reading. */
  readonly keys: "unique" | "may repeat";
  /** How single items can be read once more. Without it nothing can be spot-checked, and nothing is `verified`. */
  readonly reread: Reread;
  /** Where reading is paid for. */
  readonly spent?: Spent;
  /** Throws MigrationError `source-unusable` where the source does not exist or may not be read. */
  inspect(): Promise<SourceFacts>;
  /** Splits the source into about `units` parts, each named by an opaque text that is kept in the ledger. */
  plan(units: number): Promise<readonly string[]>;
  /**
   * Reads one unit from `cursor`, a page at a time. Stops without error after the page in flight when `signal` aborts.
   * Where `only` names attributes a source may leave out all others. Every unit gives at least one page, and only its
   * last one is without `next`. Transient faults are retried inside; what comes out is final. Throws MigrationError
   * `source-changed` where the unit no longer is what was planned.
   */
  read(
    unit: string,
    cursor: string | undefined,
    signal: AbortSignal,
    only?: readonly string[],
  ): AsyncIterable<SourcePage>;
}
