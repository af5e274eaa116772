/**
 * The tables as Kysely types, for life after the migration: `new Kysely<TargetDatabase<typeof tables>>(…)`. The shape is
 * Kysely's `ColumnType`, written out so that this layer depends on nothing.
 */
import type { Column, FlagsOf } from "./columns.ts";
import type { Kind } from "./kinds.ts";
import type { ColumnsOf, Tables } from "./tables.ts";

/** What a cell is when selected, inserted and updated; structurally Kysely's `ColumnType`. */
export interface Cell<S, I, U> {
  readonly __select__: S;
  readonly __insert__: I;
  readonly __update__: U;
}

interface Selected extends Record<Kind, unknown> {
  text: string;
  uuid: string;
  smallint: number;
  integer: number;
  /** node-postgres gives what exceeds a JavaScript number as text. */
  bigint: string;
  numeric: string;
  real: number;
  double: number;
  boolean: boolean;
  timestamptz: Date;
  timestamp: Date;
  date: Date;
  bytea: Uint8Array;
  jsonb: unknown;
  "text[]": string[];
  "numeric[]": string[];
  "bytea[]": Uint8Array[];
}

interface Written extends Record<Kind, unknown> {
  text: string;
  uuid: string;
  smallint: number;
  integer: number;
  bigint: string | number | bigint;
  numeric: string | number;
  real: number;
  double: number;
  boolean: boolean;
  timestamptz: Date | string;
  timestamp: Date | string;
  date: Date | string;
  bytea: Uint8Array;
  jsonb: string;
  "text[]": string[];
  "numeric[]": string[];
  "bytea[]": Uint8Array[];
}

type CellOf<C extends Column> = FlagsOf<C>["nullable"] extends true
  ? Cell<Selected[C["kind"]] | null, Written[C["kind"]] | null | undefined, Written[C["kind"]] | null>
  : FlagsOf<C>["filled"] extends true
    ? Cell<Selected[C["kind"]], Written[C["kind"]] | undefined, Written[C["kind"]]>
    : Cell<Selected[C["kind"]], Written[C["kind"]], Written[C["kind"]]>;

/** The database type of a set of tables. */
export type TargetDatabase<T extends Tables> = {
  readonly [N in keyof T]: { readonly [C in keyof ColumnsOf<T[N]>]: CellOf<ColumnsOf<T[N]>[C]> };
};
