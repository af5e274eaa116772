/** The mapping language: everything a schema folder needs. */
export * from "./columns.ts";
export { absent, present, type Where } from "./conditions.ts";
export type { TargetDatabase } from "./database.ts";
export { defineItems, type ItemsSpec } from "./items.ts";
export { defineTables, type Tables, table } from "./tables.ts";
export type { DynamoDbValue } from "./value.ts";
