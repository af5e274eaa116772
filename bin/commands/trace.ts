/** `trace`: from an item to its rows, and from a row to its items. */
import { Command } from "commander";
import { itemsText, rowText } from "../../lambda/adapters/report/trace-text.ts";
import { runTrace } from "../../lambda/ask.ts";
import { print } from "../terminal/print.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { writeJson } from "./run.ts";

interface TraceOptions {
  readonly target: string;
  readonly schema: string;
  readonly item?: true;
  readonly json?: string;
}

export const traceCommand = (): Command =>
  new Command("trace")
    .description("what became of an item, or where a row came from")
    .argument("<words...>", "PK [SK] of an item, or TABLE and the primary key of a row, or #HASH from a log")
    .requiredOption("--target <URL>", "postgres://…")
    .option("--schema <DIR>", "the folder with tables.ts and items.ts", "schema")
    .option("--item", "the words are an item's key, also where the first one is the name of a table")
    .option("--json <FILE>", "write the answer there")
    .addHelpText("after", "\nExit status: 0 found, 1 not found, 3 refused")
    .action(async (words: string[], { target, schema, item, json }: TraceOptions) => {
      const found = await runTrace({ target, schema: await readSchema(schema), words, isItem: item === true });
      await writeJson(json, found);
      process.exitCode = 0;
      if (found.kind === "row") {
        const { table, key, there, rows } = found;
        print(rowText(table, key, there, rows));
        if (rows.length === 0) process.exitCode = 1;
      } else if (found.count === 0) {
        print(
          `The ledger knows no such item: pass ${found.pass} of run ${found.run} has not read it, or has left it behind as ignored or expired.`,
        );
        print("Keys are compared letter by letter; say PK alone to see all of a partition.");
        process.exitCode = 1;
      } else print(itemsText(found, found.pass));
    });
