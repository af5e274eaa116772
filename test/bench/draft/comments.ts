/** The text of a `tables.ts` → whether a foreign key has its doubt beside it: a comment in its line, or right above. */
import { literally } from "../../../lambda/mapping/literally.ts";
import type { Relation } from "./contents.ts";

/** A foreign key that rows contradict, and that nobody is told of where it stands. */
export const isUntold = (text: string, relation: Relation): boolean => relation.orphans > 0 && !isTold(text, relation);

function isTold(text: string, { table, columns, references }: Relation): boolean {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^\\s*["']?${literally(table)}["']?: `).test(line));
  const indent = /^\s*/.exec(lines[start] ?? "")?.[0].length ?? 0;
  const next = new RegExp(`^ {${indent}}["']?[\\w$]+["']?: `);
  const end = lines.findIndex((line, at) => at > start && next.test(line));
  const block = start < 0 ? [] : lines.slice(start, end < 0 ? undefined : end);
  const names = columns.map((name) => `["']?\\b${literally(name)}\\b["']?`);
  const to = `["']${literally(references)}["']`;
  const single = new RegExp(`^\\s*${names[0]}:.*\\.references\\(\\s*${to}`);
  const several = new RegExp(`foreignKey\\(\\s*\\[${names.join(",\\s*")}\\],\\s*${to}`);
  const stands = block.flatMap((line, at) => (single.test(line) || several.test(line) ? [at] : []));
  return stands.some((at) => block[at]?.includes("//") === true || /^\s*\/\//.test(block[at - 1] ?? ""));
}
