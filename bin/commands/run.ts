/** What migrate and rehearse have in common: options, a run with progress, the report on the screen and in a file. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { reportText } from "../../lambda/adapters/report/text.ts";
import { type Edge, runMigration, type Task } from "../../lambda/compose.ts";
import { optionsSchema } from "../../lambda/contract.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import type { Report } from "../../lambda/domain/report.ts";
import { parse } from "../../lambda/settings.ts";
import { EXIT } from "../terminal/exit.ts";
import { print } from "../terminal/print.ts";

/** A whole number as it was typed; anything else is left to the schema to refuse. */
export const whole = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN);

export const shapeOptions = (command: Command): Command =>
  command
    .option("--units <N>", "parts the source is read in", whole)
    .option("--concurrency <N>", "workers in this process", whole)
    .option("--max-read-units <R>", "read capacity units a second", whole);

export const proofOptions = (command: Command): Command =>
  command
    .option("--sample <N>", "items of each entity that are read again", whole)
    .option("--seed <S>", "draws that sample; another one each time where it is left out", whole)
    .option("--recount", "read the whole source a second time, keys only, and compare");

/** The options of a run among everything a command was given. */
export function runOptions(given: Record<string, unknown>): Task["options"] {
  const known = Object.keys(optionsSchema.shape).flatMap((name) =>
    given[name] === undefined ? [] : [[name, given[name]]],
  );
  return parse(optionsSchema, Object.fromEntries(known), "the command line");
}

/** Runs a migration and writes the report to `json`, where one is named. */
export async function run(task: Task, edge: Edge, json: string | undefined): Promise<Report> {
  const { report } = await runMigration(task, edge);
  await writeJson(json, report);
  return report;
}

/** Writes what a command found to the file that was named, if one was. */
export async function writeJson(file: string | undefined, found: unknown): Promise<void> {
  if (file === undefined) return;
  try {
    await writeFile(file, `${JSON.stringify(found, null, 2)}\n`);
  } catch (cause) {
    throw new MigrationError("settings", `nothing can be written to ${file}`, "name a file in a folder that exists", {
      cause,
    });
  }
}

/** Shows a report and sets the exit status that goes with it. */
export function show(report: Report): void {
  print(reportText(report));
  process.exitCode = EXIT[report.verdict];
}
