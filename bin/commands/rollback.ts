/** `rollback`: a run taken back, and nothing but the run. */
import { Command } from "commander";
import { runRollback } from "../../lambda/compose.ts";
import { print } from "../terminal/print.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { writeJson } from "./run.ts";

interface RollbackOptions {
  readonly target: string;
  readonly schema: string;
  readonly force?: true;
  readonly json?: string;
}

export const rollbackCommand = (): Command =>
  new Command("rollback")
    .description("remove what the run made: its tables, or its rows in tables that were there before, and its ledger")
    .requiredOption("--target <URL>", "postgres://…")
    .option("--schema <DIR>", "the folder with tables.ts and items.ts", "schema")
    .option("--force", "also where rows have been changed or added since")
    .option("--json <FILE>", "write what was done there")
    .action(async ({ target, schema, force, json }: RollbackOptions) => {
      const undone = await runRollback({ target, schema: await readSchema(schema), force: force === true });
      await writeJson(json, undone);
      print(`ROLLED BACK  run ${undone.run} of ${undone.source}`);
      if (undone.dropped.length > 0) print(`  tables dropped: ${undone.dropped.join(", ")}`);
      for (const [table, rows] of Object.entries(undone.removed)) {
        print(`  ${table}: ${rows.toLocaleString("en-US")} rows removed, those of others kept`);
      }
    });
