/** Every report the suite makes is held to its documented shape: a field that nobody wrote down is found where it is made. */
import { readFile } from "node:fs/promises";
import { reportSchema } from "../../lambda/adapters/report/report-schema.ts";
import type { Report, ReportHeader } from "../../lambda/domain/proof/report.ts";

/** Of a report that no run has made. */
export const HEADER: ReportHeader = {
  ...{ run: 7, pass: 2, source: "file:/x", target: "host:5432/db", mapping: "0123456789abcdef", toolVersion: "1.2.3" },
  consistency: { kind: "as read" },
  ...{ startedAt: "2026-01-02T03:04:05.000Z", finishedAt: "2026-01-02T03:04:07.500Z", timings: {}, phases: [] },
};

/** The report, as JSON has it; throws where it is not what is documented, or a discrepancy has no cause. */
export function held(report: unknown): Report {
  const told = reportSchema.parse(JSON.parse(JSON.stringify(report)));
  const explained = new Set(told.causes.flatMap(({ discrepancies }) => discrepancies));
  const alone = told.discrepancies.filter((_, at) => !explained.has(at));
  if (alone.length > 0) throw new Error(`discrepancies without a cause: ${JSON.stringify(alone)}`);
  if (told.causes.some(({ discrepancies }) => discrepancies.some((at) => told.discrepancies[at] === undefined)))
    throw new Error("a cause of a discrepancy that is not there");
  return told;
}

/** What `--json` has written. */
export const reportIn = async (file: string): Promise<Report> => held(JSON.parse(await readFile(file, "utf8")));
