/**
 * A column type and an SQL expression -> the SQL that computes, from what is stored, the canonical text, the row
 * fingerprint and the table's sum: the counterpart of domain/decode/cell.ts and domain/decode/fingerprint.ts. Test and proof alike
 * ask whether the two sides agree, so neither is changed alone.
 */

import { type FingerprintSum, foldedSum, NULL_MARK, TERMINATED_KINDS } from "../../../domain/decode/fingerprint.ts";
import type { ColumnType } from "../../../mapping/kinds.ts";

/**
 * What texts and statements mean, in either direction, pinned for every session as several statements in one text: forms of
 * values, of arrays and of definitions; a comparison with NULL; and that a row which a policy would hide makes a statement
 * fail instead of being passed over. jit changes no text; it is off so that the time a proof takes does not hang on the
 * planner's cost estimate. Left alone is whether transactions may write: who says that they may not means it.
 */
export const SESSION_SETTINGS = `
  set DateStyle = 'ISO, YMD';
  set TimeZone = 'UTC';
  set IntervalStyle = 'postgres';
  set extra_float_digits = 1;
  set bytea_output = 'hex';
  set standard_conforming_strings = on;
  set client_encoding = 'UTF8';
  set array_nulls = on;
  set backslash_quote = safe_encoding;
  set transform_null_equals = off;
  set quote_all_identifiers = off;
  set xmlbinary = base64;
  set xmloption = content;
  set lc_monetary = 'C';
  set lc_numeric = 'C';
  set lc_time = 'C';
  set row_security = off;
  set default_transaction_isolation = 'read committed';
  set default_transaction_deferrable = off;
  set jit = off;
`;

/** The canonical text of a value, NULL for NULL. Equals `canonicalOf`. */
export function canonicalSql(type: ColumnType, expression: string): string {
  switch (type.kind) {
    case "text":
    case "uuid":
    case "smallint":
    case "integer":
    case "bigint":
    case "boolean":
    case "timestamptz":
    case "timestamp":
    case "date":
    case "jsonb":
      return `(${expression})::text`;
    case "numeric":
      return `trim_scale(${expression})::text`;
    case "real":
      return `encode(float4send(${expression}), 'hex')`;
    case "double":
      return `encode(float8send(${expression}), 'hex')`;
    case "bytea":
      return `encode(${expression}, 'hex')`;
    case "text[]":
    case "numeric[]":
    case "bytea[]":
      return `to_jsonb(${expression})::text`;
  }
}

/** The text of a key column as the ledger holds it, which casts back to the key. Equals `inputOf`. */
export function keySql(type: ColumnType, expression: string): string {
  return type.kind === "bytea" ? `(${expression})::text` : canonicalSql(type, expression);
}

/** A row's fingerprint, of type uuid. Equals `rowFingerprint` over the same columns in the same order. */
export function fingerprintSql(columns: readonly { readonly type: ColumnType; readonly expression: string }[]): string {
  return `encode(${digestSql(columns)}, 'hex')::uuid`;
}

function digestSql(columns: Parameters<typeof fingerprintSql>[0]): string {
  const framed = columns.map(({ type, expression }) => `coalesce(${framedSql(type, expression)}, '${NULL_MARK}')`);
  return `substr(sha256(convert_to(${framed.join(" || ")}, 'UTF8')), 1, 16)`;
}

/** A row's fingerprint as `sumSql` adds it up. */
export const fingerprintBits = (columns: Parameters<typeof fingerprintSql>[0]): string => bits(digestSql(columns));
/** The same of one that is stored. */
export const storedBits = (uuid: string): string => bits(`uuid_send(${uuid})`);

const bits = (bytes: string): string => `('x' || encode(${bytes}, 'hex'))::bit(128)`;

function framedSql(type: ColumnType, expression: string): string {
  const canonical = canonicalSql(type, expression);
  return TERMINATED_KINDS.has(type.kind) ? `${canonical} || ','` : `octet_length(${canonical}) || ':' || ${canonical}`;
}

/**
 * Two aggregates over a column of bits: the sums of their halves as signed 64-bit numbers, each a numeric. They go with
 * `count(*)` into `sumFromSql`. The column is written twice: let it be one of a subquery that ends in `offset 0`, or Postgres
 * computes each fingerprint twice.
 */
export const sumSql = (column: string): readonly [high: string, low: string] => [
  `sum(substring(${column}, 1, 64)::bigint)`,
  `sum(substring(${column}, 65, 64)::bigint)`,
];

/** The count and both sums as pg delivers them, NULL being the sum over no row, folded mod 2^64. */
export function sumFromSql(count: string, high: string | null, low: string | null): FingerprintSum {
  return foldedSum(Number(count), BigInt(high ?? 0), BigInt(low ?? 0));
}
