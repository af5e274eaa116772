/** `migrate`, `verify`, `repair`: what ends with a proof. */
import type { Edge } from "../../lambda/compose.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { runMigration, runRepair, runVerify } from "../../lambda/run.ts";
import { terminalProgress } from "../terminal/progress.ts";
import { readSchema } from "../terminal/schema-folder.ts";
import { stopSignal } from "../terminal/stop.ts";
import type { Action } from "./given.ts";
import { runOptions, show, writeJson } from "./run.ts";
import { openTarget } from "./target.ts";

/** One source into one database, resumed where an earlier invocation stopped. */
export const migrate: Action = async (given) => {
  const { source, json } = given;
  const options = runOptions(given);
  const schema = await readSchema(given.schema);
  await proven(json, async (edge) => {
    await using target = await openTarget(given.target);
    return (await runMigration({ source, target: target.url, schema, options }, edge)).report;
  });
};

export const verify: Action = async (given) => {
  const { target, json } = given;
  const task = { target, options: runOptions(given), schema: await readSchema(given.schema) };
  await proven(json, async (edge) => (await runVerify(task, edge)).report);
};

export const repair: Action = async (given) => {
  const { target, force, json } = given;
  const task = { target, options: runOptions(given), schema: await readSchema(given.schema), force: force === true };
  await proven(json, async (edge) => (await runRepair(task, edge)).report);
};

async function proven(json: string | undefined, work: (edge: Edge) => Promise<Report>): Promise<void> {
  const progress = terminalProgress();
  try {
    const report = await work({ progress, signal: stopSignal() });
    await writeJson(json, report);
    progress.done();
    show(report);
  } finally {
    progress.done();
  }
}
