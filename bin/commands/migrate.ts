/** `migrate`: one source into one database, resumed where an earlier one stopped. */
import { Command } from "commander";
import { terminalProgress } from "../terminal/progress.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { stopSignal } from "../terminal/stop.ts";
import { proofOptions, run, runOptions, shapeOptions, show, whole } from "./run.ts";
import { openTarget } from "./target.ts";

interface MigrateOptions extends Record<string, unknown> {
  readonly source: string;
  readonly target: string;
  readonly schema: string;
  readonly json?: string;
}

export function migrateCommand(): Command {
  const command = new Command("migrate")
    .description("copy a source into Postgres and prove it; run again after any failure")
    .requiredOption("--source <SRC>", "dynamodb:TABLE[?region=R&endpoint=URL] or file:ITEMS.jsonl[.gz]")
    .requiredOption("--target <URL>", "postgres://… or embedded, to try a mapping with no database at hand")
    .option("--schema <DIR>", "the folder with tables.ts and items.ts", "schema")
    .option("--prune", "remove the rows of items the source no longer has")
    .option("--max-quarantine <N>", "stop when more items than this cannot become rows", whole)
    .option("--allow-empty", "accept a source without a single item")
    .option("--json <FILE>", "write the report there");
  return proofOptions(shapeOptions(command)).action(async (options: MigrateOptions) => {
    const signal = stopSignal();
    const settings = runOptions(options);
    const schema = await readSchema(options.schema);
    const progress = terminalProgress();
    try {
      await using target = await openTarget(options.target);
      const task = { source: options.source, target: target.url, schema, options: settings };
      const report = await run(task, { progress, signal }, options.json);
      progress.done();
      show(report);
    } finally {
      progress.done();
    }
  });
}
