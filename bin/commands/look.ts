/** `verify`, `status`, `report`: what a database holds of a migration, asked without changing anything. */
import { Command } from "commander";
import { reportText } from "../../lambda/adapters/report/text.ts";
import { runStatus, runVerify } from "../../lambda/compose.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { must } from "../../lambda/domain/must.ts";
import { print } from "../terminal/print.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { stopSignal } from "../terminal/stop.ts";
import { proofOptions, runOptions, show, writeJson } from "./run.ts";

interface LookOptions {
  readonly target: string;
  readonly schema: string;
  readonly json?: string;
}

const looking = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .requiredOption("--target <URL>", "postgres://…")
    .option("--schema <DIR>", "the folder with tables.ts and items.ts", "schema")
    .option("--json <FILE>", "write the answer there");

const task = async ({ target, schema }: LookOptions) => ({ target, schema: await readSchema(schema) });

/** Makes every check once more, over all data. */
export const verifyCommand = (): Command =>
  proofOptions(
    looking("verify", "prove the newest pass once more, from what the tables and the source hold now"),
  ).action(async (options: LookOptions & Record<string, unknown>) => {
    const { report } = await runVerify({ ...(await task(options)), options: runOptions(options) }, stopSignal());
    await writeJson(options.json, report);
    show(report);
  });

export const statusCommand = (): Command =>
  looking("status", "how far the newest run is").action(async (options: LookOptions) => {
    const { run, progress } = await runStatus(await task(options));
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
  looking("report", "the report of the newest pass that ended, as it was").action(async (options: LookOptions) => {
    const { run } = await runStatus(await task(options));
    if (run.report === undefined)
      throw new MigrationError("no-run", `run ${run.id} has no report yet`, "run migrate until it ends");
    const report = must(run.report, "checked above");
    await writeJson(options.json, report);
    print(reportText(report));
  });
