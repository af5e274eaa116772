import { defineItems } from "../../../lambda/mapping/index.ts";
import { tables } from "./tables.ts";

export const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, each, into }) => [
  item("List", { pk: "LIST#{id}" }, ({ key, attr }) => [
    each(attr("Letters"), (letter, position) => into("elements", { list_id: key.id, position, letter })),
  ]),
]);
