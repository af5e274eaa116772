/** Decisions of an operator → lines of the ledger that every process reads. */
import { MigrationError } from "../../domain/migration-error.ts";
import { must } from "../../domain/must.ts";
import type { Decisions } from "../../ports/decisions.ts";
import type { Run } from "../../ports/runs.ts";
import type { ItemName } from "../../ports/trace.ts";
import { type Session, transaction } from "./connection.ts";
import { heldBody, heldItem } from "./ledger-facts.ts";
import { refuseWhileUsed, withRun } from "./locks.ts";
import { updateRun } from "./runs.ts";
import type { Sessions } from "./sessions.ts";
import { LEDGER } from "./sql.ts";
import { itemCondition } from "./trace.ts";

export function decisions(sessions: Sessions): Decisions {
  return {
    stop: (run) => sessions.use(async (session) => void (await updateRun(session, run.id, "stopping = true"))),
    accept: (run, item, reason) =>
      sessions.use((session) => transaction(session, () => accept(session, run, item, reason))),
    seal: (run) =>
      sessions.use((session) =>
        withRun(session, run.id, async () => {
          await refuseWhileUsed(session, run.id);
          await updateRun(session, run.id, "sealed_at = coalesce(sealed_at, now())");
        }),
      ),
  };
}

const refused = (problem: string, remedy: string): MigrationError =>
  new MigrationError("not-accepted", problem, remedy);

async function accept(session: Session, run: Run, name: ItemName, reason: string) {
  const [matches, value] = itemCondition(name);
  const { rows } = await session.query<{ item: string; source: string; held: string }>(
    `select item, source, held from (
       select k.item, k.source, ${heldBody("k")} as held from ${LEDGER}.quarantine k
         join ${LEDGER}.run r on r.id = k.run where k.run = ${run.id} and k.last_seen = ${run.pass} and ${matches}
       union select k.item, k.source, ${heldItem("k")} from ${LEDGER}.audit k join ${LEDGER}.run r on r.id = k.run
         join ${LEDGER}.parked p on p.run = k.run and p.item = k.item where k.run = ${run.id} and ${matches}
     ) open limit 2`,
    [value],
  );
  if (rows.length > 1) throw refused("more than one item has that key", "say the sort key, too");
  if (rows.length === 0) {
    const remedy =
      "see `list-quarantine` and `report` for what there is to accept, and `trace` for what became of this one";
    throw refused("no such item is in quarantine, and none waits behind another one's row", remedy);
  }
  const { item, source, held } = must(rows[0], "there is one");
  await session.query(
    `insert into ${LEDGER}.accepted (run, item, held, source, reason) values ($1, $2, $3, $4, $5)
     on conflict (run, item) do update set held = excluded.held, reason = excluded.reason, at = now()`,
    [run.id, item, held, source, reason],
  );
  return { source, reason };
}
