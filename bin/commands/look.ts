/** `verify`, `status`, `report`: what a database holds of a migration, asked without changing anything. */
import { Command } from "commander";
import { reportText } from "../../lambda/adapters/report/text.ts";
import { reportIn, runPlainSql, runStatus } from "../../lambda/ask.ts";
import { runVerify } from "../../lambda/compose.ts";
import { print } from "../terminal/print.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { stopSignal } from "../terminal/stop.ts";
import { proofOptions, runOptions, show, whole, writeJson } from "./run.ts";

interface LookOptions {
  readonly target: string;
  readonly run?: number;
  readonly json?: string;
}
interface ProofOptions extends LookOptions, Record<string, unknown> {
  readonly schema: string;
}
interface ReportOptions extends LookOptions {
  readonly schema: string;
  readonly sql?: true;
}

const looking = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .requiredOption("--target <URL>", "postgres://…")
    .option("--json <FILE>", "write the answer there");

const numbered = (command: Command): Command =>
  command.option("--run <N>", "the run of that number, where there are several; default the newest", whole);

/** Makes every check once more, over all data. */
export const verifyCommand = (): Command =>
  proofOptions(looking("verify", "prove the newest pass once more, from what the tables and the source hold now"))
    .option("--schema <DIR>", "the folder with tables.ts and items.ts", "schema")
    .action(async (options: ProofOptions) => {
      const task = { target: options.target, schema: await readSchema(options.schema), options: runOptions(options) };
      const { report } = await runVerify(task, stopSignal());
      await writeJson(options.json, report);
      show(report);
    });

export const statusCommand = (): Command =>
  numbered(looking("status", "how far a run is")).action(async (options: LookOptions) => {
    const { run, progress } = await runStatus(options.target, options.run);
    const { units, done, pages, tally } = progress;
    const status = {
      run: run.id,
      pass: run.pass,
      phase: run.phase,
      source: run.source,
      units,
      done,
      pages,
      read: tally.read,
    };
    await writeJson(options.json, status);
    print(
      `run ${run.id}, pass ${run.pass}, ${run.source}\n${run.phase === "ended" ? `ended: ${run.report?.verdict ?? "nothing was read"}` : `in phase ${run.phase}`}`,
    );
    print(`${tally.read.toLocaleString("en-US")} items read in ${pages} pages, ${done} of ${units} units done`);
  });

/** Shows what was found when the newest finished pass ended. */
export const reportCommand = (): Command =>
  numbered(looking("report", "the report of the newest pass that ended, as it was"))
    .option("--sql", "print a query a table that computes its fingerprint anew, to be run by whoever doubts it")
    .option("--schema <DIR>", "the folder with tables.ts and items.ts, for --sql", "schema")
    .action(async ({ target, run, schema, sql, json }: ReportOptions) => {
      if (sql === true) {
        print(await runPlainSql({ target, schema: await readSchema(schema) }));
        return;
      }
      const report = reportIn((await runStatus(target, run)).run);
      await writeJson(json, report);
      print(reportText(report));
    });
