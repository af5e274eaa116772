/** What is counted otherwise after the copy → a unit of the pass of its own, so that the tally of a pass stays the sum of its units. */
import { must } from "../../../domain/must.ts";
import { addTallies, EMPTY_TALLY, type Tally } from "../../../domain/proof/tally.ts";
import { readTally, writeTally } from "../../../domain/proof/tally-text.ts";
import type { Run } from "../../../ports/runs.ts";
import type { Session } from "../session/connection.ts";
import { LEDGER } from "../session/sql.ts";
import { addSeen, type Taken } from "./seen.ts";
import { setTally, tallyValues } from "./tallies.ts";

/** Stands where the other units have what the source calls them. */
export const CORRECTIONS = "corrections";

/** Adds to the tally of the pass, and to what it has seen. To be called inside a transaction. */
export async function correct(session: Session, run: Run, tally: Tally, seen: readonly Taken[]): Promise<void> {
  await session.query(
    `insert into ${LEDGER}.unit (run, pass, unit, descriptor, done, tally)
     select $1, $2, max(unit) + 1, '${CORRECTIONS}', true, $3 from ${LEDGER}.unit where run = $1 and pass = $2
     having not bool_or(descriptor = '${CORRECTIONS}') on conflict do nothing`,
    [run.id, run.pass, writeTally(EMPTY_TALLY)],
  );
  const { rows } = await session.query<{ unit: number; pages: number; tally: string }>(
    `select unit, pages, tally from ${LEDGER}.unit where run = $1 and pass = $2 and descriptor = '${CORRECTIONS}' for update`,
    [run.id, run.pass],
  );
  const { unit, pages, tally: sum } = must(rows[0], "the unit was just inserted, or was there");
  await session.query(
    `update ${LEDGER}.unit set pages = pages + 1, ${setTally(4)} where run = $1 and pass = $2 and unit = $3`,
    [run.id, run.pass, unit, ...tallyValues(addTallies(readTally(sum), tally))],
  );
  await addSeen(session, { run: run.id, pass: run.pass, unit, page: pages }, seen);
}
