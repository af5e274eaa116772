/**
 * What Postgres cannot know of tables that grow faster than anybody counts them: whether a transaction looks up few rows of them
 * or reads them whole. Left to itself it read the whole ledger for every page once that had some 100,000 lines, and a table of
 * 130,000 rows for every 250 rows of one item that were looked at again; and it looked each of 200,000 items up by itself.
 */
import { type Session, transaction } from "./connection.ts";

/** One index lookup for each row is right, whatever the planner takes the tables for. */
export const FEW_ROWS =
  "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off";

/** Joins by hash are. */
export const WHOLE_TABLES = "set local enable_nestloop = off";

/** A transaction that touches few rows. */
export const lookingUp = <T>(session: Session, work: () => Promise<T>): Promise<T> =>
  transaction(session, async () => {
    await session.query(FEW_ROWS);
    return work();
  });
