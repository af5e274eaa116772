/** The mapping language: everything a schema folder needs. */
export * from "./columns.ts";
export { absent, present, type Where } from "./conditions.ts";
export type { TargetDatabase } from "./database.ts";
export { defineTables, table } from "./define-tables.ts";
export {
  defineItems,
  type EntitySpec,
  type ItemContext,
  type ItemsSpec,
  type Language,
  type WriteSpec,
} from "./items.ts";
export type { Tables } from "./tables.ts";
export type { DynamoDbValue } from "./value.ts";
/** What words are said of, and what they make: for functions of your own that take one and give another. */
export type {
  AnyReader as AnyValue,
  AttributeReader as Attribute,
  ElementReader as Element,
  NumberReader as NumberValue,
  Reader as Value,
  TextReader as TextValue,
} from "./words.ts";
