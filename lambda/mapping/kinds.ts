/**
 * The kinds of column a mapping can declare, and which of them a conversion can fill. Everything else in the
 * language is written in these words, so that the compiler can say which reader goes into which column.
 */

/** Kinds that hold whole or decimal numbers exactly. */
export type NumberKind = "smallint" | "integer" | "bigint" | "numeric";

/** Kinds that hold a moment. `timestamp` has no zone, `timestamptz` is an instant. */
export type TimeKind = "timestamptz" | "timestamp" | "date";

/** Every column kind, named as Postgres names it (`double` is `double precision`). */
export type Kind =
  | "text"
  | "uuid"
  | NumberKind
  | "real"
  | "double"
  | "boolean"
  | TimeKind
  | "bytea"
  | "jsonb"
  | "text[]"
  | "numeric[]"
  | "bytea[]";

/** Kinds that text of a DynamoDB string or of a key can fill without further words. */
export type TextKind = "text" | "uuid" | TimeKind;

/**
 * How a value becomes a column. `natural` takes the DynamoDB type as it is; the others are conversions that could
 * surprise and must therefore be spelled: `digits` reads a number out of a string, `epochSeconds` and `epochMillis`
 * read a number as a moment.
 */
export type Conversion = "natural" | "digits" | "epochSeconds" | "epochMillis";

/** The Postgres type of one column. `precision` and `scale` only with `numeric`, both or neither. */
export interface ColumnType {
  readonly kind: Kind;
  readonly precision?: number;
  readonly scale?: number;
}

/** Kinds a primary key may have: those whose text form is one-to-one with the value. */
export const KEY_KINDS: ReadonlySet<Kind> = new Set([
  "text",
  "uuid",
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "boolean",
  "timestamptz",
  "timestamp",
  "date",
  "bytea",
]);

/** The type as SQL spells it. */
export function sqlType(type: ColumnType): string {
  if (type.kind === "double") return "double precision";
  if (type.kind === "numeric" && type.precision !== undefined) return `numeric(${type.precision},${type.scale ?? 0})`;
  return type.kind;
}
