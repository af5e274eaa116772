/** Names and lists → pieces of SQL. Every identifier is quoted, every value is a parameter; only numbers are written out. */
import pg from "pg";
import { sqlType } from "../../../mapping/kinds.ts";
import type { ColumnModel, FacetModel, TableModel } from "../../../mapping/model.ts";
import { fingerprintBits, fingerprintSql, keySql } from "./canonical.ts";

/** The schema of this project's own. What stands in it only the ledger knows. */
export const LEDGER = "migration_ledger";

/** Where a table stands. */
export type TablePlace = Pick<TableModel, "schema" | "name">;

export const quote = (name: string): string => pg.escapeIdentifier(name);
export const literal = (text: string): string => pg.escapeLiteral(text);
export const quoteAll = (names: readonly string[]): string => names.map(quote).join(", ");
export const tableSql = ({ schema, name }: TablePlace): string => `${quote(schema)}.${quote(name)}`;

/** A text array as Postgres reads it. Nested in another array it stays one element. */
export function arrayText(values: readonly (string | null)[]): string {
  const elements = values.map((value) => (value === null ? "NULL" : `"${value.replace(/[\\"]/g, "\\$&")}"`));
  return `{${elements.join(",")}}`;
}

/** `unnest($1::text[], $2::text[])`, one array for each column, as `s(c0, c1)`. */
export function unnest(columns: number, first = 1): string {
  const arrays = Array.from({ length: columns }, (_, at) => `$${first + at}::text[]`);
  const names = Array.from({ length: columns }, (_, at) => `c${at}`);
  return `unnest(${arrays.join(", ")}) as s(${names.join(", ")})`;
}

/** `s.c0::bigint`. */
export const castInput = ({ type }: ColumnModel, at: number): string => `s.c${at}::${sqlType(type)}`;

/** The primary key of `t` equals a ledger key: cast on the ledger's side, so that the key's index serves. */
export function keyEquals(table: TableModel, t: string, key: string): string {
  return table.primaryKey
    .map((column, at) => `${t}.${quote(column.name)} = ${key}[${at + 1}]::${sqlType(column.type)}`)
    .join(" and ");
}

/** The primary key of the row `t` as the ledger holds it. */
export const keyOfRow = (table: TableModel, t: string): string =>
  textsOfRow(
    table,
    table.primaryKey.map(({ name }) => name),
    t,
  );

/** Some columns of the row `t`, each as the ledger spells a key. */
export const textsOfRow = ({ columns }: TableModel, names: readonly string[], t: string): string =>
  `array[${names
    .flatMap((name) => columns.filter((column) => column.name === name))
    .map(({ name, type }) => keySql(type, `${t}.${quote(name)}`))
    .join(", ")}]`;

/** The fingerprint of a facet of the row `t`. */
export function facetFingerprint(facet: FacetModel, t: string): string {
  return fingerprintSql(facet.columns.map(({ name, type }) => ({ type, expression: `${t}.${quote(name)}` })));
}

/** The same, to be added up. */
export const facetBits = (facet: FacetModel, t: string): string =>
  fingerprintBits(facet.columns.map(({ name, type }) => ({ type, expression: `${t}.${quote(name)}` })));

/** How many row versions `v` has, and the sum of their hashes. */
export const rowVersions = (v: string): string =>
  `count(*) || ':' || coalesce(sum(hashtextextended(${v}.tableoid || ' ' || ${v}.ctid || ' ' || ${v}.xmin, 0)), 0)`;

/** The columns of a facet that are not the key: what its holder may change. */
export function ownColumns(table: TableModel, facet: FacetModel): readonly ColumnModel[] {
  return facet.columns.filter((column) => !table.primaryKey.some(({ name }) => name === column.name));
}
