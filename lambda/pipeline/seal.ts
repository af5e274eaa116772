/** A run that is proven → its rows in the hands of the application. */
import { untilItEnds } from "../domain/leads-on.ts";
import { MigrationError } from "../domain/migration-error.ts";
import type { Decisions } from "../ports/decisions.ts";
import type { Run } from "../ports/runs.ts";

export async function seal(decisions: Decisions, run: Run, force: boolean): Promise<void> {
  const refused = (problem: string, remedy: string): MigrationError =>
    new MigrationError("not-proven", `run ${run.id} ${problem}`, remedy);
  if (run.phase !== "ended") throw refused("has not ended", untilItEnds(run));
  const verdict = run.report?.verdict ?? "nothing was read";
  if (verdict !== "verified" && !force) {
    const remedy = "mend or accept what the report names, and verify; --force seals it all the same";
    throw refused(`was not proven: the newest proof says ${verdict}`, remedy);
  }
  await decisions.seal(run, force);
}
