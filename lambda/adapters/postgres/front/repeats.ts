/**
 * Copies of items → what the set of them makes of each item. Versions that are not alone are kept whole in the ledger until they
 * are decided in the order of their fingerprints, some in each transaction, so that memory is bounded however many there are.
 */
import type { Decoded } from "../../../domain/decode/decode.ts";
import { MigrationError } from "../../../domain/migration-error.ts";
import { addTallies, EMPTY_TALLY, type Fate } from "../../../domain/proof/tally.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Repeats, ToDecide } from "../../../ports/repeats.ts";
import type { Run } from "../../../ports/runs.ts";
import { CORRECTIONS, correct } from "../ledger/corrections.ts";
import { type Version, versionOf } from "../ledger/quarantine.ts";
import { type Counted, markDecided, recounted } from "../ledger/repeated.ts";
import { updateRun } from "../ledger/runs.ts";
import { recordsOf } from "../ledger/seen.ts";
import { decideKept } from "../rows/decide-repeats.ts";
import { FEW_ROWS } from "../rows/page.ts";
import { type Session, transaction } from "../session/connection.ts";
import type { Sessions } from "../session/sessions.ts";
import { arrayText, LEDGER, unnest } from "../session/sql.ts";
import { alone } from "./target-tables.ts";

/** Positions that are kept of one version, the first ones: a report has no use for more. */
const POSITIONS = 5;

export function repeats(sessions: Sessions, mapping: Mapping): Repeats {
  return {
    find: async (run) =>
      (await alone(sessions, run, "build", (session) => find(session, run))) ?? { items: 0, units: [] },
    keep: async (run, unit, page, next) => {
      const isWhole = await alone(sessions, run, "build", (session) =>
        transaction(session, async () => {
          await keep(session, run, page);
          // Another process that is behind, or ahead, has kept all before its page as well.
          await session.query(
            `update ${LEDGER}.unit set reread_cursor = $4, reread = reread or $5 where run = $1 and pass = $2 and descriptor = $3`,
            [run.id, run.pass, unit, next, next === undefined],
          );
          if (next !== undefined) return true;
          if (!(await isMissed(session, run))) return true;
          await readAnew(session, run);
          return false;
        }),
      );
      if (isWhole === false) throw sourceChanged(run);
    },
    decide: async (run, decode) =>
      (await alone(sessions, run, "build", (session) =>
        transaction(session, () => decideKept(session, run, mapping, decode)),
      )) ?? false,
  };
}

async function find(session: Session, run: Run): Promise<ToDecide> {
  const known = `unit not in (select unit from ${LEDGER}.unit where run = ${run.id} and pass = ${run.pass} and descriptor = '${CORRECTIONS}')`;
  await session.query(
    `insert into ${LEDGER}.repeated (run, pass, item, version, counted)
     with record as not materialized (${recordsOf(run, `p.${known}`)}),
       several as (select item from record group by item having count(*) > 1
         -- An earlier pass has put it away, because of a copy that may be gone by now.
         union select item from ${LEDGER}.quarantine where run = ${run.id} and last_seen = ${run.pass} and reason = 'repeated-key')
     select ${run.id}, ${run.pass}, item, version, json_object_agg(fate, copies) from (
       select item, version, fate, count(*) as copies from record where item in (select item from several) group by item, version, fate) c
     group by item, version on conflict do nothing`,
  );
  const { rows } = await session.query<{ items: string }>(
    `select count(distinct item) as items from ${LEDGER}.repeated where run = $1 and pass = $2 and fate is null`,
    [run.id, run.pass],
  );
  const { rows: units } = await session.query<{ unit: string; cursor: string | null }>(
    `select descriptor as unit, reread_cursor as cursor from ${LEDGER}.unit where run = $1 and pass = $2 and not reread and descriptor <> '${CORRECTIONS}' order by unit`,
    [run.id, run.pass],
  );
  return {
    items: Number(rows[0]?.items ?? 0),
    units: units.map(({ unit, cursor }) => ({ unit, cursor: cursor ?? undefined })),
  };
}

interface Undecided extends Version {
  readonly counted: Counted;
  readonly isAlone: boolean;
}

/** Decides the versions that are their item's only ones, and keeps the others. */
async function keep(session: Session, run: Run, page: readonly Decoded[]): Promise<void> {
  await session.query(FEW_ROWS);
  const { rows } = await session.query<Undecided>(
    `select r.item, replace(r.version::text, '-', '') as version, r.counted, not exists (
       select from ${LEDGER}.repeated o where (o.run, o.pass, o.item) = (r.run, r.pass, r.item) and o.version <> r.version) as "isAlone"
     from ${LEDGER}.repeated r where r.run = $1 and r.pass = $2 and r.item = any($3::uuid[]) and r.fate is null`,
    [run.id, run.pass, [...new Set(page.map(({ item }) => item))]],
  );
  if (rows.length === 0) return;
  const copies = Map.groupBy(page, nameOf);
  let tally = EMPTY_TALLY;
  const decided: (Version & { fate: Fate })[] = [];
  const kept: (readonly Decoded[])[] = [];
  for (const { isAlone, counted, ...version } of rows) {
    const same = copies.get(`${version.item} ${version.version}`);
    const [first] = same ?? [];
    if (first === undefined || same === undefined) continue;
    const fate = isAlone ? fateOfOne(first, counted) : undefined;
    if (fate === undefined) kept.push(same);
    else {
      tally = addTallies(tally, recounted(first, counted, fate));
      decided.push({ ...version, fate });
    }
  }
  if (decided.length > 0) await correct(session, run, tally, []);
  await markDecided(session, run, decided);
  if (kept.length === 0) return;
  await session.query(
    `update ${LEDGER}.repeated r set kind = s.c2, body = least(r.body, s.c3), positions = array(
       select p from unnest(r.positions || s.c4::text[]) p group by p order by length(p), p limit ${POSITIONS})
     from ${unnest(5)} where r.run = ${run.id} and r.pass = ${run.pass} and r.item = s.c0::uuid and r.version = s.c1::uuid`,
    [
      kept.map(([first]) => first?.item),
      kept.map(([first]) => first?.fingerprint),
      kept.map(([first]) => first?.outcome.kind),
      kept.map(([first]) => first?.body()),
      kept.map((same) => arrayText(same.flatMap(({ position }) => position ?? []))),
    ],
  );
}

const nameOf = (copy: Decoded): string => Object.values(versionOf(copy)).join(" ");

/** What an item is that has one version only; undefined where it gives rows that were not written. */
function fateOfOne({ outcome }: Decoded, counted: Counted): Fate | undefined {
  if (outcome.kind !== "rows") return outcome.kind;
  if (counted.quarantined !== undefined) return undefined;
  return counted.migrated === undefined ? "unchanged" : "migrated";
}

/** Whether all units were read again, and did not show everything that the pass has read of these items. */
async function isMissed(session: Session, { id, pass }: Run): Promise<boolean> {
  const { rows } = await session.query(
    `select from ${LEDGER}.repeated where run = $1 and pass = $2 and fate is null and body is null
       and not exists (select from ${LEDGER}.unit where run = $1 and pass = $2 and not reread and descriptor <> '${CORRECTIONS}') limit 1`,
    [id, pass],
  );
  return rows.length > 0;
}

/** Nothing that another source has shown counts, nor what a process keeps that is still reading. */
async function readAnew(session: Session, { id, pass }: Run): Promise<void> {
  await updateRun(session, id, "epoch = epoch + 1");
  await session.query(`update ${LEDGER}.unit set reread = false, reread_cursor = null where run = $1 and pass = $2`, [
    id,
    pass,
  ]);
  await session.query(
    `update ${LEDGER}.repeated set kind = null, body = null, positions = '{}' where run = $1 and pass = $2 and fate is null`,
    [id, pass],
  );
}

const sourceChanged = ({ source }: Run): MigrationError =>
  new MigrationError(
    "source-changed",
    `${source} no longer gives what the pass has read of items that stand there more than once`,
    "put back the source the pass began with, and run migrate again",
  );
