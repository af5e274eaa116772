/** Tables and their relations → the words Graphviz draws a picture of: a box a table, a line a foreign key. Colours stand for meanings, which the page's style gives. */
import { isSame } from "../../lambda/adapters/report/sections.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { numeral } from "../../lambda/domain/proof/summary.ts";
import type { TableShape } from "../../lambda/domain/proof/target-shape.ts";
import { visible } from "../../lambda/domain/visible.ts";
import { orphansText } from "./evidence.ts";
import { escaped } from "./markup.ts";

/** As the style knows them, light and dark: no colour that is seen. */
export const MEANS = {
  line: "#000001",
  paper: "#000002",
  head: "#000003",
  faint: "#000004",
  wrong: "#000005",
} as const;

/** In points: 12 pixels. */
const SIZE = 9;
/** Of a letter, of a font in which all have one width. */
const ADVANCE = SIZE * 0.61;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Extended_Pictographic}/u;

/** Above this many tables that hang together only what relates them is drawn. */
const MOST_TABLES = 40;
const MOST_COLUMNS = 16;

type Key = TableShape["foreignKeys"][number];

export function dotOf(
  tables: readonly TableShape[],
  report: Pick<Report, "foreignKeys" | "tables">,
  id: string,
): string {
  const at = new Map(tables.map(({ name }, place) => [name, place]));
  const referred = Map.groupBy(
    tables.flatMap(({ foreignKeys }) => foreignKeys),
    ({ references }) => references,
  );
  const boxes = tables.map((table) => ({
    table,
    drawn: drawnColumns(table, referred.get(table.name) ?? [], tables.length > MOST_TABLES),
  }));
  /** A row begins at its left and ends at its right, each a port. */
  const placeOf = (table: string, column: string | undefined, side: "w" | "e"): string => {
    const place = at.get(table) ?? -1;
    const row = boxes[place]?.drawn.findIndex(({ name }) => name === column) ?? -1;
    return `n${place}:${side}${row}:${side}`;
  };
  const lines = tables.flatMap((table) =>
    table.foreignKeys
      // One that leads back into its own table is marked there: Graphviz would draw it through its neighbours.
      .filter(({ references }) => at.has(references) && references !== table.name)
      .map((key, place) => {
        const from = placeOf(key.references, key.referencedColumns[0], "e");
        const to = placeOf(table.name, key.columns[0], "w");
        return `${from} -> ${to} [id="${id}n${at.get(table.name)}e${place}" ${lineOf(factsOf(table.name, key, report))}]`;
      }),
  );
  return `digraph {
graph [id="${id}" rankdir=LR bgcolor=transparent nodesep=0.25 ranksep=0.6 pad=0.05]
node [shape=plain fontname=Courier fontsize=${SIZE}]
edge [fontname=Courier fontsize=${SIZE} color="${MEANS.faint}" dir=both arrowtail=tee arrowhead=crow arrowsize=0.7]
${boxes.map(({ table, drawn }, place) => `n${place} [id="${id}n${place}" label=<${boxOf(table, drawn, report)}>]`).join("\n")}
${lines.join("\n")}
}`;
}

/** All of them, or the keys where that would be too many. */
function drawnColumns(table: TableShape, referring: readonly Key[], keysOnly: boolean): TableShape["columns"] {
  const relates = new Set([
    ...table.primaryKey,
    ...table.foreignKeys.flatMap(({ columns }) => columns),
    ...referring.flatMap(({ referencedColumns }) => referencedColumns),
  ]);
  const left = keysOnly ? 0 : Math.max(0, MOST_COLUMNS - relates.size);
  const others = table.columns.filter(({ name }) => !relates.has(name)).slice(0, left);
  const shown = new Set([...relates, ...others.map(({ name }) => name)]);
  return table.columns.filter(({ name }) => shown.has(name));
}

const factsOf = (table: string, key: Key, { foreignKeys }: Pick<Report, "foreignKeys">) =>
  foreignKeys.find((each) => each.table === table && String(each.columns) === String(key.columns));

type Facts = ReturnType<typeof factsOf>;

/** Rows that point to nothing are red, and what is not in force is dashed. */
function lineOf(facts: Facts): string {
  if (facts === undefined || (facts.orphans === 0 && facts.validated)) return "";
  if (facts.orphans === 0) return "style=dashed";
  return `style=dashed color="${MEANS.wrong}" fontcolor="${MEANS.wrong}" penwidth=1.6 label=" ${orphansText(facts)} "`;
}

function boxOf(
  table: TableShape,
  drawn: TableShape["columns"],
  report: Pick<Report, "tables" | "foreignKeys">,
): string {
  const { name, columns, primaryKey, foreignKeys, uniques } = table;
  const counted = report.tables.find((each) => each.name === name);
  const colour = counted === undefined || isSame(counted) ? MEANS.line : MEANS.wrong;
  const rowCount = counted === undefined ? "" : numeral(counted.actualRows);
  const rows = drawn.map(({ name: column, type, nullable }, at) => {
    const keys = foreignKeys.filter((key) => key.columns.includes(column));
    const around = keys.filter(({ references }) => references === name);
    const lost = around.flatMap((key) => factsOf(name, key, report) ?? []).filter(({ orphans }) => orphans > 0);
    const marks = [
      ...(primaryKey.includes(column) ? ["PK"] : []),
      ...(keys.length > 0 ? ["FK"] : []),
      ...(uniques.some((unique) => unique.columns.includes(column)) ? ["U"] : []),
      ...(around.length > 0 ? ["↺"] : []),
      ...lost.map(orphansText),
    ].join(" ");
    return `<TR>${cell(column, `PORT="w${at}"`)}${cell(`${type}${nullable ? "?" : ""}`, "", MEANS.faint)}${cell(marks, `PORT="e${at}"`, lost.length > 0 ? MEANS.wrong : MEANS.line)}</TR>`;
  });
  const beyond = columns.length - drawn.length;
  return [
    `<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" COLOR="${colour}" BGCOLOR="${MEANS.paper}">`,
    `<TR>${cell(name, `COLSPAN="2" BGCOLOR="${MEANS.head}"`, colour)}${cell(rowCount, `BGCOLOR="${MEANS.head}"`, MEANS.faint)}</TR>`,
    ...rows,
    ...(beyond > 0 ? [`<TR>${cell(`… ${numeral(beyond)} more`, 'COLSPAN="3"', MEANS.faint)}</TR>`] : []),
    "</TABLE>",
  ].join("");
}

/** Left as it is, it and the letter behind it would stand for something that Graphviz knows. */
const BACKSLASH = "\\\\";

/** As wide as its text, also where Graphviz does not know the letters. */
function cell(text: string, attributes: string, colour: string = MEANS.line): string {
  if (text === "") return `<TD ${attributes}></TD>`;
  const letters = [...visible(text)].reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0);
  return `<TD ALIGN="LEFT" WIDTH="${Math.ceil(letters * ADVANCE) + 6}" ${attributes}><FONT COLOR="${colour}">${escaped(text).replaceAll("\\", BACKSLASH)}</FONT></TD>`;
}
