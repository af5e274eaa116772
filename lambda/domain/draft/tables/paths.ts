/** A column → the names that lead to what it holds, within the item or the element. */
import type { PlannedColumn } from "./tables.ts";

export function pathIn({ origin, lead }: Pick<PlannedColumn, "origin" | "lead">): string[] {
  const members = lead.flatMap(({ word, args: [name] }) => (word === "at" ? [String(name)] : []));
  if (origin.kind === "attr") return [origin.name, ...members];
  return origin.kind === "element" ? members : [];
}
