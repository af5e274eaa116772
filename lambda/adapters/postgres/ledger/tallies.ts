/** What a unit has counted, in the ledger: the whole tally as text, and beside it the few counts that are asked for all the time. */
import { sumOf, type Tally, totalCounts } from "../../../domain/proof/tally.ts";
import { readTally, writeTally } from "../../../domain/proof/tally-text.ts";
import type { Run } from "../../../ports/runs.ts";
import type { Session } from "../session/connection.ts";
import { LEDGER } from "../session/sql.ts";

/** Sets the columns of a unit from `tallyValues`, bound from `$first` on. */
export const setTally = (first: number): string =>
  `tally = $${first}, read = $${first + 1}, quarantined = $${first + 2}`;

export const tallyValues = (tally: Tally): readonly unknown[] => [
  writeTally(tally),
  tally.read,
  totalCounts(tally).quarantined,
];

/** Everything the units of a pass have counted. */
export async function tallyOf(session: Session, run: Run): Promise<Tally> {
  const { rows } = await session.query<{ tally: string }>(
    `select tally from ${LEDGER}.unit where run = $1 and pass = $2`,
    [run.id, run.pass],
  );
  return sumOf(rows.map(({ tally }) => readTally(tally)));
}
