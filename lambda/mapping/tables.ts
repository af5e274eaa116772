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

/** A foreign key as the compiler knows it; none of `referenced` stands for the primary key. */
interface To<N extends string = string, R extends readonly string[] = readonly string[]> {
  readonly table: N;
  readonly referenced: R;
}

/** A table with more to say than its columns. `R` are its composite foreign keys, `U` the columns that are unique together. */
export interface Table<
  C extends Columns = Columns,
  R extends To = To,
  U extends readonly string[] = readonly string[],
> {
  readonly columns: C;
  readonly spec: TableSpec;
  readonly [targets]: { readonly to: R; readonly unique: U };
}

type Names<C extends Columns> = readonly (keyof C & string)[];

export interface TableBuilder<C extends Columns, R extends To, U extends readonly string[]> extends Table<C, R, U> {
  /** A foreign key of several columns to the primary key of `table`, column by column in order. */
  foreignKey<const T extends string>(columns: Names<C>, table: T): TableBuilder<C, R | To<T, []>, U>;
  /** The same to columns of it that are unique together. */
  foreignKey<const T extends string, const O extends readonly string[]>(
    columns: Names<C>,
    table: T,
    referenced: O,
  ): TableBuilder<C, R | To<T, O>, U>;
  unique<const N extends Names<C>>(...columns: N): TableBuilder<C, R, U | N>;
  index(...columns: Names<C>): TableBuilder<C, R, U>;
  /** An index of the rows that meet an SQL condition. */
  indexWhere(condition: string, ...columns: Names<C>): TableBuilder<C, R, U>;
  /** An SQL condition every row must meet. Built after the copy; rows that do not are reported with their source keys. */
  check(name: string, condition: string): TableBuilder<C, R, U>;
  /** The Postgres schema of this table; it is made where it is missing. */
  schema(name: string): TableBuilder<C, R, U>;
  /**
   * The table belongs to the migration of another source. Only its primary key has to be named, for foreign keys to it; they
   * are built when both migrations have been run.
   */
  writtenElsewhere(): TableBuilder<C, R, U>;
  duplicates(policy: Duplicates<keyof C & string>): TableBuilder<C, R, U>;
  comment(text: string): TableBuilder<C, R, U>;
}

function build<C extends Columns, R extends To, U extends readonly string[]>(
  columns: C,
  spec: TableSpec,
): TableBuilder<C, R, U> {
  const say = <S extends To = R, V extends readonly string[] = U>(more: Partial<TableSpec>) =>
    build<C, S, V>(columns, { ...spec, ...more });
  const builder: Omit<TableBuilder<C, R, U>, typeof targets> = {
    columns,
    spec,
    foreignKey: (names: Names<C>, references: string, referenced?: readonly string[]) =>
      say({
        foreignKeys: [
          ...spec.foreignKeys,
          { columns: names, references, ...(referenced === undefined ? {} : { referenced }) },
        ],
      }),
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
  return builder as TableBuilder<C, R, U>;
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
export function table<const C extends Columns>(columns: C): TableBuilder<C, never, never> {
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

type Same<A extends string, B extends string> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** The columns of a table that are unique alone, or together with others. */
type UniqueIn<X extends TableLike> =
  | {
      [N in keyof ColumnsOf<X> & string]: FlagsOf<ColumnsOf<X>[N]>["unique"] extends true ? N : never;
    }[keyof ColumnsOf<X> & string]
  | (X extends Table<Columns, To, infer U> ? U : never);
/** `true` where these columns, in whichever order, are the primary key or unique. */
type IsUnique<X extends TableLike, O extends string> =
  Same<O, KeyColumns<ColumnsOf<X>>> extends true
    ? true
    : UniqueIn<X> extends infer U
      ? U extends readonly string[]
        ? Same<O, U[number]>
        : U extends string
          ? Same<O, U>
          : never
      : never;

type Unreferable<
  N extends string,
  O extends string,
> = `(${O}) of "${N}" is neither its primary key nor unique: say .unique() of it`;

type KindCheck<N extends string, There extends Column, C extends Column> = There["kind"] extends C["kind"]
  ? unknown
  : { error: `the column of "${N}" is ${There["kind"]}, this column is ${C["kind"]}` };

type ReferenceCheck<T extends Tables, C extends Column> = [FlagsOf<C>["references"]] extends [never]
  ? unknown
  : FlagsOf<C>["references"] extends infer R extends keyof T & string
    ? [FlagsOf<C>["referenced"]] extends [never]
      ? IsUnion<KeyColumns<ColumnsOf<T[R]>>> extends true
        ? { error: `"${R}" has a composite key: use foreignKey([...], "${R}")` }
        : KindCheck<R, ColumnsOf<T[R]>[KeyColumns<ColumnsOf<T[R]>>], C>
      : FlagsOf<C>["referenced"] extends infer O extends keyof ColumnsOf<T[R]> & string
        ? true extends IsUnique<T[R], O>
          ? KindCheck<R, ColumnsOf<T[R]>[O], C>
          : { error: Unreferable<R, O> }
        : { error: `"${R}" has no column "${FlagsOf<C>["referenced"]}"` }
    : { error: `there is no table "${FlagsOf<C>["references"]}"` };

/** What is wrong with composite foreign keys; never where nothing is. */
type WrongKey<T extends Tables, R> =
  R extends To<infer N, infer O>
    ? N extends keyof T & string
      ? O extends readonly []
        ? never
        : [O[number]] extends [keyof ColumnsOf<T[N]>]
          ? true extends IsUnique<T[N], O[number]>
            ? never
            : Unreferable<N, O[number]>
          : `"${N}" has no column "${Exclude<O[number], keyof ColumnsOf<T[N]>>}"`
      : `there is no table "${N}"`
    : never;

type TableCheck<T extends Tables, X extends TableLike> =
  X extends Table<infer C, infer R>
    ? [WrongKey<T, R>] extends [never]
      ? { readonly columns: { readonly [N in keyof C]: ReferenceCheck<T, C[N]> } }
      : { error: WrongKey<T, R> }
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
