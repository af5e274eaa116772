/**
 * The tables Postgres will hold, as a user writes them. `defineTables` checks references while the file is being
 * typed; what the compiler cannot see (names, composite keys) is checked when the mapping is loaded.
 */
import type { Column, FlagsOf } from "./columns.ts";

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

export interface TableSpec {
  readonly foreignKeys: readonly ForeignKeySpec[];
  readonly uniques: readonly (readonly string[])[];
  readonly indexes: readonly IndexSpec[];
  readonly checks: readonly CheckSpec[];
  /** Another migration writes it: this one only refers to it. */
  readonly elsewhere: boolean;
  /** The Postgres schema it is in, where it is not that of all tables. */
  readonly schema?: string;
  readonly duplicates: Duplicates;
  readonly comment?: string;
}

declare const targets: unique symbol;

/** A table with more to say than its columns. `R` names the tables its composite foreign keys point to. */
export interface Table<C extends Columns = Columns, R extends string = string> {
  readonly columns: C;
  readonly spec: TableSpec;
  readonly [targets]: R;
}

type Names<C extends Columns> = readonly (keyof C & string)[];

export interface TableBuilder<C extends Columns, R extends string> extends Table<C, R> {
  /** A foreign key of several columns to the primary key of `table`, column by column in order. */
  foreignKey<const T extends string>(columns: Names<C>, table: T): TableBuilder<C, R | T>;
  unique(...columns: Names<C>): TableBuilder<C, R>;
  index(...columns: Names<C>): TableBuilder<C, R>;
  /** An index of the rows that meet an SQL condition. */
  indexWhere(condition: string, ...columns: Names<C>): TableBuilder<C, R>;
  /** An SQL condition every row must meet. Built after the copy; rows that do not are reported with their source keys. */
  check(name: string, condition: string): TableBuilder<C, R>;
  /** The Postgres schema of this table; it is made where it is missing. */
  schema(name: string): TableBuilder<C, R>;
  /**
   * The table belongs to the migration of another source. Only its primary key has to be named, for foreign keys to it; they
   * are built when both migrations have been run.
   */
  writtenElsewhere(): TableBuilder<C, R>;
  duplicates(policy: Duplicates<keyof C & string>): TableBuilder<C, R>;
  comment(text: string): TableBuilder<C, R>;
}

function build<C extends Columns, R extends string>(columns: C, spec: TableSpec): TableBuilder<C, R> {
  const say = <S extends string>(more: Partial<TableSpec>) => build<C, S>(columns, { ...spec, ...more });
  const builder: Omit<TableBuilder<C, R>, typeof targets> = {
    columns,
    spec,
    foreignKey: (names, references) => say({ foreignKeys: [...spec.foreignKeys, { columns: names, references }] }),
    unique: (...names) => say({ uniques: [...spec.uniques, names] }),
    index: (...names) => say({ indexes: [...spec.indexes, { columns: names }] }),
    indexWhere: (where, ...names) => say({ indexes: [...spec.indexes, { columns: names, where }] }),
    check: (name, sql) => say({ checks: [...spec.checks, { name, sql }] }),
    schema: (schema) => say({ schema }),
    writtenElsewhere: () => say({ elsewhere: true }),
    duplicates: (duplicates) => say({ duplicates }),
    comment: (comment) => say({ comment }),
  };
  // The names of the referenced tables are a type without a value: this is the one place that says so.
  return builder as TableBuilder<C, R>;
}

const NOTHING_MORE: TableSpec = {
  foreignKeys: [],
  uniques: [],
  indexes: [],
  checks: [],
  elsewhere: false,
  duplicates: "reject",
};

/** A table that has composite keys, indexes or a policy for duplicates. */
export function table<const C extends Columns>(columns: C): TableBuilder<C, never> {
  return build(columns, NOTHING_MORE);
}

export type TableLike = Columns | Table;
export type Tables = Readonly<Record<string, TableLike>>;

export type ColumnsOf<T extends TableLike> = T extends Table<infer C> ? C : T extends Columns ? T : never;

export function columnsOf(table: TableLike): Columns {
  return isTable(table) ? table.columns : table;
}

export function specOf(table: TableLike): TableSpec {
  return isTable(table) ? table.spec : NOTHING_MORE;
}

function isTable(table: TableLike): table is Table {
  return "foreignKey" in table && typeof table.foreignKey === "function";
}

export type KeyColumns<C extends Columns> = {
  [N in keyof C & string]: FlagsOf<C[N]>["key"] extends true ? N : never;
}[keyof C & string];

type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;

type ReferenceCheck<T extends Tables, C extends Column> = [FlagsOf<C>["references"]] extends [never]
  ? unknown
  : FlagsOf<C>["references"] extends infer R extends keyof T & string
    ? IsUnion<KeyColumns<ColumnsOf<T[R]>>> extends true
      ? { error: `"${R}" has a composite key: use foreignKey([...], "${R}")` }
      : ColumnsOf<T[R]>[KeyColumns<ColumnsOf<T[R]>>]["kind"] extends C["kind"]
        ? unknown
        : {
            error: `the key of "${R}" is ${ColumnsOf<T[R]>[KeyColumns<ColumnsOf<T[R]>>]["kind"]}, this column is ${C["kind"]}`;
          }
    : { error: `there is no table "${FlagsOf<C>["references"]}"` };

type TableCheck<T extends Tables, X extends TableLike> =
  X extends Table<infer C, infer R>
    ? [R] extends [keyof T]
      ? { readonly columns: { readonly [N in keyof C]: ReferenceCheck<T, C[N]> } }
      : { error: `there is no table "${Exclude<R, keyof T & string>}"` }
    : X extends Columns
      ? { readonly [N in keyof X]: ReferenceCheck<T, X[N]> }
      : unknown;

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

const TARGET = Symbol("target");

/** Declares the tables. Returns them as given; a wrong reference is a compile error on its column. */
export function defineTables<const T extends Tables>(
  tables: T & { readonly [N in keyof T]: TableCheck<T, T[N]> },
  target: TargetSpec = {},
): T {
  // Beside the tables and not among them: whoever lists the tables does not meet it.
  return Object.defineProperty(tables, TARGET, { value: target });
}

export function targetOf(tables: Tables): TargetSpec {
  const target: unknown = Reflect.get(tables, TARGET);
  return typeof target === "object" && target !== null ? target : {};
}
