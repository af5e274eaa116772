/** Drafted tables → the text of `tables.ts`. */
import type { ColumnType } from "../../../mapping/kinds.ts";
import type { DraftColumn, DraftForeignKey, DraftModel, DraftTable } from "../model.ts";
import { comment, importLines, inBlock, indented, property, quoted, withEnd } from "./code.ts";

const ARRAYS: Partial<Record<ColumnType["kind"], string>> = {
  "text[]": "textArray",
  "numeric[]": "numericArray",
  "bytea[]": "byteaArray",
};

const functionOf = ({ kind }: ColumnType): string => ARRAYS[kind] ?? kind;

export function tablesText(model: DraftModel, language: string, origin: string): string {
  const types = model.tables.flatMap(({ columns }) => columns.map(({ type }) => functionOf(type)));
  const isBuilt = model.tables.some((table) => callsOf(table).length > 0);
  const names = new Set(["defineTables", "type TargetDatabase", ...types, ...(isBuilt ? ["table"] : [])]);
  return [
    `/** ${inBlock(origin)} */`,
    ...importLines([...names], language),
    "",
    "export const tables = defineTables({",
    ...indented(model.tables.flatMap(tableLines)),
    "});",
    "",
    "export type Database = TargetDatabase<typeof tables>;",
    "",
  ].join("\n");
}

interface Call {
  readonly code: string;
  readonly doubts: readonly string[];
}

function callsOf({ foreignKeys, duplicates }: DraftTable): Call[] {
  const composite = foreignKeys.filter(({ columns, isOffered }) => columns.length > 1 && !isOffered);
  return [
    ...(duplicates === undefined ? [] : [{ code: `.duplicates(${quoted(duplicates)})`, doubts: [] }]),
    ...composite.map(({ columns, references, doubts }) => ({
      code: `.foreignKey([${columns.map(quoted).join(", ")}], ${quoted(references)})`,
      doubts,
    })),
  ];
}

function tableLines(table: DraftTable): string[] {
  const calls = callsOf(table);
  const offered = table.foreignKeys.filter(({ columns, isOffered }) => columns.length > 1 && isOffered);
  const notes = [...table.doubts, ...offered.map(offerText)];
  const columns = indented(table.columns.flatMap((column) => columnLines(column, table)));
  const [begin, end] = calls.length === 0 ? ["{", "}"] : ["table({", "})"];
  const lines = [...notes.map(comment), `${property(table.name)}: ${begin}`, ...columns, end];
  const [only] = calls;
  if (only === undefined) return withEnd(lines, ",");
  if (calls.length === 1 && only.doubts.length === 0) return withEnd(lines, `${only.code},`);
  const words = calls.flatMap(({ code, doubts }) => [...doubts.map(comment), code]);
  return withEnd([...lines, ...indented(words)], ",");
}

const offerText = ({ columns, references, doubts }: DraftForeignKey): string =>
  `${doubts.join("; ")}: .foreignKey([${columns.map(quoted).join(", ")}], ${quoted(references)})`;

function columnLines(column: DraftColumn, { foreignKeys }: DraftTable): string[] {
  const own = foreignKeys.filter(({ columns: [first, ...more] }) => first === column.name && more.length === 0);
  const drawn = own.filter(({ isOffered }) => !isOffered);
  const notes = [
    ...column.doubts,
    ...drawn.flatMap(({ doubts }) => doubts),
    ...own
      .filter(({ isOffered }) => isOffered)
      .map((key) => `${key.doubts.join("; ")}: .references(${quoted(key.references)})`),
  ];
  const { precision, scale } = column.type;
  const size = precision === undefined ? "" : `${precision}, ${scale ?? 0}`;
  const words = [
    `${functionOf(column.type)}(${size})`,
    ...(column.key ? [".primaryKey()"] : []),
    ...(column.nullable ? [".nullable()"] : []),
    ...drawn.map(({ references }) => `.references(${quoted(references)})`),
  ];
  return [...notes.map(comment), `${property(column.name)}: ${words.join("")},`];
}
