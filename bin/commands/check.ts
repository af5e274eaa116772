/** `check`: what a source holds and what a mapping makes of it, before anything is written. */
import { readdir } from "node:fs/promises";
import { Command } from "commander";
import { checkText } from "../../lambda/adapters/report/check-text.ts";
import { runCheck } from "../../lambda/ask.ts";
import type { Schema } from "../../lambda/compose.ts";
import { EXIT } from "../terminal/exit.ts";
import { print } from "../terminal/print.ts";
import { terminalProgress } from "../terminal/progress.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { stopSignal } from "../terminal/stop.ts";
import { runOptions, whole, writeJson } from "./run.ts";

interface CheckOptions extends Record<string, unknown> {
  readonly source: string;
  readonly schema: string;
  readonly keys?: string;
  readonly sample?: number;
  readonly attributes?: true;
  readonly ddl?: true;
  readonly json?: string;
}

export const checkCommand = (): Command =>
  new Command("check")
    .description("read a source, write nothing, and show what is in it and what the mapping does not cover yet")
    .requiredOption("--source <SRC>", "dynamodb:TABLE[?region=R&endpoint=URL] or file:ITEMS.jsonl[.gz]")
    .option(
      "--schema <DIR>",
      "the folder with tables.ts and items.ts; one that holds neither shows the shapes of the keys",
      "schema",
    )
    .option("--keys <PK,SK>", "the key attributes, where there is no mapping and the source cannot tell")
    .option("--sample <N>", "read about so many items, from all over the source", whole)
    .option("--max-read-units <R>", "read capacity units a second", whole)
    .option("--attributes", "show the attributes of every entity, too")
    .option("--ddl", "print the statements that make the tables, and nothing else")
    .option("--json <FILE>", "write the census there")
    .addHelpText(
      "after",
      "\nExit status: 0 nothing to mend, or no mapping to mend; 1 something is; 2 stopped before; 3 refused",
    )
    .action(async (options: CheckOptions) => {
      const schema = await schemaOf(options.schema);
      const signal = stopSignal();
      const progress = terminalProgress();
      try {
        const { checked, ddl, clean } = await runCheck(
          { source: options.source, schema, keys: options.keys?.split(","), options: runOptions(options) },
          {
            onProgress: (read) => progress.step(`reading: ${read.toLocaleString("en-US")} items`),
            signal,
          },
        );
        progress.done();
        await writeJson(options.json, { ...checked, ddl });
        print(
          options.ddl === true
            ? ddl.map((statement) => `${statement};`).join("\n\n")
            : checkText(checked, { mapped: schema !== undefined, attributes: options.attributes === true }),
        );
        process.exitCode = !clean ? EXIT.discrepant : signal.aborted ? EXIT.incomplete : EXIT.verified;
      } finally {
        progress.done();
      }
    });

/** A folder in which neither file is there yet is where a mapping begins. */
async function schemaOf(folder: string): Promise<Schema | undefined> {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined || names.some((name) => name === "tables.ts" || name === "items.ts"))
    return readSchema(folder);
  // Whoever mistook the folder should not wonder where the entities are.
  if (names.length > 0)
    process.stderr.write(`${folder} holds no tables.ts and no items.ts: this is the source without a mapping\n`);
  return undefined;
}
