/** Decisions of an operator → lines of the ledger that every process reads. */
import { MigrationError } from "../../domain/migration-error.ts";
import type { Decisions } from "../../ports/decisions.ts";
import type { Run } from "../../ports/runs.ts";
import type { ItemName } from "../../ports/trace.ts";
import { type Session, transaction } from "./connection.ts";
import { heldBody, heldItem } from "./ledger-facts.ts";
import { refuseWhileUsed, withRun } from "./locks.ts";
import { movedOn, updateRun } from "./runs.ts";
import type { Sessions } from "./sessions.ts";
import { LEDGER } from "./sql.ts";
import { itemCondition } from "./trace.ts";

export function decisions(sessions: Sessions): Decisions {
  return {
    stop: (run) => sessions.use(async (session) => void (await updateRun(session, run.id, "stops = stops + 1"))),
    accept: (run, item, reason) =>
      sessions.use((session) => transaction(session, () => accept(session, run, item, reason))),
    seal: (run, force) =>
      sessions.use((session) =>
        withRun(session, run.id, async () => {
          await refuseWhileUsed(session, run.id);
          // What the run is now decides, not what it was when somebody looked.
          const { rowCount } = await session.query(
            `update ${LEDGER}.run set sealed_at = coalesce(sealed_at, now())
             where id = $1 and epoch = $2 and phase = 'ended' and ($3 or report::json ->> 'verdict' = 'verified')`,
            [run.id, run.epoch, force],
          );
          if (rowCount === 0) throw movedOn(run);
        }),
      ),
  };
}

const refused = (problem: string, remedy: string): MigrationError =>
  new MigrationError("not-accepted", problem, remedy);

/** Contributions of `k` that wait, and what holds their rows instead. */
const HOLDER = `(select h.item || ' ' || h.row_fp from ${LEDGER}.audit h left join ${LEDGER}.parked w using (run, tbl, facet, key, item)
  where h.run = k.run and h.tbl = k.tbl and h.facet = k.facet and h.key = k.key and w.item is null limit 1)`;

async function accept(session: Session, run: Run, name: ItemName, reason: string) {
  const [matches, value] = itemCondition(name);
  const { rows } = await session.query<{ item: string; source: string }>(
    `insert into ${LEDGER}.accepted (run, item, tbl, facet, key, held, holder, source, reason)
     select k.run, k.item, 0, 0, '{}', ${heldBody("k")}, '', k.source, $2 from ${LEDGER}.quarantine k
       join ${LEDGER}.run r on r.id = k.run where k.run = ${run.id} and k.last_seen = ${run.pass} and ${matches}
     union all select k.run, k.item, k.tbl, k.facet, k.key, ${heldItem("k")}, coalesce(${HOLDER}, ''), k.source, $2
       from ${LEDGER}.audit k join ${LEDGER}.run r on r.id = k.run
       join ${LEDGER}.parked p on p.run = k.run and p.item = k.item and p.tbl = k.tbl and p.facet = k.facet and p.key = k.key
       where k.run = ${run.id} and ${matches}
     on conflict (run, item, tbl, facet, key) do update set held = excluded.held, holder = excluded.holder, reason = excluded.reason, at = now()
     returning item, source`,
    [value, reason],
  );
  if (new Set(rows.map(({ item }) => item)).size > 1)
    throw refused("more than one item has that key", "say the sort key, too");
  const [accepted] = rows;
  if (accepted === undefined) {
    const remedy =
      "see `list-quarantine` and `report` for what there is to accept, and `trace` for what became of this one";
    throw refused("no such item is in quarantine, and none waits behind another one's row", remedy);
  }
  return { source: accepted.source, reason };
}
