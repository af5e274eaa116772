/** Statements and cells → elements: the same words as at a terminal. */
import {
  type Cells,
  cellText,
  isEmpty,
  isOfNumbers,
  type Section,
  type Statement,
} from "../../lambda/adapters/report/statement.ts";
import { html, type Markup, words } from "./markup.ts";

/** A section under its heading; nothing where nothing is to be told. */
export function told(section: Section, ...more: readonly (Markup | undefined)[]): Markup | undefined {
  if (isEmpty(section) && more.every((each) => each === undefined)) return undefined;
  const { title, numbered, statements, cells } = section;
  return html`<section>
<h2>${title}</h2>
${numbered ? causes(statements) : list(statements)}
${cells === undefined || cells.rows.length === 0 ? undefined : grid(cells, title)}
${more}
</section>`;
}

/** Each stands alone, with what is to be done. */
const causes = (statements: readonly Statement[]): Markup | undefined =>
  statements.length === 0 ? undefined : html`<ol class="causes">${statements.map(item)}</ol>`;

export const list = (statements: readonly Statement[]): Markup | undefined =>
  statements.length === 0 ? undefined : html`<ul>${statements.map(item)}</ul>`;

const item = ({ says, remedy, command, below = [] }: Statement): Markup => html`<li>
<p>${words(says)}</p>
${remedy === undefined ? undefined : html`<p class="remedy"><span aria-hidden="true">→ </span>${words(remedy)}${command === undefined ? undefined : html` <code>${command}</code>`}</p>`}
${list(below)}
</li>`;

/** Wider than the page it is looked at sideways, with the keyboard, too. */
export const grid = (
  cells: Cells,
  name: string,
): Markup => html`<div class="wide" role="group" aria-label="${name}" tabindex="0">
<table>
${cells.header.every((title) => title === "") ? undefined : html`<thead><tr>${cells.header.map((title, at) => headCell(title, isOfNumbers(cells, at)))}</tr></thead>`}
<tbody>${cells.rows.map((row) => html`<tr>${row.map((cell, at) => bodyCell(cell, at === 0))}</tr>`)}</tbody>
</table>
</div>`;

const headCell = (title: string, isNumber: boolean): Markup =>
  title === ""
    ? html`<td></td>`
    : isNumber
      ? html`<th scope="col" class="number">${title}</th>`
      : html`<th scope="col">${title}</th>`;

/** The first names what the row is about. */
function bodyCell(cell: string | number, isName: boolean): Markup {
  if (typeof cell === "number") return html`<td class="number">${cellText(cell)}</td>`;
  return isName ? html`<th scope="row">${words(cell)}</th>` : html`<td>${words(cell)}</td>`;
}
