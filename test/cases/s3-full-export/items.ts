/** Items of one kind, with a partition key alone. Each has what it has: nothing but the key is in all of them. */
import { defineItems } from "../../../lambda/mapping/index.ts";
import { tables } from "./tables.ts";

export const items = defineItems(tables, { keys: { pk: "id" } }, ({ item, into }) => [
  item("Record", { pk: "{id}" }, ({ key, attr }) => [
    into("records", {
      id: key.id,
      bar: attr("bar").optional(),
      baz: attr("baz").optional(),
      a: attr("a").optional(),
      b: attr("b").optional().nullable(),
      c: attr("c").optional(),
      d: attr("d").optional(),
      e: attr("e").optional(),
      f: attr("f").optional(),
      j: attr("j").optional(),
      k: attr("k").optional(),
    }),
  ]),
]);
