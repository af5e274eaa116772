/** What is told, before it has a form: statements with what is to be done and what stands below them, and tables of cells. A terminal shows them as lines, a page as elements. */
import { numeral } from "../../domain/proof/summary.ts";

export interface Statement {
  readonly says: string;
  readonly remedy?: string;
  /** The remedy's last word, as it is typed. */
  readonly command?: string;
  readonly below?: readonly Statement[];
}

export interface Cells {
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface Section {
  readonly title: string;
  /** By their order, where they are referred to. */
  readonly numbered?: true;
  readonly statements: readonly Statement[];
  readonly cells?: Cells;
}

/** Nothing else is under its title. */
export const isEmpty = ({ statements, cells }: Section): boolean =>
  statements.length === 0 && (cells === undefined || cells.rows.length === 0);

/** Whether what stands in a column are numbers. */
export const isOfNumbers = ({ rows }: Cells, at: number): boolean =>
  rows.length > 0 && rows.every((row) => typeof row[at] === "number");

export const cellText = (cell: string | number): string => (typeof cell === "number" ? numeral(cell) : cell);

/** Columns padded to their widest cell; numbers to the right. */
export function cellLines({ header, rows }: Cells): string[] {
  const text = rows.map((row) => row.map(cellText));
  const width = header.map((title, at) => Math.max(title.length, ...text.map((row) => row[at]?.length ?? 0)));
  const right = header.map((_, at) => isOfNumbers({ header, rows }, at));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, at) => (right[at] ? cell.padStart(width[at] ?? 0) : cell.padEnd(width[at] ?? 0))).join("  ")}`.trimEnd();
  return [line(header), ...text.map(line)];
}

/** What stands below is further to the right, as far as there is a further. */
const INDENTS = ["  ", "      ", "        "] as const;

export const statementLines = (
  statements: readonly Statement[],
  depth = 0,
  beginning: (at: number) => string = () => "",
): string[] =>
  statements.flatMap(({ says, remedy, command, below = [] }, at) => [
    `${INDENTS[depth] ?? INDENTS[2]}${beginning(at)}${says}`,
    ...(remedy === undefined ? [] : [`      → ${remedy}`]),
    ...(command === undefined ? [] : [`        ${command}`]),
    ...statementLines(below, depth + 1),
  ]);

/** Of the columns of a section that has no header none is named. */
export function sectionLines(section: Section): string[] {
  if (isEmpty(section)) return [];
  const { title, numbered, statements, cells } = section;
  const lines = cells === undefined || cells.rows.length === 0 ? [] : cellLines(cells);
  const shown = cells?.header.every((name) => name === "") === true ? lines.slice(1) : lines;
  return ["", title, ...statementLines(statements, 0, (at) => (numbered ? `${at + 1}. ` : "")), ...shown];
}
