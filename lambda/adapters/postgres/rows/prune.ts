/** Items the source no longer has → their rows removed, and their lines with them. Rows changed here since stay, and are told. */
import { NO_CHANGES } from "../../../domain/decode/diff.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { forgetItems } from "../ledger/items/items.ts";
import { linesOf } from "../ledger/items/lines.ts";
import { isAnyNameless } from "../ledger/items/quarantine.ts";
import { letGoWithoutRows } from "../ledger/passes/accepted.ts";
import { removableItems } from "../ledger/passes/gone.ts";
import { type Session, transaction } from "../session/connection.ts";
import { refuseDependents } from "../tables/dependents.ts";
import { writeChanges } from "./changes.ts";
import { Straight } from "./straight.ts";

/** Items removed in one transaction. */
const BATCH = 1_000;

export async function pruneGone(session: Session, run: Run, mapping: Mapping): Promise<void> {
  const place = { run: run.id, pass: run.pass, tables: mapping.tables, straight: new Straight(), numbers: new Map() };
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
      await transaction(session, async () => {
        const items = rows.map(({ item }) => item);
        for await (const gone of linesOf(session, place, items))
          await writeChanges(session, place, { ...NO_CHANGES, gone });
        await forgetItems(session, place, items);
        await letGoWithoutRows(session, run, items);
      });
    }
  } finally {
    if (!session.broken) await session.query("drop table if exists gone");
  }
}
