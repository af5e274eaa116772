/**
 * A mapping after loading: checked, named and numbered. The run works on this and never on the user's builders. The
 * numbers of tables, facets and entities are stored in the ledger: a mapping that is loaded again for a run is given those it knows.
 */
import type { ColumnType } from "./kinds.ts";
import type { Level, ReadPlan } from "./plans.ts";
import type { Duplicates } from "./tables.ts";
import type { KeyPattern, Template } from "./template.ts";

export interface ColumnModel {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly defaultSql?: string;
  readonly laterDefault?: string;
  readonly identity?: true;
  readonly comment?: string;
}

/** A named list of columns: a unique constraint or an index. */
export interface ColumnList {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface IndexModel extends ColumnList {
  readonly where?: string;
}

/** An SQL condition on a row. */
export interface CheckModel {
  readonly name: string;
  readonly sql: string;
}

export interface ForeignKeyModel extends ColumnList {
  readonly references: string;
  readonly referencedSchema: string;
  readonly referencedColumns: readonly string[];
}

/** A column that holds what a column of the row holds that a foreign key of its table points to. NULL says nothing of it. */
export interface RepeatModel {
  readonly column: string;
  readonly of: string;
  readonly key: ForeignKeyModel;
}

/**
 * The columns that are written together. A table has one facet, but a `merge` table has one for each writer: the key
 * and that writer's own columns; and before those one for each column that several are to give alike. At most one contribution holds a facet of a row.
 */
export interface FacetModel {
  readonly index: number;
  /** One column that several writers of a `merge` table give, and all of them alike: what one of them has nothing to say of is not theirs. */
  readonly shared?: true;
  /** In table order; the primary key is always among them. */
  readonly columns: readonly ColumnModel[];
}

export interface TableModel {
  /** The number the ledger knows it by, from 1; 0 means "no row". */
  readonly index: number;
  readonly name: string;
  /** The Postgres schema it is in. */
  readonly schema: string;
  readonly columns: readonly ColumnModel[];
  readonly primaryKey: readonly ColumnModel[];
  readonly foreignKeys: readonly ForeignKeyModel[];
  readonly uniques: readonly ColumnList[];
  readonly indexes: readonly IndexModel[];
  readonly checks: readonly CheckModel[];
  readonly repeats: readonly RepeatModel[];
  readonly duplicates: Duplicates;
  /** How many items give each row of an `identical` table, where that is said. */
  readonly copies?: number;
  /** Columns of a `merge` table that are a facet of their own. */
  readonly agreed?: readonly string[];
  readonly facets: readonly FacetModel[];
  readonly comment?: string;
  /** A text that changes exactly when a row of it could no longer be compared with what was written before. */
  readonly shape: string;
}

export interface RowPlan {
  readonly kind: "row";
  readonly table: TableModel;
  readonly facet: FacetModel;
  /** One for each column of the facet, in the same order. */
  readonly reads: readonly ReadPlan[];
}

export interface EachPlan {
  readonly kind: "each";
  readonly list: ReadPlan;
  /** What readers of its elements begin at. */
  readonly level: Level;
  readonly writes: readonly WritePlan[];
}

/** Rows that are there where a value is. */
export interface WhenPlan {
  readonly kind: "when";
  readonly of: ReadPlan;
  readonly writes: readonly WritePlan[];
}

/** The rows of what a value is: of one case, as loading saw to it that it is one. */
export interface ChoosePlan {
  readonly kind: "choose";
  readonly of: ReadPlan;
  readonly cases: readonly { readonly is: string; readonly writes: readonly WritePlan[] }[];
}

/** No row: a value that ends by agreeing with another. */
export interface AgreePlan {
  readonly kind: "agree";
  readonly of: ReadPlan;
}

export type WritePlan = RowPlan | EachPlan | WhenPlan | ChoosePlan | AgreePlan;

/** The names that lead to what is left behind: one of an attribute, more of a member of a map. */
export type IgnoredPath = readonly string[];

export interface EntityModel {
  /** The number the ledger knows it by: from 1 in the order written, later ones after those it knows. */
  readonly index: number;
  readonly name: string;
  /** A text that changes exactly when its items would give other rows. */
  readonly identity: string;
  readonly pattern: KeyPattern;
  readonly ignore: readonly IgnoredPath[];
  readonly writes: readonly WritePlan[];
  /** Why the whole item is left behind, where it is. */
  readonly ignored?: string;
}

/** What holds for all tables when the migration is over. */
export interface AfterModel {
  readonly owner?: string;
  readonly grants: readonly { readonly role: string; readonly privileges: readonly string[] }[];
}

export interface Mapping {
  readonly after: AfterModel;
  readonly keys: { readonly pk: string; readonly sk?: string };
  readonly ttl?: { readonly attribute: string; readonly expired: "skip" | "migrate" };
  readonly ignore: readonly IgnoredPath[];
  readonly tables: readonly TableModel[];
  /** Most specific key first: the first that matches is the only one meant. */
  readonly entities: readonly EntityModel[];
  /** Every template a reader takes captures from, parsed. */
  readonly templates: ReadonlyMap<string, Template>;
  /** A text that changes exactly when the mapping means something else. */
  readonly identity: string;
}

/** The numbers a ledger knows tables and entities by, which stay when a mapping grows. */
export interface Numbers {
  readonly tables: Readonly<Record<string, number>>;
  readonly entities: Readonly<Record<string, number>>;
}

/** Something wrong with a mapping, and what to do about it. */
export interface MappingProblem {
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;
}
