/** Items the source no longer has → their rows removed, and their lines with them. Rows changed here since stay, and are told. */
import type { Mapping } from "../../mapping/model.ts";
import type { Run } from "../../ports/runs.ts";
import * as audit from "./audit.ts";
import { writeChanges } from "./changes.ts";
import { type Session, transaction } from "./connection.ts";
import { refuseDependents } from "./dependents.ts";
import { LEDGER } from "./sql.ts";

/** Items removed in one transaction. */
const BATCH = 1_000;

export async function pruneGone(session: Session, run: Run, mapping: Mapping): Promise<void> {
  const place = { run: run.id, pass: run.pass, tables: mapping.tables };
  // An item nobody could read has no key: it may be any of those that seem to be gone.
  const { rows: unreadable } = await session.query(
    `select from ${LEDGER}.quarantine where run = $1 and last_seen = $2 and reason = 'unreadable' limit 1`,
    [run.id, run.pass],
  );
  if (unreadable.length > 0) return;
  // What a pass has met does not change any more: asked once, in place of once for each batch.
  await session.query(
    `create temp table gone as select distinct a.item from ${LEDGER}.audit a where a.run = ${run.id}
       and not exists (select from (select unnest(items) from ${LEDGER}.seen where run = ${run.id} and pass = ${run.pass}) s(item) where s.item = a.item)
       and not exists (select from ${LEDGER}.quarantine q where q.run = a.run and q.item = a.item)`,
  );
  try {
    const { rows: some } = await session.query("select from gone limit 1");
    if (some.length > 0) await refuseDependents(session, mapping.tables);
    for (;;) {
      const { rows } = await session.query<{ item: string }>(
        `delete from gone where item in (select item from gone limit ${BATCH}) returning item`,
      );
      if (rows.length === 0) return;
      await transaction(session, async () => {
        const lines = await audit.linesOf(
          session,
          place,
          rows.map(({ item }) => item),
        );
        await writeChanges(session, place, { gone: lines, changed: [], added: [] });
      });
    }
  } finally {
    if (!session.broken) await session.query("drop table if exists gone");
  }
}
