/** An exported table whose items have little in common: a column for every name, as each type of DynamoDB is best kept. */
import {
  boolean,
  bytea,
  byteaArray,
  defineTables,
  jsonb,
  numeric,
  numericArray,
  type TargetDatabase,
  text,
  textArray,
} from "../../../lambda/mapping/index.ts";

export const tables = defineTables({
  records: {
    id: text().primaryKey(),
    bar: numeric().nullable(),
    baz: numeric().nullable(),
    a: boolean().nullable(),
    b: text().nullable(),
    c: textArray().nullable(),
    d: numericArray().nullable(),
    e: jsonb().nullable(),
    f: jsonb().nullable(),
    j: bytea().nullable(),
    k: byteaArray().nullable(),
  },
});

export type Database = TargetDatabase<typeof tables>;
