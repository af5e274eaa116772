/** What is wrong with a mapping, as it is told when it is loaded; and mappings to be wrong in. */
import { defineTables, table, text } from "../../lambda/mapping/index.ts";
import type { ItemsSpec } from "../../lambda/mapping/items.ts";
import { loadMapping } from "../../lambda/mapping/load.ts";
import type { Tables } from "../../lambda/mapping/tables.ts";

export const keys = { pk: "PK", sk: "SK" };

export function problems(declared: Tables, spec: ItemsSpec): string[] {
  const loaded = loadMapping(declared, spec);
  return "problems" in loaded
    ? loaded.problems.map(({ where, problem, remedy }) => `${where}: ${problem} → ${remedy}`)
    : [];
}

export const one = defineTables({ things: { id: text().primaryKey(), note: text().nullable() } });
export const merged = defineTables({
  things: table({ id: text().primaryKey(), a: text(), b: text() }).duplicates("merge"),
});

/** What a JavaScript user, or a hasty cast, could write past the compiler. */
// biome-ignore lint/suspicious/noExplicitAny: these mistakes do not compile, and are met all the same
export const unchecked = (value: unknown): any => value;

/** By what is wrong: a mapping, and what it is told. */
export type Mistakes = Readonly<Record<string, readonly [Tables, ItemsSpec, RegExp]>>;
