/** The units of a pass in the ledger: planned once, claimed under an advisory lock by the connection that writes them. */
import { addChanges, type ChangeCounts, UNCHANGED } from "../../../domain/proof/exports.ts";
import { negated, sumOf } from "../../../domain/proof/tally.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import type { PageWrite, UnitClaim, UnitQueue } from "../../../ports/units.ts";
import { leaveStale } from "../ledger/items/left-behind.ts";
import { rowlessIn, stillWritten } from "../ledger/passes/counted.ts";
import { addSeen, type Taken } from "../ledger/passes/seen.ts";
import {
  openUnits,
  passPage,
  planUnits,
  progressOf,
  tallyOf,
  type UnitState,
  unitState,
  windowOf,
} from "../ledger/passes/units.ts";
import { createdTables } from "../ledger/run/built.ts";
import { lockClass, lockPages, withRun } from "../ledger/run/locks.ts";
import { isInPhase, movedOn } from "../ledger/run/phases.ts";
import type { Met } from "../rows/changes.ts";
import { writeItems } from "../rows/page.ts";
import { Ways } from "../rows/straight.ts";
import { takeBack } from "../rows/take-back.ts";
import { type Session, transaction } from "../session/connection.ts";
import { isContention, isLockTimeout, refusedRow } from "../session/errors.ts";
import { FEW_ROWS } from "../session/lookups.ts";
import { patiently } from "../session/patience.ts";
import type { Sessions } from "../session/sessions.ts";
import { tableSql } from "../session/sql.ts";

export function unitQueue(sessions: Sessions, mapping: Mapping): UnitQueue {
  /** By run: what one worker learns of a table is known to all. */
  const ways = new Map<number, Ways>();
  const waysOf = async (session: Session, run: Run): Promise<Ways> => {
    const tables = ways.has(run.id) ? [] : await madeTables(session, run, mapping);
    const known = ways.get(run.id) ?? new Ways(tables);
    ways.set(run.id, known);
    return known;
  };
  return {
    plan: (run, units) =>
      sessions.use((session) =>
        // Two plans must not mix: whoever comes second finds one that stands.
        withRun(session, run.id, async () => void (await planUnits(session, run, units))),
      ),

    claim: (run) => patiently(() => claimOnce(sessions, run, mapping, waysOf)),

    progress: (run) => sessions.use((session) => progressOf(session, run)),

    tally: (run) => sessions.use((session) => tallyOf(session, run)),
  };
}

type WaysOf = (session: Session, run: Run) => Promise<Ways>;

async function claimOnce(
  sessions: Sessions,
  run: Run,
  mapping: Mapping,
  waysOf: WaysOf,
): Promise<UnitClaim | undefined> {
  const session = await sessions.take();
  try {
    const claim = await claimNext(session, sessions, run, mapping, waysOf);
    if (claim === undefined) await sessions.give(session);
    return claim;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Tries one unit at a time: a lock function in a scan would take locks it does not return. */
async function claimNext(
  session: Session,
  sessions: Sessions,
  run: Run,
  mapping: Mapping,
  waysOf: WaysOf,
): Promise<UnitClaim | undefined> {
  const units = await openUnits(session, run);
  // Those of a window that another process has begun are no units of what this one copies.
  if (units.length > 0 && !(await isInPhase(session, run, "copy"))) throw movedOn(run);
  for (const unit of units) {
    const { rows } = await session.query<{ locked: boolean }>("select pg_try_advisory_lock($1, $2) as locked", [
      lockClass(run.id),
      unit,
    ]);
    if (rows[0]?.locked !== true) continue;
    // Whoever held the unit may have moved it, or finished it, since the list was read.
    const state = await unitState(session, run, unit);
    if (!state.done) return claimOf(session, sessions, run, mapping, unit, state, await waysOf(session, run));
    await unlock(session, run, unit);
  }
  return undefined;
}

async function madeTables(session: Session, run: Run, { tables }: Mapping): Promise<readonly TableModel[]> {
  const made = new Set((await createdTables(session)).filter((each) => each.run === run.id).map(tableSql));
  return tables.filter((table) => made.has(tableSql(table)));
}

const unlock = (session: Session, run: Run, unit: number) =>
  session.query("select pg_advisory_unlock($1, $2)", [lockClass(run.id), unit]);

function claimOf(
  session: Session,
  sessions: Sessions,
  run: Run,
  mapping: Mapping,
  unit: number,
  state: UnitState,
  ways: Ways,
): UnitClaim {
  let { pages, tally, changes } = state;
  // What a first pass meets it has not met before, until it does.
  let meets: Met = run.pass === 1 && windowOf(run) === 0 ? "new" : "unchanged";
  return {
    unit: state.descriptor,
    cursor: state.cursor,
    commit: async (page) => {
      const at = { unit, pages, tally, changes };
      ({ tally, changes, meets } = await refusing((isStrict) =>
        contending((alone) => {
          if (alone && meets === "new") meets = "changed";
          return commitPage(session, run, mapping, { ways, meets }, at, page, { alone, isStrict });
        }),
      ));
      pages += 1;
    },
    release: async () => {
      if (!session.broken) await unlock(session, run, unit).catch(() => session.close());
      await sessions.give(session);
    },
  };
}

/** A page that others stand in the way of is tried so often at the most. */
const CONTENTIONS = 8;

/**
 * Two pages of several batches can each wait for a key the other has written. The one that Postgres gives up is written
 * again with no other page of this run beside it; whoever else uses the tables may still be in the way, for a while.
 */
const contending = <T>(work: (alone: boolean) => Promise<T>): Promise<T> =>
  patiently(work, { passes: (error) => isContention(error) || isLockTimeout(error), attempts: CONTENTIONS });

/** A page that is refused as a whole, when it is committed, is written again so that the item which was meant can be told. */
async function refusing<T>(work: (isStrict: boolean) => Promise<T>): Promise<T> {
  try {
    return await work(false);
  } catch (error) {
    if (refusedRow(error) === undefined) throw error;
    return work(true);
  }
}

/** A page that a crash of Postgres loses is lost whole, with its cursor, and read again; what is decided later waits for the disk. */
const NOT_WAITING = "set local synchronous_commit = off";

/** A unit's counts. */
interface Counted extends Pick<UnitState, "tally"> {
  readonly changes: ChangeCounts | undefined;
}

/** The next page is taken for what this one was: a window tells of what has changed, and with another mapping everything has. */
const mostly = (taken: readonly Taken[]): Met =>
  2 * taken.filter(({ fate }) => fate === "migrated").length > taken.length ? "changed" : "unchanged";

function commitPage(
  session: Session,
  run: Run,
  mapping: Mapping,
  { ways, meets }: { readonly ways: Ways; readonly meets: Met },
  { unit, pages, ...before }: Counted & { readonly unit: number; readonly pages: number },
  page: PageWrite,
  { alone, isStrict }: { readonly alone: boolean; readonly isStrict: boolean },
): Promise<Counted & { readonly meets: Met }> {
  const keepsLeft = run.exports.length > 0;
  const place = { run: run.id, pass: run.pass, tables: mapping.tables, keepsLeft, meets, straight: ways.turnPage() };
  return transaction(session, async () => {
    await session.query(`${FEW_ROWS}; ${NOT_WAITING}`);
    if (!(await isInPhase(session, run, "copy", "held"))) throw movedOn(run);
    await lockPages(session, run.id, alone);
    const taken = page.changes && (await takeBack(session, run, mapping, page.changes));
    const written = await writeItems(session, place, page.items, isStrict);
    const now = taken === undefined ? written : stillWritten(written, taken.written);
    const after = page.tally(now.map(({ fate }) => fate));
    const at = { run: run.id, pass: run.pass, unit, page: pages, window: windowOf(run) };
    await addSeen(session, at, [...now, ...(taken?.removed ?? [])]);
    if (taken !== undefined) await leaveStale(session, place, rowlessIn(now));
    const counted = {
      tally: sumOf([before.tally, after, ...(taken === undefined ? [] : [negated(taken.tally)])]),
      changes: taken === undefined ? undefined : addChanges(before.changes ?? UNCHANGED, taken.counts),
    };
    await passPage(session, at, { next: page.next, fault: page.fault, ...counted });
    return { ...counted, meets: meets === "new" ? meets : mostly(now) };
  });
}
