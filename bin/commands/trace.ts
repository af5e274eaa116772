/** `trace`: from an item to its rows, and from a row to its items. */
import { itemsText, rowText } from "../../lambda/adapters/report/trace-text.ts";
import { runTrace } from "../../lambda/verbs/trace.ts";
import { print, tell } from "../terminal/print.ts";
import { waits } from "../terminal/progress.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { writeJson } from "./answer.ts";
import { command } from "./command.ts";

export const trace = command("trace", async ({ target, schema, item, json }, words) => {
  const found = await runTrace({
    target,
    schema: await readSchema(schema),
    words,
    isItem: item === true,
    progress: waits,
  });
  await writeJson(json, found);
  process.exitCode = 0;
  if (found.kind === "row") {
    const { table, key, there, rows } = found;
    tell(rowText(table, key, there, rows));
    if (rows.length === 0) process.exitCode = 1;
  } else if (found.count === 0) {
    print(
      `The ledger knows no such item: pass ${found.pass} of run ${found.run} has not read it, or has left it behind as ignored or expired.`,
    );
    print("Keys are compared letter by letter; say PK alone to see all of a partition.");
    process.exitCode = 1;
  } else tell(itemsText(found, found.pass));
});
