/** One column for each DynamoDB type. */
import {
  boolean,
  bytea,
  byteaArray,
  defineTables,
  integer,
  jsonb,
  numeric,
  numericArray,
  type TargetDatabase,
  text,
  textArray,
} from "../../../lambda/mapping/index.ts";

export const tables = defineTables({
  all_types: {
    id: text().primaryKey(),
    string_field: text(),
    number_field: integer(),
    decimal_field: numeric(),
    boolean_true: boolean(),
    boolean_false: boolean(),
    null_field: text().nullable(),
    string_array: textArray(),
    number_array: numericArray(),
    mixed_list: jsonb(),
    simple_map: jsonb(),
    deep_value: text(),
    binary_data: bytea(),
    binary_set: byteaArray(),
    complex_object: jsonb(),
  },
});

export type Database = TargetDatabase<typeof tables>;
