/** The tables Postgres will hold, as they are declared: what each of them says, as data, and what the compiler has to know of it. */
import type { Column } from "./columns.ts";

export type Columns = Readonly<Record<string, Column>>;

/**
 * What it means that two items give the same primary key:
 * `reject` the smallest source hash holds the row, the others are collisions; `identical` equal rows are copies,
 * unequal ones a conflict; `{ latest: column }` the largest value holds the row, the others are superseded;
 * `merge` each item writes its own columns of the row, by `part`.
 */
export type Duplicates<C extends string = string> = "reject" | "identical" | "merge" | { readonly latest: C };

export interface ForeignKeySpec {
  readonly columns: readonly string[];
  readonly references: string;
  /** Columns that are unique together; the primary key where they are not named. */
  readonly referenced?: readonly string[];
}

export interface IndexSpec {
  readonly columns: readonly string[];
  /** An SQL condition: only the rows that meet it are in the index. */
  readonly where?: string;
}

export interface CheckSpec {
  readonly name: string;
  readonly sql: string;
}

/** Columns that repeat what the row holds that a foreign key points to: by their names, the names they have there. */
export interface RepeatSpec {
  readonly through: readonly string[];
  readonly columns: Readonly<Record<string, string>>;
}

export interface TableSpec {
  readonly foreignKeys: readonly ForeignKeySpec[];
  readonly uniques: readonly (readonly string[])[];
  readonly indexes: readonly IndexSpec[];
  readonly checks: readonly CheckSpec[];
  /** Another migration writes it: this one only refers to it. */
  readonly elsewhere: boolean;
  /** The Postgres schema it is in, where it is not that of all tables. */
  readonly schema?: string;
  readonly repeats: readonly RepeatSpec[];
  readonly duplicates: Duplicates;
  readonly copies?: number;
  readonly agree?: readonly string[];
  readonly comment?: string;
}

export declare const targets: unique symbol;

/** A foreign key as the compiler knows it; none of `referenced` stands for the primary key. */
export interface To<
  N extends string = string,
  R extends readonly string[] = readonly string[],
  O extends string = string,
> {
  readonly table: N;
  readonly referenced: R;
  readonly own: O;
}

/** Columns that several parts give, as the compiler knows them: one that may lack it says nothing. */
export interface Shared<N extends string = string> {
  readonly shared: N;
}

/** Columns that repeat others, as the compiler knows them. */
export interface Repeat<O extends string = string, R extends object = object> {
  readonly through: O;
  readonly repeats: R;
}

/** A table with more to say than its columns. `R` are its composite foreign keys, `U` the columns that are unique together, `P` those that are to agree with others. */
export interface Table<
  C extends Columns = Columns,
  R extends To = To,
  U extends readonly string[] = readonly string[],
  P extends Repeat | Shared = Repeat | Shared,
> {
  readonly columns: C;
  readonly spec: TableSpec;
  readonly [targets]: { readonly to: R; readonly unique: U; readonly agree: P };
}

/** What a table says of which nothing is said but its columns. */
export const NOTHING_MORE: TableSpec = {
  foreignKeys: [],
  uniques: [],
  indexes: [],
  checks: [],
  elsewhere: false,
  repeats: [],
  duplicates: "reject",
};

export type TableLike = Columns | Table;
export type Tables = Readonly<Record<string, TableLike>>;

export type ColumnsOf<T extends TableLike> = T extends Table<infer C> ? C : T extends Columns ? T : never;

export type SharedIn<X extends TableLike> =
  X extends Table<Columns, To, readonly string[], infer P> ? (P extends Shared<infer N> ? N : never) : never;

export function columnsOf(table: TableLike): Columns {
  return isTable(table) ? table.columns : table;
}

export function specOf(table: TableLike): TableSpec {
  return isTable(table) ? table.spec : NOTHING_MORE;
}

function isTable(table: TableLike): table is Table {
  return "foreignKey" in table && typeof table.foreignKey === "function";
}

export type Privilege = "select" | "insert" | "update" | "delete";

/** What holds for all tables. */
export interface TargetSpec {
  /** The Postgres schema they are in. Default `public`. */
  readonly schema?: string;
  /** The role that owns them when the migration is over; the migrating role has to be a member of it. */
  readonly owner?: string;
  /** Who may do what with them when the migration is over: `{ app: ["select", "insert"] }`. */
  readonly grants?: Readonly<Record<string, readonly Privilege[]>>;
}

export const TARGET = Symbol("target");

export function targetOf(tables: Tables): TargetSpec {
  const target: unknown = Reflect.get(tables, TARGET);
  return typeof target === "object" && target !== null ? target : {};
}
