/** Items a pass has not met → what they gave before is removed. */
import type { Mapping } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { isAnyNameless } from "../ledger/items/quarantine.ts";
import { removableItems } from "../ledger/passes/gone.ts";
import { type Session, transaction } from "../session/connection.ts";
import { refuseDependents } from "../tables/dependents.ts";
import { removeItems } from "./remove-items.ts";

/** Items removed in one transaction. */
const BATCH = 1_000;

export async function pruneGone(session: Session, run: Run, mapping: Mapping): Promise<void> {
  // It may be any of those that seem to be gone.
  if (await isAnyNameless(session, run)) return;
  // What a pass has met does not change any more: asked once, in place of once for each batch.
  await session.query(`create temp table gone as ${removableItems(run)}`);
  try {
    const { rows: some } = await session.query("select from gone limit 1");
    if (some.length > 0) await refuseDependents(session, mapping.tables);
    for (;;) {
      const { rows } = await session.query<{ item: string }>(
        `delete from gone where item in (select item from gone limit ${BATCH}) returning item`,
      );
      if (rows.length === 0) return;
      await transaction(session, () =>
        removeItems(
          session,
          run,
          mapping,
          rows.map(({ item }) => item),
        ),
      );
    }
  } finally {
    if (!session.broken) await session.query("drop table if exists gone");
  }
}
