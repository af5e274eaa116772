/**
 * The columns of a target table, as a user writes them: `text().nullable().references("folders")`. Each call returns a
 * new column that says more; what it says stands twice, once as a value for the run and once as a type for the compiler.
 */
import type { ColumnType, Kind } from "./kinds.ts";

/** What the compiler must know of a column beside its kind. */
export interface Flags {
  readonly nullable: boolean;
  readonly filled: boolean;
  readonly key: boolean;
  readonly unique: boolean;
  readonly references: string;
  /** The column of it that is referred to, where that is not its primary key. */
  readonly referenced: string;
}

/** Everything a column says, as data. `defaultSql` is an SQL expression Postgres evaluates. */
export interface ColumnSpec {
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly indexed: boolean;
  readonly defaultSql?: string;
  readonly laterDefault?: string;
  readonly identity: boolean;
  readonly references?: string;
  readonly referenced?: string;
  readonly comment?: string;
}

declare const flags: unique symbol;

/** A column of kind `K`. The flags exist only for the compiler. */
export interface Column<K extends Kind = Kind, F extends Flags = Flags> {
  readonly kind: K;
  readonly spec: ColumnSpec;
  readonly [flags]: F;
}

export type FlagsOf<C extends Column> = C[typeof flags];

type Plain = {
  readonly nullable: false;
  readonly filled: false;
  readonly key: false;
  readonly unique: false;
  readonly references: never;
  readonly referenced: never;
};
type With<F extends Flags, P extends Partial<Flags>> = { readonly [N in keyof Flags]: N extends keyof P ? P[N] : F[N] };
type Having<F extends Flags, P extends Partial<Flags>> = With<F, P> extends infer W extends Flags ? W : never;

export interface ColumnBuilder<K extends Kind, F extends Flags> extends Column<K, F> {
  /** Part of the primary key. Several such columns make a composite key, in the order they are written. */
  primaryKey(): ColumnBuilder<K, Having<F, { readonly key: true }>>;
  /** May hold NULL, and does where an `into` leaves it out; one of them has to name it. */
  nullable(): ColumnBuilder<K, Having<F, { readonly nullable: true }>>;
  /** No two rows have the same value. Built after the copy; duplicates are reported with their source keys. */
  unique(): ColumnBuilder<K, Having<F, { readonly unique: true }>>;
  /** A secondary index on this column alone. Foreign keys get theirs without asking. */
  index(): ColumnBuilder<K, F>;
  /** An SQL expression Postgres uses where an `into` leaves the column out. */
  default(sql: string): ColumnBuilder<K, Having<F, { readonly filled: true }>>;
  /** An SQL expression for rows of the time after: items still give the value, and the default is set when all are there. */
  defaultLater(sql: string): ColumnBuilder<K, F>;
  /** Numbered by Postgres in the time after, from behind the highest number the items gave. */
  identityLater(): ColumnBuilder<K, F>;
  /** A foreign key to the single-column primary key of `table`. */
  references<const R extends string>(table: R): ColumnBuilder<K, Having<F, { readonly references: R }>>;
  /** A foreign key to a column of `table` that is unique. */
  references<const R extends string, const O extends string>(
    table: R,
    column: O,
  ): ColumnBuilder<K, Having<F, { readonly references: R; readonly referenced: O }>>;
  /** Kept in Postgres as the column's comment. */
  comment(text: string): ColumnBuilder<K, F>;
}

function column<K extends Kind, F extends Flags>(kind: K, spec: ColumnSpec): ColumnBuilder<K, F> {
  const say = <G extends Flags>(more: Partial<ColumnSpec>) => column<K, G>(kind, { ...spec, ...more });
  const builder: Omit<ColumnBuilder<K, F>, typeof flags> = {
    kind,
    spec,
    primaryKey: () => say({ primaryKey: true }),
    nullable: () => say({ nullable: true }),
    unique: () => say({ unique: true }),
    index: () => say({ indexed: true }),
    default: (defaultSql) => say({ defaultSql }),
    defaultLater: (laterDefault) => say({ laterDefault }),
    identityLater: () => say({ identity: true }),
    references: (references: string, referenced?: string) =>
      say({ references, ...(referenced === undefined ? {} : { referenced }) }),
    comment: (comment) => say({ comment }),
  };
  // The flags are a type without a value: this is the one place that says so.
  return builder as ColumnBuilder<K, F>;
}

const start = <K extends Kind>(kind: K, type: ColumnType = { kind }): ColumnBuilder<K, Plain> =>
  column(kind, { type, nullable: false, primaryKey: false, unique: false, indexed: false, identity: false });

export const text = () => start("text");
export const uuid = () => start("uuid");
export const smallint = () => start("smallint");
export const integer = () => start("integer");
export const bigint = () => start("bigint");
/** `numeric()` keeps every digit; `numeric(12, 2)` refuses a value it would have to round. */
export const numeric = (precision?: number, scale = 0) =>
  start("numeric", precision === undefined ? { kind: "numeric" } : { kind: "numeric", precision, scale });
export const real = () => start("real");
export const double = () => start("double");
export const boolean = () => start("boolean");
export const timestamptz = () => start("timestamptz");
export const timestamp = () => start("timestamp");
export const date = () => start("date");
export const bytea = () => start("bytea");
export const jsonb = () => start("jsonb");
export const textArray = () => start("text[]");
export const numericArray = () => start("numeric[]");
export const byteaArray = () => start("bytea[]");
