/**
 * How a user writes tables: `table({…}).unique("a", "b")`. `defineTables` checks references while the file is being typed; what the
 * compiler cannot see (names, composite keys) is checked when the mapping is loaded.
 */
import type { TableCheck } from "./table-checks.ts";
import {
  type Columns,
  type Duplicates,
  NOTHING_MORE,
  type Repeat,
  type Shared,
  TARGET,
  type Table,
  type TableSpec,
  type Tables,
  type TargetSpec,
  type To,
  type targets,
} from "./tables.ts";

type Names<C extends Columns> = readonly (keyof C & string)[];

export interface TableBuilder<C extends Columns, R extends To, U extends readonly string[], P extends Repeat | Shared>
  extends Table<C, R, U, P> {
  /** A foreign key of several columns to the primary key of `table`, column by column in order. */
  foreignKey<const T extends string, const N extends Names<C>>(
    columns: N,
    table: T,
  ): TableBuilder<C, R | To<T, [], N[number]>, U, P>;
  /** The same to columns of it that are unique together. */
  foreignKey<const T extends string, const N extends Names<C>, const O extends readonly string[]>(
    columns: N,
    table: T,
    referenced: O,
  ): TableBuilder<C, R | To<T, O, N[number]>, U, P>;
  unique<const N extends Names<C>>(...columns: N): TableBuilder<C, R, U | N, P>;
  index(...columns: Names<C>): TableBuilder<C, R, U, P>;
  /** An index of the rows that meet an SQL condition. */
  indexWhere(condition: string, ...columns: Names<C>): TableBuilder<C, R, U, P>;
  /** An SQL condition every row must meet. Built after the copy; rows that do not are reported with their source keys. */
  check(name: string, condition: string): TableBuilder<C, R, U, P>;
  /** The Postgres schema of this table; it is made where it is missing. */
  schema(name: string): TableBuilder<C, R, U, P>;
  /**
   * The table belongs to the migration of another source. Only its primary key has to be named, for foreign keys to it; they
   * are built when both migrations have been run.
   */
  writtenElsewhere(): TableBuilder<C, R, U, P>;
  /**
   * Columns that hold what the row holds that a foreign key points to: `.repeats("customer_id", { customer_name: "name" })`. The
   * proof tells the rows in which they differ. NULL says nothing.
   */
  repeats<const O extends keyof C & string, const N extends { readonly [K in keyof C]?: string }>(
    through: O | readonly O[],
    columns: N,
  ): TableBuilder<C, R, U, P | Repeat<O, N>>;
  duplicates(policy: Duplicates<keyof C & string>): TableBuilder<C, R, U, P>;
  /** So many items give each row, an edge that stands in both directions two: the proof tells of which there are fewer or more. */
  duplicates(policy: "identical", expected: { readonly copies: number }): TableBuilder<C, R, U, P>;
  /** Columns that several parts give and have to give alike: where they differ, both are told. */
  duplicates<const N extends keyof C & string>(
    policy: "merge",
    shared: { readonly agree: readonly N[] },
  ): TableBuilder<C, R, U, P | Shared<N>>;
  comment(text: string): TableBuilder<C, R, U, P>;
}

function build<C extends Columns, R extends To, U extends readonly string[], P extends Repeat | Shared>(
  columns: C,
  spec: TableSpec,
): TableBuilder<C, R, U, P> {
  const say = <S extends To = R, V extends readonly string[] = U, Q extends Repeat | Shared = P>(
    more: Partial<TableSpec>,
  ) => build<C, S, V, Q>(columns, { ...spec, ...more });
  const builder: Omit<TableBuilder<C, R, U, P>, typeof targets> = {
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
    repeats: (through: string | readonly string[], repeated: Readonly<Record<string, string | undefined>>) =>
      say({
        repeats: [
          ...spec.repeats,
          { through: typeof through === "string" ? [through] : through, columns: given(repeated) },
        ],
      }),
    duplicates: (duplicates: Duplicates, more?: Pick<TableSpec, "copies" | "agree">) => say({ duplicates, ...more }),
    comment: (comment) => say({ comment }),
  };
  // The names of the referenced tables are a type without a value: this is the one place that says so.
  return builder as TableBuilder<C, R, U, P>;
}

const given = (columns: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(columns).flatMap(([name, of]) => (of === undefined ? [] : [[name, of]])));

/** A table that has composite keys, indexes or a policy for duplicates. */
export function table<const C extends Columns>(columns: C): TableBuilder<C, never, never, never> {
  return build(columns, NOTHING_MORE);
}

/** Declares the tables. Returns them as given; a wrong reference is a compile error on its column. */
export function defineTables<const T extends Tables>(
  tables: T & { readonly [N in keyof T]: TableCheck<T, T[N]> },
  target: TargetSpec = {},
): T {
  // Beside the tables and not among them: whoever lists the tables does not meet it.
  return Object.defineProperty(tables, TARGET, { value: target });
}
