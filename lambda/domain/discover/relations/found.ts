/** What lies between rows, as it is told. */

/** What rows of a table break, taken together. */
export interface RelationFault {
  readonly table: string;
  readonly columns: readonly string[];
  readonly count: number;
  /** Some that are of a `latest` table may give no row, as another item gives a later one. */
  readonly isSure: boolean;
}

/** `count` is the number of rows. */
export interface OrphanCensus extends RelationFault {
  readonly references: string;
  readonly examples: readonly { readonly source: string; readonly parent: readonly string[] }[];
}

export interface ClashCensus extends RelationFault {
  readonly examples: readonly { readonly source: string; readonly holder: string }[];
}

/** Rows without a part that gives what may not be NULL. */
export interface MissingCensus extends RelationFault {
  readonly examples: readonly { readonly source: string }[];
}

/** Rows that hold something else in a column than the row they point to, where they are to repeat it. */
export interface RepeatCensus extends RelationFault {
  readonly references: string;
  readonly of: string;
  readonly examples: readonly { readonly source: string }[];
}

/** Rows that fewer items give than are to, or more. */
export interface CopyCensus extends RelationFault {
  readonly expected: number;
  readonly examples: readonly { readonly source: string; readonly items: number }[];
}

export interface RelationsFound {
  /** Absent where not every item was read: the rest might have given what is missing. */
  readonly orphans?: readonly OrphanCensus[];
  readonly clashes: readonly ClashCensus[];
  readonly missing?: readonly MissingCensus[];
  readonly copies?: readonly CopyCensus[];
  readonly repeats: readonly RepeatCensus[];
  /** Of so many values one was looked at. */
  readonly oneIn: number;
}
