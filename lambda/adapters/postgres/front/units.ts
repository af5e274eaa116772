/** The units of a pass in the ledger: planned once, claimed under an advisory lock by the connection that writes them. */
import { setTimeout as sleep } from "node:timers/promises";
import { must } from "../../../domain/must.ts";
import { addTallies, EMPTY_TALLY, type Tally } from "../../../domain/proof/tally.ts";
import { readTally, writeTally } from "../../../domain/proof/tally-text.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import type { PageWrite, UnitClaim, UnitQueue } from "../../../ports/units.ts";
import { createdTables } from "../ledger/created-tables.ts";
import { holdsPhase, lockClass, lockPages, withRun } from "../ledger/locks.ts";
import { movedOn } from "../ledger/runs.ts";
import { addSeen } from "../ledger/seen.ts";
import { setTally, tallyOf, tallyValues } from "../ledger/tallies.ts";
import type { WritePlace } from "../rows/changes.ts";
import { FEW_ROWS, writeItems } from "../rows/page.ts";
import { Straight } from "../rows/straight.ts";
import { type Session, transaction } from "../session/connection.ts";
import { contended, isContention, isLockTimeout, refusedRow } from "../session/errors.ts";
import { patiently } from "../session/patience.ts";
import type { Sessions } from "../session/sessions.ts";
import { LEDGER, tableSql, unnest } from "../session/sql.ts";

interface UnitState {
  readonly descriptor: string;
  readonly cursor: string | null;
  readonly done: boolean;
  readonly pages: number;
  readonly tally: string;
}

export function unitQueue(sessions: Sessions, mapping: Mapping): UnitQueue {
  return {
    plan: (run, units) =>
      sessions.use((session) =>
        // Two plans must not mix: whoever comes second finds one that stands.
        withRun(session, run.id, async () => void (await insertUnits(session, run, units))),
      ),

    claim: (run) => patiently(() => claimOnce(sessions, run, mapping)),

    progress: (run) =>
      sessions.use(async (session) => {
        const { rows: sums } = await session.query<Record<"units" | "done" | "pages" | "read" | "quarantined", string>>(
          `select count(*) as units, count(*) filter (where done) as done, coalesce(sum(pages), 0) as pages,
             coalesce(sum(read), 0) as read, coalesce(sum(quarantined), 0) as quarantined
           from ${LEDGER}.unit where run = $1 and pass = $2`,
          [run.id, run.pass],
        );
        const { units, done, pages, read, quarantined } = must(sums[0], "sums are one row");
        const { rows: wishes } = await session.query<{ stops: string | null }>(
          `select to_jsonb(r) ->> 'stops' as stops from ${LEDGER}.run r where id = $1`,
          [run.id],
        );
        return {
          stopping: Number(wishes[0]?.stops ?? 0) > run.stops,
          units: Number(units),
          done: Number(done),
          pages: Number(pages),
          read: Number(read),
          quarantined: Number(quarantined),
        };
      }),

    tally: (run) => sessions.use((session) => tallyOf(session, run)),
  };
}

const insertUnits = (session: Session, run: Run, units: readonly string[]) =>
  session.query(
    `insert into ${LEDGER}.unit (run, pass, unit, descriptor, tally)
     select ${run.id}, ${run.pass}, s.c0::integer, s.c1, $3 from ${unnest(2)}
     where not exists (select from ${LEDGER}.unit where run = ${run.id} and pass = ${run.pass})`,
    [units.map((_, at) => String(at)), units, writeTally(EMPTY_TALLY)],
  );

async function claimOnce(sessions: Sessions, run: Run, mapping: Mapping): Promise<UnitClaim | undefined> {
  const session = await sessions.take();
  try {
    const claim = await claimNext(session, sessions, run, mapping);
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
): Promise<UnitClaim | undefined> {
  const { rows: open } = await session.query<{ unit: number }>(
    `select unit from ${LEDGER}.unit where run = $1 and pass = $2 and not done order by unit`,
    [run.id, run.pass],
  );
  for (const { unit } of open) {
    const { rows } = await session.query<{ locked: boolean }>("select pg_try_advisory_lock($1, $2) as locked", [
      lockClass(run.id),
      unit,
    ]);
    if (rows[0]?.locked !== true) continue;
    // Whoever held the unit may have moved it, or finished it, since the list was read.
    const state = await readState(session, run, unit);
    if (!state.done)
      return claimOf(session, sessions, run, mapping, unit, state, await straightFor(session, run, mapping));
    await unlock(session, run, unit);
  }
  return undefined;
}

async function readState(session: Session, run: Run, unit: number): Promise<UnitState> {
  const { rows } = await session.query<UnitState>(
    `select descriptor, cursor, done, pages, tally from ${LEDGER}.unit where run = $1 and pass = $2 and unit = $3`,
    [run.id, run.pass, unit],
  );
  return must(rows[0], "a planned unit stays in the ledger");
}

async function straightFor(session: Session, run: Run, { tables }: Mapping): Promise<Straight> {
  const made = new Set((await createdTables(session)).filter((each) => each.run === run.id).map(tableSql));
  return new Straight(tables.filter((table) => made.has(tableSql(table))));
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
  straight: Straight,
): UnitClaim {
  let { pages } = state;
  // What a first pass meets it has not met before, until it does.
  let isNew = run.pass === 1;
  let tally = readTally(state.tally);
  return {
    unit: state.descriptor,
    cursor: state.cursor ?? undefined,
    commit: async (page) => {
      const at = { unit, pages, tally };
      tally = await refusing((isStrict) =>
        contending((alone) => {
          isNew &&= !alone;
          return commitPage(session, run, { tables: mapping.tables, straight, isNew }, at, page, { alone, isStrict });
        }),
      );
      pages += 1;
    },
    release: async () => {
      if (!session.broken) await unlock(session, run, unit).catch(() => session.close());
      await sessions.give(session);
    },
  };
}

/** A page that others stand in the way of is tried so often, and no more after so long. */
const CONTENTIONS = 8;
const CONTENDED_MS = 90_000;

/**
 * Two pages of several batches can each wait for a key the other has written. The one that Postgres gives up is written
 * again with no other page of this run beside it; whoever else uses the tables may still be in the way, for a while.
 */
async function contending<T>(work: (alone: boolean) => Promise<T>): Promise<T> {
  const end = Date.now() + CONTENDED_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt > 1);
    } catch (error) {
      if (!isContention(error) && !isLockTimeout(error)) throw error;
      if (attempt === CONTENTIONS || Date.now() > end) throw isContention(error) ? contended(error) : error;
      await sleep(Math.random() * 50 * 2 ** attempt);
    }
  }
}

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

function commitPage(
  session: Session,
  run: Run,
  how: Pick<WritePlace, "tables" | "straight" | "isNew">,
  { unit, pages, tally: before }: { readonly unit: number; readonly pages: number; readonly tally: Tally },
  page: PageWrite,
  { alone, isStrict }: { readonly alone: boolean; readonly isStrict: boolean },
): Promise<Tally> {
  const place = { run: run.id, pass: run.pass, ...how };
  return transaction(session, async () => {
    await session.query(`${FEW_ROWS}; ${NOT_WAITING}`);
    if (!(await holdsPhase(session, run, "copy"))) throw movedOn(run);
    await lockPages(session, run.id, alone);
    const taken = await writeItems(session, place, page.items, isStrict);
    const tally = addTallies(before, page.tally(taken.map(({ fate }) => fate)));
    await addSeen(session, { run: run.id, pass: run.pass, unit, page: pages }, taken);
    await session.query(
      `update ${LEDGER}.unit set cursor = $4, done = $5, pages = $6, ${setTally(7)} where run = $1 and pass = $2 and unit = $3`,
      [run.id, run.pass, unit, page.next ?? null, page.next === undefined, pages + 1, ...tallyValues(tally)],
    );
    return tally;
  });
}
