/** `migrate`, as it is typed → its cost, stage by stage as its own report tells them. */
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Report } from "../../../lambda/domain/proof/report.ts";
import { type Cost, less, type Seconds } from "../measure/cost.ts";
import type { Engine } from "../measure/engine.ts";
import { type Spent, spend } from "../measure/spend.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Stages follow each other without a gap, and the report is written when the last of them has ended. */
function stagesOf(timings: Report["timings"], spent: Spent, ended: number): Record<string, Seconds> {
  let end = ended;
  const stages: [string, Seconds][] = [];
  for (const [name, milliseconds] of Object.entries(timings).toReversed()) {
    const taken = less(spent.until(end), spent.until(end - milliseconds));
    stages.push([name, { ...taken, wall: milliseconds / 1000 }]);
    end -= milliseconds;
  }
  return Object.fromEntries(stages.toReversed());
}

/** Runs it to its end. Throws where that is not `verified`: what is not proven has not arrived. */
export async function migrate(engine: Engine, source: string, schema = join(ROOT, "schema")): Promise<Cost> {
  // Goes with the cluster, whatever ends this process.
  const json = join(engine.dataFolder, "bench-report.json");
  const options = ["--source", source, "--target", engine.url, "--schema", schema, "--json", json];
  // What is measured is how fast it can be, and a table that is limited says how fast it may be.
  options.push("--max-read-units", "none");
  const spent = await spend([join(ROOT, "bin/ddb2pg"), "migrate", ...options], engine);
  const report: Report = JSON.parse(await readFile(json, "utf8"));
  const { mtimeMs } = await stat(json);
  const { wall, client, postgres, peak } = spent;
  const rows = report.tables.reduce((sum, table) => sum + table.actualRows, 0);
  return {
    wall,
    client,
    postgres,
    peak,
    items: report.items.read,
    rows,
    stages: stagesOf(report.timings, spent, mtimeMs),
  };
}
