/**
 * The units of a pass in the ledger: how far each is, and what it has counted, as a whole and in the few counts that are asked for all the
 * time. What is counted otherwise after the copy is a unit of its own, so that the tally of a pass stays the sum of its units.
 */
import { must } from "../../../../domain/must.ts";
import type { ChangeCounts } from "../../../../domain/proof/exports.ts";
import { addTallies, EMPTY_TALLY, sumOf, type Tally, totalCounts } from "../../../../domain/proof/tally.ts";
import { readTally, writeTally } from "../../../../domain/proof/tally-text.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { UnitFault } from "../../../../ports/source.ts";
import type { UnitProgress } from "../../../../ports/units.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER, unnest } from "../../session/sql.ts";
import { addSeen, type PagePlace, recordsIn, type Seen } from "./seen.ts";

/** Stands where the other units have what the source calls them. */
const CORRECTIONS = "corrections";

const OF_PASS = `${LEDGER}.unit where run = $1 and pass = $2`;
const OF_SOURCE = `${OF_PASS} and descriptor <> '${CORRECTIONS}'`;

/** The window of changes that a run is at; 0 before the first, and where its source has none. */
export const windowOf = ({ exports }: Pick<Run, "exports">): number => Math.max(0, exports.length - 1);

/** The first plan of a pass stands, and that of each window it goes on with. */
export const planUnits = (session: Session, run: Run, units: readonly string[]) =>
  session.query(
    `insert into ${LEDGER}.unit (run, pass, unit, "window", descriptor, tally)
     select $3::smallint, $4::smallint, s.c0::integer + (select coalesce(max(unit) + 1, 0) from ${LEDGER}.unit where run = $3 and pass = $4), $5::smallint, s.c1, $6
     from ${unnest(2)} where not exists (select from ${LEDGER}.unit where run = $3 and pass = $4 and "window" = $5)`,
    [units.map((_, at) => String(at)), units, run.id, run.pass, windowOf(run), writeTally(EMPTY_TALLY)],
  );

export async function progressOf(session: Session, run: Run): Promise<UnitProgress> {
  const { rows } = await session.query<
    Record<"units" | "done" | "pages" | "read" | "migrated" | "quarantined" | "stops", string | null>
  >(
    `select count(*) as units, count(*) filter (where done) as done, sum(pages) as pages, sum(read) as read,
       sum(migrated) as migrated, sum(quarantined) as quarantined, (select stops from ${LEDGER}.run where id = $1) as stops from ${OF_PASS}`,
    [run.id, run.pass],
  );
  const { stops, ...sums } = must(rows[0], "sums are one row");
  const count = (name: keyof typeof sums) => Number(sums[name] ?? 0);
  return {
    stopping: Number(stops ?? 0) > run.stops,
    units: count("units"),
    done: count("done"),
    pages: count("pages"),
    read: count("read"),
    migrated: count("migrated"),
    quarantined: count("quarantined"),
  };
}

/** Numbers of those that are not done, in order. */
export async function openUnits(session: Session, { id, pass }: Run): Promise<number[]> {
  const { rows } = await session.query<{ unit: number }>(`select unit from ${OF_PASS} and not done order by unit`, [
    id,
    pass,
  ]);
  return rows.map(({ unit }) => unit);
}

export interface UnitState {
  readonly descriptor: string;
  readonly cursor: string | undefined;
  readonly done: boolean;
  readonly pages: number;
  readonly tally: Tally;
  /** Of a window. */
  readonly changes: ChangeCounts | undefined;
}

export async function unitState(session: Session, { id, pass }: Run, unit: number): Promise<UnitState> {
  type Row = Pick<UnitState, "descriptor" | "done" | "pages"> & {
    readonly cursor: string | null;
    readonly tally: string;
    readonly changes: ChangeCounts | null;
  };
  const { rows } = await session.query<Row>(
    `select descriptor, cursor, done, pages, tally, changes from ${OF_PASS} and unit = $3`,
    [id, pass, unit],
  );
  const { cursor, tally, changes, ...state } = must(rows[0], "a planned unit stays in the ledger");
  return { ...state, cursor: cursor ?? undefined, tally: readTally(tally), changes: changes ?? undefined };
}

/** What a unit is after a page. */
export interface Passed {
  /** Where reading goes on; undefined after the last page. */
  readonly next: string | undefined;
  /** What the unit has counted by then. */
  readonly tally: Tally;
  readonly changes: ChangeCounts | undefined;
  readonly fault: UnitFault | undefined;
}

/** Moves a unit past a page. */
export const passPage = (session: Session, { run, pass, unit, page }: PagePlace, passed: Passed) => {
  const { next, tally, changes, fault } = passed;
  const json = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value));
  return session.query(
    `update ${LEDGER}.unit set cursor = $4, done = $5, pages = $6, changes = $7, fault = $8, ${setTally(9)} where run = $1 and pass = $2 and unit = $3`,
    [run, pass, unit, next ?? null, next === undefined, page + 1, json(changes), json(fault), ...tallyValues(tally)],
  );
};

/** Sets the counts of a unit from `tallyValues`, bound from `$first` on. */
const setTally = (first: number): string =>
  `tally = $${first}, read = $${first + 1}, migrated = $${first + 2}, quarantined = $${first + 3}`;

function tallyValues(tally: Tally): readonly unknown[] {
  const { migrated, quarantined } = totalCounts(tally);
  return [writeTally(tally), tally.read, migrated, quarantined];
}

/** Everything the units of a pass have counted. */
export async function tallyOf(session: Session, { id, pass }: Run): Promise<Tally> {
  const { rows } = await session.query<{ tally: string }>(`select tally from ${OF_PASS}`, [id, pass]);
  return sumOf(rows.map(({ tally }) => readTally(tally)));
}

/** Adds to the tally of the pass, and to what it has seen. To be called inside a transaction. */
export async function correct(session: Session, run: Run, tally: Tally, seen: readonly Seen[]): Promise<void> {
  await session.query(
    `insert into ${LEDGER}.unit (run, pass, unit, descriptor, done, tally)
     select $1, $2, max(unit) + 1, '${CORRECTIONS}', true, $3 from ${OF_PASS}
     having not bool_or(descriptor = '${CORRECTIONS}') on conflict do nothing`,
    [run.id, run.pass, writeTally(EMPTY_TALLY)],
  );
  const { rows } = await session.query<{ unit: number; pages: number; tally: string }>(
    `select unit, pages, tally from ${OF_PASS} and descriptor = '${CORRECTIONS}' for update`,
    [run.id, run.pass],
  );
  const { unit, pages, tally: sum } = must(rows[0], "the unit was just inserted, or was there");
  await session.query(
    `update ${LEDGER}.unit set pages = pages + 1, ${setTally(4)} where run = $1 and pass = $2 and unit = $3`,
    [run.id, run.pass, unit, ...tallyValues(addTallies(readTally(sum), tally))],
  );
  await addSeen(session, { run: run.id, pass: run.pass, unit, page: pages, window: windowOf(run) }, seen);
}

/** A condition on a unit's number: it is one of the source's. */
export const isOfSource = (unit: string, { id, pass }: Run): string =>
  `${unit} not in (select unit from ${LEDGER}.unit where run = ${id} and pass = ${pass} and descriptor = '${CORRECTIONS}')`;

/** Of these items those of which this pass holds what was corrected: the source may say that of them later, and something else of before. */
export async function correctedOf(session: Session, run: Run, items: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await session.query<{ item: string }>(
    `select distinct s.item ${recordsIn(run, "item")} and not (${isOfSource("p.unit", run)}) and s.item = any($1::uuid[])`,
    [items],
  );
  return new Set(rows.map(({ item }) => item));
}

/** Units that have still to be read once more, and from where. */
export async function unitsToReread(session: Session, { id, pass }: Run) {
  const { rows } = await session.query<{ unit: string; cursor: string | null }>(
    `select descriptor as unit, reread_cursor as cursor from ${OF_SOURCE} and not reread order by unit`,
    [id, pass],
  );
  return rows.map(({ unit, cursor }) => ({ unit, cursor: cursor ?? undefined }));
}

/** A unit was read once more up to there, all of it where there is no more. */
export const noteReread = (session: Session, { id, pass }: Run, unit: string, next: string | undefined) =>
  session.query(
    `update ${LEDGER}.unit set reread_cursor = $4, reread = reread or $5 where run = $1 and pass = $2 and descriptor = $3`,
    [id, pass, unit, next, next === undefined],
  );

export const forgetReread = (session: Session, { id, pass }: Run) =>
  session.query(`update ${LEDGER}.unit set reread = false, reread_cursor = null where run = $1 and pass = $2`, [
    id,
    pass,
  ]);
