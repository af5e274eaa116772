/** `report`: the newest proof, as it was made. */

import { z } from "zod";
import { NO_MAPPING, nameOf, openTarget, type Task } from "../compose.ts";
import { summarySchema, total } from "../contract.ts";
import { sealing } from "../domain/proof/report.ts";
import { withoutKeys } from "../domain/proof/report-keys.ts";
import { summaryOf } from "../domain/proof/summary.ts";
import { openRun } from "../opening.ts";
import type { Progress } from "../ports/progress.ts";
import { reportIn, runOfNumber } from "../runs.ts";
import { answering, type Verb } from "../verb.ts";

export const report = {
  says: "the newest proof, as it was made",
  needs: ["target"],
  takes: ["run", "sql", "schema", "html", "hashKeys", "json"],
  ends: "0 told; 3 refused",
  event: answering(
    { summary: summarySchema, run: total, report: z.record(z.string(), z.unknown()).readonly() },
    async ({ target, said, log }, { progress }) => {
      const { run, logKey, report: made } = await runReport(target, said.run, progress);
      return { summary: summaryOf(made), run, report: { ...withoutKeys(made, nameOf(log, logKey)) } };
    },
  ),
} as const satisfies Verb;

/** The report of a run, the newest where none is named. */
export async function runReport(url: string, number?: number, progress?: Progress) {
  await using target = openTarget(url, NO_MAPPING, { progress });
  const run = await runOfNumber(target, number);
  return { run: run.id, logKey: run.logKey, report: { ...reportIn(run), ...sealing(run) } };
}

/** One query a table that computes the fingerprints of the report anew. */
export async function runPlainSql(
  { target: url, schema }: Pick<Task, "target" | "schema">,
  progress?: Progress,
): Promise<string> {
  await using opened = await openRun(url, schema, progress);
  return opened.target.plainSql(reportIn(opened.run));
}
