/** A table with a partition key alone, and a value of every type. */
import { defineItems } from "../../../lambda/mapping/index.ts";
import { tables } from "./tables.ts";

export const items = defineItems(tables, { keys: { pk: "id" } }, ({ item, into }) => [
  item("Sample", { pk: "{id}" }, ({ key, attr }) => [
    into("all_types", {
      id: key.id,
      string_field: attr("stringField"),
      number_field: attr("numberField"),
      decimal_field: attr("decimalField"),
      boolean_true: attr("booleanTrue"),
      boolean_false: attr("booleanFalse"),
      null_field: attr("nullField").nullable(),
      string_array: attr("stringArray"),
      number_array: attr("numberArray"),
      mixed_list: attr("mixedList"),
      simple_map: attr("simpleMap"),
      deep_value: attr("nestedMap").at("level1").at("level2").at("level3").at("deepValue"),
      binary_data: attr("binaryData"),
      binary_set: attr("binarySet"),
      complex_object: attr("complexObject"),
    }),
  ]),
]);
