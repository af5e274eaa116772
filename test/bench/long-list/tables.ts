import { defineTables, integer, text } from "../../../lambda/mapping/index.ts";

export const tables = defineTables({
  elements: { list_id: text().primaryKey(), position: integer().primaryKey(), letter: text() },
});
