/** A report → what a person reads in a terminal at two in the morning: the verdict, what to do about it, and last what agrees. */
import type { Finding } from "../../domain/migration-error.ts";
import type { Report } from "../../domain/proof/report.ts";
import { headOf } from "../../domain/proof/summary.ts";
import { collapsed, finding, sectionsOf, whereAndWhen } from "./sections.ts";
import { type Cells, cellLines, sectionLines, statementLines } from "./statement.ts";

/** The JSON, and a page, have more. */
const SHOWN = { missing: 5, pointing: 3, letGo: 20 };

export const reportText = (report: Report): string =>
  [...headOf(report), whereAndWhen(report), ...Object.values(sectionsOf(report, SHOWN)).flatMap(sectionLines), ""].join(
    "\n",
  );

export const grid = (header: Cells["header"], rows: Cells["rows"]): string[] => cellLines({ header, rows });

export const findingText = (one: Finding): string[] => statementLines([finding(one)]);

export const collapsedText = (list: NonNullable<Report["collapsed"]>): string[] => statementLines(collapsed(list));
