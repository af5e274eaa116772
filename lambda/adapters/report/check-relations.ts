/** What a census found to be wrong between rows → its lines: items that give one row, rows that point to none, values that are not alone. */
import type { Census, Conflict } from "../../domain/discover/census.ts";
import type { RelationFault } from "../../domain/discover/relations/found.ts";
import { keyText, rowKeyText } from "./key-text.ts";

const count = (value: number): string => value.toLocaleString("en-US");
const rows = (value: number): string => `${count(value)} ${value === 1 ? "row" : "rows"}`;
const items = (value: number): string => `${count(value)} ${value === 1 ? "item" : "items"}`;

/** Columns named of those that differ. */
const MOST_COLUMNS = 8;

export function conflictLines({ conflicts, rowsNotCompared }: Census): string[] {
  return [
    ...conflicts.flatMap((conflict) => [
      `  ${conflict.table}: ${conflict.kind}, ${items(conflict.count)}${differingText(conflict)}`,
      ...conflict.examples.map(({ key, source, holder, differing }) => {
        const what = differing.length === 0 ? "" : `: ${differing.slice(0, MOST_COLUMNS).join(", ")}`;
        return `      ${rowKeyText(key)} from ${keyText(source)}, and from ${keyText(holder)}${what}`;
      }),
      `      → ${remedyOf(conflict)}`,
    ]),
    ...(rowsNotCompared > 0
      ? [`  ${count(rowsNotCompared)} rows were too many to remember: the run itself finds what is among them`]
      : []),
  ];
}

function differingText({ differing, alike, count: total }: Conflict): string {
  if (alike === total) return ", rows that are the same";
  const columns = Object.entries(differing).sort(([, a], [, b]) => b - a);
  const named = columns.slice(0, MOST_COLUMNS).map(([name, times]) => `${name} ×${count(times)}`);
  const more = columns.length > named.length ? `, and ${columns.length - named.length} more columns` : "";
  const same = alike === 0 ? "" : `${count(alike)} the same, the others `;
  return named.length === 0 ? "" : `, ${same}differing in ${named.join(", ")}${more}`;
}

function remedyOf({ kind, alike, count: total }: Conflict): string {
  const others =
    '.duplicates({ latest: COLUMN }) where the newest counts, .duplicates("merge") where each gives its own columns';
  if (kind === "differing-parts") return "correct one of them, or give each a column of its own";
  if (kind === "collision" && alike === total)
    return 'say .duplicates("identical") of the table in tables.ts where they are copies, or correct one of them';
  return `correct one of them, or say what two mean in tables.ts: ${others}`;
}

interface Told extends RelationFault {
  readonly says: string;
  readonly examples: readonly string[];
  readonly remedy: string;
}

function told({ relations: { orphans = [], clashes, missing = [], repeats, copies = [] } }: Census): Told[] {
  return [
    ...orphans.map(({ examples, ...each }) => ({
      ...each,
      says: ` (${each.columns.join(", ")}) → ${each.references}: ${rows(each.count)} ${each.count === 1 ? "points" : "point"} to a row that no item gives`,
      examples: examples.map(({ source, parent }) => `${rowKeyText(parent)} from ${keyText(source)}`),
      remedy:
        "put the missing items into the source, correct those that point to them, or take the foreign key from the table",
    })),
    ...clashes.map(({ examples, ...each }) => ({
      ...each,
      says: ` (${each.columns.join(", ")}): ${rows(each.count)} share a value that must be unique`,
      examples: examples.map(({ source, holder }) => `${keyText(source)}, and ${keyText(holder)}`),
      remedy: "correct the items, or take .unique() from the column",
    })),
    ...missing.map(({ examples, ...each }) => ({
      ...each,
      says: ` (${each.columns.join(", ")}): ${rows(each.count)} without the part that gives ${each.columns.length === 1 ? "it" : "them"}, where no NULL may be`,
      examples: examples.map(({ source }) => keyText(source)),
      remedy: "put the items that give it into the source, or say .nullable() of the column",
    })),
    ...repeats.map(({ examples, ...each }) => ({
      ...each,
      says: ` (${each.columns.join(", ")}): ${rows(each.count)} ${each.count === 1 ? "differs" : "differ"} from ${each.of} of the row of ${each.references} that ${each.count === 1 ? "it points" : "they point"} to`,
      examples: examples.map(({ source }) => keyText(source)),
      remedy: "correct the items, or, where it may differ, take the column from .repeats()",
    })),
    ...copies.map(({ examples, ...each }) => ({
      ...each,
      says: `: ${rows(each.count)} not given by ${each.expected} items`,
      examples: examples.map(({ source, items: given }) => `${keyText(source)}: ${items(given)}`),
      remedy: "put the items that are missing into the source, or take { copies } from .duplicates()",
    })),
  ];
}

export function relationLines(census: Census): string[] {
  const { orphans, oneIn } = census.relations;
  const lines = told(census).flatMap(({ table, says, isSure, examples, remedy }) => [
    `  ${table}${says}${isSure ? "" : "; or fewer, where a later item gives another row"}`,
    ...examples.map((example) => `      ${example}`),
    `      → ${remedy}`,
  ]);
  return [
    ...lines,
    ...(orphans === undefined ? ["  what rows point to was not looked for: not every item was read"] : []),
    ...(oneIn > 1
      ? [`  one value in ${count(oneIn)} was looked at, as all were too many to remember: the run finds the others`]
      : []),
  ];
}
