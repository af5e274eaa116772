/** What the ledger does not need any more: of passes before, of a run that was taken back, all of itself. */
import type { Run } from "../../../../ports/runs.ts";
import { isTable } from "../../session/catalogue.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER, type TablePlace, tableSql } from "../../session/sql.ts";
import { inLedger, NUMBERS, VIEWS } from "../ledger.ts";
import { dropKeyIndexes } from "./holding.ts";

/** Where a run has lines; its entry in `run` goes last. */
const LINES = [
  "line",
  "item",
  "parked",
  "seen",
  "quarantine",
  "unit",
  "left_behind",
  "created_table",
  "accepted",
  "repeated",
  "damage",
  "built",
  "attempt",
  "lap",
  "ungiven",
  "unremoved",
];

/** What earlier passes have met, and this one has not. */
export async function forgetEarlierPasses(session: Session, { id, pass }: Run): Promise<void> {
  await session.query(`delete from ${LEDGER}.quarantine where run = $1 and last_seen < $2`, [id, pass]);
  await session.query(`delete from ${LEDGER}.seen where run = $1 and pass < $2`, [id, pass]);
  await session.query(`delete from ${LEDGER}.repeated where run = $1 and pass < $2`, [id, pass]);
  await session.query(`delete from ${LEDGER}.left_behind where run = $1 and pass < $2`, [id, pass]);
}

/** Everything the ledger knows of a run. To be called inside a transaction. */
export async function forgetRun(session: Session, { id, source }: Run): Promise<void> {
  await dropKeyIndexes(session, id);
  await session.query(`delete from ${LEDGER}.allowance where source = $1`, [source]);
  for (const lines of LINES) await session.query(`delete from ${LEDGER}.${lines} where run = $1`, [id]);
  await session.query(`delete from ${LEDGER}.run where id = $1`, [id]);
}

/** Has nobody begin a run until the transaction ends. False where there is no ledger. */
export async function lockLedger(session: Session): Promise<boolean> {
  if (!(await isTable(session, `${LEDGER}.run`))) return false;
  await session.query(`lock table ${LEDGER}.run in access exclusive mode`);
  return true;
}

/** All that stands in the ledger's schema, the views before the tables. */
export interface LedgerParts {
  readonly views: readonly TablePlace[];
  readonly tables: readonly TablePlace[];
}

export async function ledgerParts(session: Session): Promise<LedgerParts> {
  const { rows } = await session.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = '${LEDGER}'::regnamespace and relkind = 'r'`,
  );
  return { views: VIEWS.map(inLedger), tables: rows.map(({ name }) => inLedger(name)) };
}

/** Not with everything that hangs on it: a view of somebody else's stays, and keeps it from being dropped. */
export async function dropParts(session: Session, { views, tables }: LedgerParts): Promise<void> {
  await session.query(`drop view ${views.map(tableSql).join(", ")}`);
  await session.query(`drop table ${tables.map(tableSql).join(", ")}`);
  await session.query(`drop sequence ${NUMBERS}`);
  await session.query(`drop schema ${LEDGER}`);
}
