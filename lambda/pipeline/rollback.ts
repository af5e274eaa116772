/** A run → nothing of it, unless others would lose by it and that was not agreed to. */
import { MigrationError } from "../domain/migration-error.ts";
import type { Run } from "../ports/runs.ts";
import type { Undo, Undone } from "../ports/undo.ts";

export async function rollback(undo: Undo, run: Run, force: boolean): Promise<Undone> {
  const losses = await undo.losses(run);
  if (losses.length > 0 && !force) {
    const problem = `rows of run ${run.id} have been changed or added to since; a rollback would lose that`;
    throw new MigrationError("rollback-refused", problem, "see each finding; --force does it all the same", {
      findings: losses,
    });
  }
  return undo.undo(run);
}
