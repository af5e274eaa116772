/** `trace`: from an item to its rows, and from a row to its items. */
import type { Task } from "../compose.ts";
import { MigrationError } from "../domain/migration-error.ts";
import { itemName, keyWords } from "../item-name.ts";
import { openRun } from "../opening.ts";
import type { Progress } from "../ports/progress.ts";
import type { Verb } from "../verb.ts";

export const trace = {
  says: "what became of an item, or where a row came from",
  words: { name: "words...", says: "PK [SK] of an item, or TABLE and the primary key of a row, or #HASH from a log" },
  needs: ["target"],
  takes: ["schema", "item", "json"],
  ends: "0 found; 1 not found; 3 refused",
} as const satisfies Verb;

export interface TraceTask extends Pick<Task, "target" | "schema"> {
  /** An item's key, or a table's name and a row's key, or `#` and a hash from a log. */
  readonly words: readonly string[];
  /** The words are an item's key, whatever the first one is. */
  readonly isItem: boolean;
  readonly progress?: Progress;
}

export async function runTrace({ target: url, schema, words, isItem, progress }: TraceTask) {
  await using opened = await openRun(url, schema, progress);
  const { run, mapping, target } = opened;
  const { id, pass } = run;
  const [first = "", ...key] = words;
  const table = isItem ? undefined : mapping.tables.find(({ name }) => name === first);
  if (table === undefined)
    return {
      kind: "items" as const,
      run: id,
      pass,
      ...(await target.trace.items(run, itemName(keyWords(words), mapping))),
    };
  if (key.length !== table.primaryKey.length) {
    const columns = table.primaryKey.map(({ name }) => name).join(", ");
    throw new MigrationError(
      "settings",
      `a row of ${first} is named by ${table.primaryKey.length} words`,
      `give its primary key: ${columns}`,
    );
  }
  return { kind: "row" as const, run: id, pass, table: first, key, ...(await target.trace.row(run, table, key)) };
}
