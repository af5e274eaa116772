/** A number of kinds of items → a schema folder's text with that many and half as many tables again, as a large design has them. */

const COLUMNS = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

export interface LargeMapping {
  readonly tables: string;
  readonly items: string;
}

export function largeMapping(entities: number, language: string): LargeMapping {
  const children = Array.from({ length: entities / 2 }, (_, at) => at);
  const names = Array.from({ length: entities }, (_, at) => at);
  const columns = COLUMNS.map((name) => `    ${name}: text().nullable(),`).join("\n");
  const table = (at: number): string =>
    `  t${at}: {\n    id: text().primaryKey(),\n    n: bigint(),\n    parent: text().nullable().references("t${Math.max(at - 1, 0)}"),\n${columns}\n  },`;
  const child = (at: number): string =>
    `  c${at}: table({ id: text().primaryKey(), position: integer().primaryKey(), v: text() }).foreignKey(["id"], "t${at}"),`;
  const reads = COLUMNS.map((name) => `        ${name}: attr("${name}").optional(),`).join("\n");
  const item = (
    at: number,
  ): string => `    item("E${at}", { pk: "KIND${at}#{id}", sk: "AT#{n:int}" }, ({ key, attr }) => [
      into("t${at}", {
        id: key.id,
        n: key.n.digits(),
        parent: attr("parent").optional(),
${reads}
      }),
${at < children.length ? `      each(attr("list").optional(), (v, position) => into("c${at}", { id: key.id, position, v })),\n` : ""}    ]),`;
  return {
    tables: `import { bigint, defineTables, integer, table, text } from "${language}";
export const tables = defineTables({\n${names.map(table).join("\n")}\n${children.map(child).join("\n")}\n});\n`,
    items: `import { defineItems } from "${language}";
import { tables } from "./tables.ts";
export const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, each }) => [\n${names.map(item).join("\n")}\n  ]);\n`,
  };
}
