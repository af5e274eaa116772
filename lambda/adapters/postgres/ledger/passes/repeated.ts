/** Versions of items that a pass has read more than once, as the ledger holds them: what their copies count as, before and after. */
import type { Decoded } from "../../../../domain/decode/decode.ts";
import type { Position } from "../../../../domain/decode/source-record.ts";
import { addTallies, copiesTally, type Fate, negated, type Tally } from "../../../../domain/proof/tally.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { arrayText, LEDGER, unnest } from "../../session/sql.ts";
import type { Version } from "../items/items.ts";
import { putAwayItems, refusedVersions } from "../items/quarantine.ts";
import { recordsOf } from "./seen.ts";
import { isOfSource } from "./units.ts";

const WHERE_UNDECIDED = "where run = $1 and pass = $2 and fate is null";
const UNDECIDED = `${LEDGER}.repeated ${WHERE_UNDECIDED}`;
const HOLDS = "fate in ('migrated', 'unchanged')";
const ofPass = ({ id, pass }: Run) => [id, pass];

/** How often a version was counted as what. */
export type Counted = Readonly<Partial<Record<Fate, number>>>;

/** What has to be added to a tally so that one copy is what was decided, and every other says it once more. */
export function recounted(decoded: Decoded, counted: Counted, fate: Fate): Tally {
  const copies = Object.values(counted).reduce((sum, count) => sum + count, 0);
  const now = copiesTally(decoded, { [fate]: 1, repeated: copies - 1 });
  return addTallies(now, negated(copiesTally(decoded, counted)));
}

/** From now on these count as that, and are no longer kept. */
export async function markDecided(
  session: Session,
  run: Run,
  decided: readonly (Version & { readonly fate: Fate })[],
): Promise<void> {
  if (decided.length === 0) return;
  await session.query(
    `update ${LEDGER}.repeated r set fate = s.c2, body = null from ${unnest(3)}
     where r.run = ${run.id} and r.pass = ${run.pass} and r.item = s.c0::uuid and r.version = s.c1::uuid`,
    [decided.map(({ item }) => item), decided.map(({ version }) => version), decided.map(({ fate }) => fate)],
  );
}

/** Of these items, the versions that hold the rows of theirs. */
export async function holdersOf(session: Session, run: Run, items: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await session.query<Version>(
    `select item, replace(version::text, '-', '') as version from ${LEDGER}.repeated
     where run = $1 and pass = $2 and item = any($3::uuid[]) and ${HOLDS}`,
    [...ofPass(run), items],
  );
  return new Map(rows.map(({ item, version }) => [item, version]));
}

/**
 * Writes down the versions of items that the pass has read more than once, and of those that an earlier pass has put away because
 * of a copy that may be gone by now. Returns of how many items one record alone does not say what they are.
 */
export async function findRepeated(session: Session, run: Run): Promise<number> {
  await session.query(
    `insert into ${LEDGER}.repeated (run, pass, item, version, counted)
     with record as not materialized (${recordsOf(run, isOfSource("p.unit", run))}),
       several as (select item from record group by item having count(*) > 1 union ${putAwayItems(run)})
     select ${run.id}, ${run.pass}, item, version, json_object_agg(fate, copies) from (
       select item, version, fate, count(*) as copies from record where item in (select item from several) group by item, version, fate) c
     group by item, version on conflict do nothing`,
  );
  const { rows } = await session.query<{ items: string }>(
    `select count(distinct item) as items from ${UNDECIDED}`,
    ofPass(run),
  );
  return Number(rows[0]?.items ?? 0);
}

export interface Undecided extends Version {
  readonly counted: Counted;
  /** Whether it is its item's only version. */
  readonly isAlone: boolean;
}

/** Of these items, the versions that nothing is decided about. */
export async function undecidedOf(session: Session, run: Run, items: readonly string[]): Promise<Undecided[]> {
  const { rows } = await session.query<Undecided>(
    `select r.item, replace(r.version::text, '-', '') as version, r.counted, not exists (
       select from ${LEDGER}.repeated o where (o.run, o.pass, o.item) = (r.run, r.pass, r.item) and o.version <> r.version) as "isAlone"
     from ${LEDGER}.repeated r where r.run = $1 and r.pass = $2 and r.item = any($3::uuid[]) and r.fate is null`,
    [...ofPass(run), items],
  );
  return rows;
}

/** Positions that are kept of one version, the same ones whichever come first: a report has no use for more. */
const POSITIONS = 5;

/** Keeps versions whole until they are decided about, each given by its copies in one page. */
export const keepCopies = (session: Session, run: Run, kept: readonly (readonly [Decoded, ...Decoded[]])[]) =>
  session.query(
    `update ${LEDGER}.repeated r set kind = s.c2, body = least(r.body, s.c3), positions = array(
       select p from unnest(r.positions || s.c4::text[]) p group by p order by length(p), p limit ${POSITIONS})
     from ${unnest(5)} where r.run = ${run.id} and r.pass = ${run.pass} and r.item = s.c0::uuid and r.version = s.c1::uuid`,
    [
      kept.map(([{ item }]) => item),
      kept.map(([{ fingerprint }]) => fingerprint),
      kept.map(([{ outcome }]) => outcome.kind),
      kept.map(([first]) => first.body()),
      kept.map((same) => arrayText(same.flatMap(({ position }) => position ?? []))),
    ],
  );

/** Whether a version is left that nobody has shown, though it alone does not decide. */
export async function isAnyMissing(session: Session, run: Run): Promise<boolean> {
  const { rows } = await session.query(`select from ${UNDECIDED} and body is null limit 1`, ofPass(run));
  return rows.length > 0;
}

/** What was kept is no longer what the source holds. */
export const forgetCopies = (session: Session, run: Run) =>
  session.query(
    `update ${LEDGER}.repeated set kind = null, body = null, positions = '{}' ${WHERE_UNDECIDED}`,
    ofPass(run),
  );

/** A version that is kept whole. */
export interface Kept extends Version {
  readonly body: string;
  readonly positions: Position[];
  readonly counted: Counted;
  /** Versions of its item, this one among them. */
  readonly versions: number;
  /** Whether all of them are left behind on purpose. */
  readonly isLeftBehind: boolean;
  /** Whether this pass has written a row of its item. */
  readonly isWritten: boolean;
  /** Whether a version before it holds the rows. */
  readonly isHeld: boolean;
  /** Whether Postgres has refused it while the pass was copied. */
  readonly isRefused: boolean;
}

/** The next of them, by item and then by fingerprint. */
export async function nextKept(session: Session, run: Run, limit: number): Promise<Kept[]> {
  const { rows } = await session.query<Kept>(
    `select r.item, replace(r.version::text, '-', '') as version, r.body, r.positions, r.counted, o.*,
       replace(r.version::text, '-', '') = any(${refusedVersions(run, "r.item")}) as "isRefused"
     from (select * from ${UNDECIDED} and body is not null order by item, version limit ${limit} for update) r
     cross join lateral (
       select count(*)::integer as versions, bool_and(coalesce(kind in ('ignored', 'expired'), false)) as "isLeftBehind",
         bool_or(counted ->> 'migrated' is not null) as "isWritten",
         coalesce(bool_or(${HOLDS}), false) as "isHeld"
       from ${LEDGER}.repeated o where (o.run, o.pass, o.item) = (r.run, r.pass, r.item)) o
     order by r.item, r.version`,
    ofPass(run),
  );
  return rows;
}

/** A version of an item, to be named beside another one. */
export interface OtherVersion {
  readonly version: string;
  readonly position: Position | null;
  readonly holds: boolean;
}

/** By item, so many of its versions, the one that holds the rows first. */
export async function versionsOf(
  session: Session,
  run: Run,
  items: readonly string[],
  limit: number,
): Promise<ReadonlyMap<string, readonly OtherVersion[]>> {
  const { rows } = await session.query<{ item: string; named: OtherVersion[] }>(
    `select i.item, (select json_agg(json_build_object('version', replace(o.version::text, '-', ''), 'position', o.position, 'holds', o.holds)) from (
       select version, positions[1] as position, coalesce(${HOLDS}, false) as holds from ${LEDGER}.repeated
       where run = $1 and pass = $2 and item = i.item order by 3 desc, version limit ${limit}) o) as named
     from unnest($3::uuid[]) i(item)`,
    [...ofPass(run), items],
  );
  return new Map(rows.map(({ item, named }) => [item, named]));
}
