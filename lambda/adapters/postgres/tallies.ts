/** What a unit has counted, in the ledger: the whole tally as text, and beside it the few counts that are asked for all the time. */
import { readTally, sumOf, type Tally, totalCounts, writeTally } from "../../domain/tally.ts";
import type { Run } from "../../ports/runs.ts";
import type { Session } from "./connection.ts";
import { LEDGER } from "./sql.ts";

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
