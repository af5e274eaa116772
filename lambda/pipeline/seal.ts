/** A run that is proven → its rows in the hands of the application. */
import { untilItEnds } from "../domain/leads-on.ts";
import { type Finding, MigrationError } from "../domain/migration-error.ts";
import type { Decisions } from "../ports/decisions.ts";
import type { Run } from "../ports/runs.ts";

/** Problems that are told with the refusal; the report has all. */
const SHOWN = 20;

export async function seal(decisions: Decisions, run: Run, force: boolean): Promise<void> {
  const refused = (problem: string, remedy: string, more: { findings?: readonly Finding[] } = {}): MigrationError =>
    new MigrationError("not-proven", `run ${run.id} ${problem}`, remedy, more);
  // Done is done: what the application has written since is no reason against it.
  if (run.sealedAt !== undefined) return;
  if (run.phase !== "ended") throw refused("has not ended", untilItEnds(run));
  const verdict = run.report?.verdict ?? "nothing was read";
  if (verdict !== "verified" && !force) {
    const found = (run.report?.causes ?? []).map(({ subject, problem, remedy }) => ({
      where: subject,
      problem,
      remedy,
    }));
    const remedy = "mend or accept what the report names, and seal again; --force seals it all the same";
    const rest = { where: `run ${run.id}`, problem: `${found.length} problems, all of them in its report`, remedy };
    throw refused(`is not proven: the newest proof says ${verdict}`, remedy, {
      findings: [...found.slice(0, SHOWN), rest],
    });
  }
  await decisions.seal(run, force);
}
