/** What the ledger and the target were asked, and answered: the facts a verdict is made of. Counts are never capped. */
import type { FingerprintSum } from "../decode/fingerprint.ts";
import type { LetGo, LostAcceptances, PendingGroup } from "./pending.ts";

/** A row or item as a report names it: its primary key in the target and the source keys it comes from. */
export interface Example {
  readonly table?: string;
  readonly key?: readonly string[];
  readonly source?: string;
  readonly holder?: string | null;
  /** Of a row that points to another which is not there: by what it points to it. */
  readonly parent?: readonly string[];
}

/** Rows, or parts of rows, that were to be removed and are still there: changed since, or kept by a trigger. */
export interface Unremoved {
  readonly table: string;
  readonly count: number;
  readonly examples: readonly Example[];
}

export interface LedgerFacts {
  /** Items in quarantine, and contributions that do not hold their row. */
  readonly waiting: readonly PendingGroup[];
  readonly letGo: readonly LetGo[];
  readonly lost: readonly LostAcceptances[];
  /** Rows whose item is gone from the source, or no longer becomes a row and was not let go. */
  readonly stale: readonly {
    readonly entity: string;
    /** Whether the item is there, in quarantine. */
    readonly quarantined: boolean;
    readonly items: number;
    readonly rows: number;
    readonly examples: readonly Example[];
  }[];
  readonly unremoved: readonly Unremoved[];
}

export interface TableContent {
  readonly table: string;
  /** Whether the run made the table. Rows of others in a table it did not make are none of its business. */
  readonly created: boolean;
  /** Rows this run owns. */
  readonly rows: number;
  /** Distinct target keys that the ledger says are held. */
  readonly keys: number;
  /** Contributions beyond the first that hold one and the same part of a row. */
  readonly doubled: number;
  /** Rows without an audit line. */
  readonly foreignRows: number;
  /** By facet number, over the rows where the ledger knows a holder. */
  readonly facets: Readonly<Record<string, FingerprintSum>>;
  /** Rows with a value in a column that no contribution gave. */
  readonly leftovers: number;
  /** The rows that differ, looked for where the sums do not agree. */
  readonly differences: Differences;
}

/** Some rows, all of them counted. */
export interface Group {
  readonly count: number;
  readonly examples: readonly Example[];
}

/** `missing` has a line and no row, `different` a row that is not what was decoded, `unexpected` a row and no line. */
export interface Differences {
  readonly missing: Group;
  readonly different: Group;
  readonly unexpected: Group;
}

/** Everything as of one moment. */
export interface ContentFacts {
  /** By facet: contributions of the items this pass has seen. */
  readonly seen: Readonly<Record<string, FingerprintSum>>;
  /** By facet: contributions that hold their row. */
  readonly holding: Readonly<Record<string, FingerprintSum>>;
  readonly tables: readonly TableContent[];
}

/** Rows that are not there and are referred to. */
export interface MissingParents {
  readonly count: number;
  /** Those most referred to: what they are referred to by, in the order of the columns that refer, and by how many rows. */
  readonly first: readonly {
    readonly key: readonly string[];
    readonly rows: number;
    readonly examples: readonly Example[];
  }[];
}

/** A row that is not there and is referred to, and the item in quarantine that would have given it. */
export interface HeldBack {
  readonly table: string;
  /** Its primary key, or other columns that are unique. */
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly source: string;
  readonly reason: string;
  readonly entity: string | null;
}

export interface ForeignKeyFacts {
  readonly table: string;
  readonly columns: readonly string[];
  readonly references: string;
  readonly referencedColumns: readonly string[];
  readonly orphans: number;
  readonly missing: MissingParents;
  /** One of this definition is there, whatever it is called. */
  readonly built: boolean;
  readonly validated: boolean;
  readonly examples: readonly Example[];
  /** Why not, where it is known. */
  readonly reason?: string;
}

export interface RelationFacts {
  readonly foreignKeys: readonly ForeignKeyFacts[];
  /** `count` is the number of rows that share their value with another. */
  readonly duplicates: readonly {
    readonly table: string;
    readonly columns: readonly string[];
    readonly count: number;
    readonly built: boolean;
    readonly examples: readonly Example[];
    readonly reason?: string;
  }[];
  /** Conditions of the schema, and the rows that break them. */
  readonly checks: readonly {
    readonly table: string;
    readonly name: string;
    readonly count: number;
    readonly validated: boolean;
    readonly examples: readonly Example[];
    readonly reason?: string;
  }[];
  /** Indexes of the schema, which Postgres could build or not. */
  readonly indexes: readonly {
    readonly table: string;
    readonly columns: readonly string[];
    readonly built: boolean;
    readonly reason?: string;
  }[];
  /** Columns that are to hold what the row holds that is pointed to, and the rows in which they differ from it. */
  readonly repeats: readonly {
    readonly table: string;
    readonly column: string;
    readonly references: string;
    readonly of: string;
    readonly count: number;
    readonly examples: readonly Example[];
  }[];
  /** Rows that fewer items give, or more, than are to. */
  readonly copies: readonly {
    readonly table: string;
    readonly expected: number;
    readonly count: number;
    readonly examples: readonly Example[];
  }[];
  /** Columns that could hold NULL where the mapping promises a value, and the rows in which they do. */
  readonly nulls: readonly {
    readonly table: string;
    readonly column: string;
    readonly count: number;
    readonly examples: readonly Example[];
    readonly reason?: string;
  }[];
  /** What no row can break and is not there all the same: primary keys, defaults, numberings, what the schema's own migrations made. */
  readonly missing: readonly {
    readonly table: string;
    readonly what: string;
    readonly reason?: string;
    /** What to type first, where a repair does not build it. */
    readonly statement?: string;
  }[];
}
