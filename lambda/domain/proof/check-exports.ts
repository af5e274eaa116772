/** The checks of exports: each file is what its manifest says, and each change follows upon what was read before it. */
import { counted, type Discrepancy, type Evidence, found, RUN_AGAIN } from "./discrepancy.ts";
import type { ExportFacts, FaultyFile } from "./exports.ts";

const ANEW = "make a new export, and migrate that";

function checkFile({ id }: ExportFacts, { where, problem, remedy, items, examples }: FaultyFile): Discrepancy {
  const doubt = `what its ${counted(items, "item", "items")} gave is to be doubted`;
  return found("completeness", `export ${id}, ${where}`, `${problem}: ${doubt}`, remedy, Math.max(1, items), examples);
}

function checkWindow({ id, changes, repeated }: ExportFacts): Discrepancy[] {
  const differing = changes?.differing;
  const lines: Discrepancy[] = [];
  if (differing !== undefined && differing.count > 0) {
    const problem = `${counted(differing.count, "change says", "changes say")} of before what was not read before`;
    const remedy = `a change is missing, or one was read that never was: ${ANEW}, a full one`;
    lines.push(found("completeness", `export ${id}`, problem, remedy, differing.count, differing.examples));
  }
  if (repeated.count > 0) {
    const problem = `${counted(repeated.count, "item has", "items have")} more than one change in it, where there is one at the most`;
    lines.push(
      found(
        "completeness",
        `export ${id}`,
        problem,
        `fetch its files again; or ${ANEW}`,
        repeated.count,
        repeated.examples,
      ),
    );
  }
  return lines;
}

function checkRead({ id, records, isUnread }: ExportFacts): Discrepancy[] {
  if (!isUnread) return [];
  const problem = `none of its ${counted(records, "record", "records")} was read`;
  return [found("completeness", `export ${id}`, problem, RUN_AGAIN, records)];
}

export const checkExports = ({ exports = [] }: Evidence): Discrepancy[] =>
  exports.flatMap((each) => [
    ...each.faults.map((fault) => checkFile(each, fault)),
    ...checkRead(each),
    ...checkWindow(each),
  ]);
