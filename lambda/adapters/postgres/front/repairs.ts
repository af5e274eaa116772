/**
 * Damage → what the source holds. Damage is written down before anything is mended, so that a row of several parts, of which
 * one is back already, is still known to have been missing when a repair that was killed goes on.
 */
import { versionThatCounts } from "../../../domain/decode/copies.ts";
import type { Contribution, Decoded } from "../../../domain/decode/decode.ts";
import { MigrationError } from "../../../domain/migration-error.ts";
import { must } from "../../../domain/must.ts";
import { NOTHING_REPAIRED, type RepairCounts } from "../../../domain/proof/report.ts";
import { addTallies, EMPTY_TALLY, negated, PageTally, quarantinedTally } from "../../../domain/proof/tally.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { DamagedItem, Repairs } from "../../../ports/repairs.ts";
import type { Run } from "../../../ports/runs.ts";
import {
  countUnnoted,
  type DamageLine,
  damagedItems,
  different,
  forgetDamage,
  missing,
  noteDamage,
  refused,
  takeDamage,
} from "../ledger/items/damage.ts";
import { heldKeys, holding } from "../ledger/items/holding.ts";
import { knownItems } from "../ledger/items/items.ts";
import { forgetLeft, leaveStale } from "../ledger/items/left-behind.ts";
import * as quarantine from "../ledger/items/quarantine.ts";
import { rowlessIn, stillWritten, writtenOf } from "../ledger/passes/counted.ts";
import { holdersOf } from "../ledger/passes/repeated.ts";
import type { Seen } from "../ledger/passes/seen.ts";
import { correct } from "../ledger/passes/units.ts";
import { refuseWhileUsed, withRun } from "../ledger/run/locks.ts";
import { isInPhase, movedOn, moveRun, rolledBack } from "../ledger/run/phases.ts";
import { lockRun } from "../ledger/run/run.ts";
import { mendRows } from "../rows/mended-rows.ts";
import { writeItems } from "../rows/page.ts";
import type { Facet } from "../rows/rows.ts";
import { settle } from "../rows/settle.ts";
import { Straight } from "../rows/straight.ts";
import { removeAgain, unremoved } from "../rows/unremoved.ts";
import { isNoOthers, rowPlace } from "../rows/untouched.ts";
import { type Session, transaction } from "../session/connection.ts";
import { lookingUp } from "../session/lookups.ts";
import type { Sessions } from "../session/sessions.ts";
import { keyEquals, ownColumns, quote, tableSql } from "../session/sql.ts";
import { dropConstraints } from "../tables/constraints.ts";
import { createTables } from "../tables/tables.ts";

/** Items read again and mended in one transaction: what one request for single items may ask for, 40 MB at the most. */
const BATCH = 100;

export function repairs(sessions: Sessions, mapping: Mapping): Repairs {
  return {
    begin: (run, force) =>
      sessions.use((session) => withRun(session, run.id, () => begin(session, run, mapping, force))),
    next: (run) => sessions.use((session) => damagedItems(session, run, BATCH)),
    mend: (run, items, now) =>
      sessions.use((session) => lookingUp(session, () => mend(session, run, mapping, items, now))),
  };
}

async function begin(session: Session, { id }: Run, mapping: Mapping, force: boolean) {
  await refuseWhileUsed(session, id);
  const run = await transaction(session, async () => {
    const before = must(await lockRun(session, id), "a run that was found stays in the ledger");
    const now = await moveRun(session, id, "repair", { refusal: notCopied, set: "stops_seen = stops" });
    // Damage an earlier pass or repair left behind is not what is there now; nor is leave to write over rows, given then.
    if (before.phase !== "repair") await forgetDamage(session, now, "all");
    else if (!force) await forgetDamage(session, now, "different");
    return now;
  });
  await createTables(session, run.id, mapping);
  await dropConstraints(session, mapping.tables);
  // Parts that others have filled, or holders whose rows they have changed.
  if (force) await settle(session, run.id, mapping, force);
  let left = 0;
  for (const table of mapping.tables) {
    for (const facet of table.facets) {
      await noteDamage(session, missing(run, table, facet));
      const changed = different(run, table, facet);
      if (force) {
        await noteDamage(session, changed);
        await emptyLeftovers(session, run, { table, facet });
      } else left += await countUnnoted(session, changed);
    }
  }
  if (force) await transaction(session, () => removeAgain(session, run, mapping, force));
  for (const { count: there } of await unremoved(session, run.id, mapping)) left += there;
  await noteDamage(session, refused(run));
  return { run, left };
}

/** Values of merged rows in a part that no item gives, of this run or another. */
async function emptyLeftovers(session: Session, run: Run, { table, facet }: Facet): Promise<void> {
  const own = ownColumns(table, facet).filter(({ defaultSql }) => defaultSql === undefined);
  if (table.duplicates !== "merge" || own.length === 0) return;
  const place = await rowPlace(session, run.id, [table]);
  await session.query(
    `update ${tableSql(table)} t set ${own.map(({ name }) => `${quote(name)} = null`).join(", ")}
     from (${heldKeys(run.id, table)}) r where ${keyEquals(table, "t", "r.key")} and ${isNoOthers(place, table)}
     and not exists (select from ${holding(run.id, table, facet)} where a.key = r.key)`,
  );
}

const notCopied = (now: Run): MigrationError => {
  if (now.phase === "rollback") return rolledBack(now);
  const problem = `run ${now.id} has not copied everything yet`;
  return new MigrationError("no-run", problem, "run migrate until it ends");
};

async function mend(
  session: Session,
  run: Run,
  mapping: Mapping,
  items: readonly DamagedItem[],
  now: ReadonlyMap<string, readonly Decoded[]>,
): Promise<RepairCounts> {
  // A repair that was overtaken, by another one or by migrate, writes nothing any more.
  if (!(await isInPhase(session, run, "repair", "held"))) throw movedOn(run);
  const damaged = items.map(({ item }) => item);
  const lines = await takeDamage(session, run, damaged);
  const [waiting, rows] = [lines.filter(({ tbl }) => tbl === 0), lines.filter(({ tbl }) => tbl !== 0)];
  const written = await writeRows(session, run, mapping, rows, now);
  const released = await release(session, run, mapping, waiting, now);
  return { ...NOTHING_REPAIRED, ...written, ...released };
}

/** Rows of items that are what they were when they were written. */
async function writeRows(
  session: Session,
  run: Run,
  mapping: Mapping,
  lines: readonly DamageLine[],
  now: ReadonlyMap<string, readonly Decoded[]>,
): Promise<Pick<RepairCounts, "rows" | "left" | "changed">> {
  const items = [...new Set(lines.map(({ item }) => item))];
  const known = await knownItems(session, { run: run.id, pass: run.pass }, items);
  const refusals = await quarantine.refusedOf(session, run, items);
  const same = new Map<string, Contribution>();
  let unchanged = 0;
  for (const item of items) {
    const decoded = versionThatCounts(now.get(item) ?? [], refusals.get(item));
    if (decoded?.outcome.kind !== "rows" || known.get(item)?.fingerprint !== decoded.fingerprint) continue;
    unchanged += 1;
    for (const contribution of decoded.outcome.contributions)
      same.set(placeOf(item, contribution.table.index, contribution.facet.index, contribution.key), contribution);
  }
  let [count, left] = [0, 0];
  const place = await rowPlace(session, run.id, mapping.tables);
  const byPlace = Map.groupBy(lines, ({ tbl, facet }) => `${tbl}.${facet}`);
  for (const table of mapping.tables) {
    for (const facet of table.facets) {
      const here = byPlace.get(`${table.index}.${facet.index}`) ?? [];
      for (const isMissing of [true, false]) {
        const given = here
          .filter((line) => line.missing === isMissing)
          .flatMap(({ item, key }) => same.get(placeOf(item, table.index, facet.index, key)) ?? []);
        const written = await mendRows(session, place, { table, facet }, given, isMissing);
        count += written;
        left += given.length - written;
      }
    }
  }
  return { rows: count, left, changed: items.length - unchanged };
}

const placeOf = (item: string, tbl: number, facet: number, key: readonly string[]): string =>
  JSON.stringify([item, tbl, facet, ...key]);

/**
 * Items in quarantine that decode by now, are gone, or are refused for another reason; the tally of the pass follows them. Of one
 * that stands in its source more than once the versions that are gone are taken out, while the one that holds the rows is still
 * there; which of several is to hold them, and whatever is new, is left to a new pass.
 */
async function release(
  session: Session,
  run: Run,
  mapping: Mapping,
  lines: readonly DamageLine[],
  now: ReadonlyMap<string, readonly Decoded[]>,
): Promise<Pick<RepairCounts, "released" | "refused">> {
  const items = lines.map(({ item }) => item);
  const old = await quarantine.lockWaiting(session, run, items);
  if (old.length === 0) return { released: 0, refused: 0 };
  const holders = await holdersOf(session, run, items);
  const [gone, decoded]: [typeof old, Decoded[]] = [[], []];
  const nowhere: Seen[] = [];
  for (const [item, refused] of Map.groupBy(old, (line) => line.item)) {
    const versions = now.get(item);
    const holder = holders.get(item);
    const isThere = (version: string) => versions?.some(({ fingerprint }) => fingerprint === version) === true;
    if (versions === undefined || (holder !== undefined && !isThere(holder))) continue;
    const isOne = holder === undefined && versions.length < 2;
    const isKnown = (version: string) => version === holder || refused.some((line) => line.version === version);
    // A version nobody has decided about keeps what waits where it is: a new pass decides about all of them.
    if (!isOne && versions.some(({ fingerprint }) => !isKnown(fingerprint))) continue;
    gone.push(...refused.filter(({ version }) => isOne || !isThere(version)));
    if (isOne) decoded.push(...versions);
    if (versions.length === 0) nowhere.push({ item, version: item, fate: "removed" });
  }
  const tally = new PageTally(decoded.length);
  for (const item of decoded) tally.note(item);
  const keepsLeft = run.exports.length > 0;
  const place = { run: run.id, pass: run.pass, tables: mapping.tables, straight: new Straight(), keepsLeft };
  const written = new Set(decoded.map(({ fingerprint }) => fingerprint));
  await quarantine.takeOut(
    session,
    place,
    gone.filter(({ version }) => !written.has(version)),
  );
  const anew = decoded.map(({ item }) => item);
  const before = await writtenOf(session, run, anew);
  await forgetLeft(session, place, anew);
  const taken = stillWritten(await writeItems(session, place, decoded), before);
  if (keepsLeft) await leaveStale(session, place, rowlessIn(taken));
  await quarantine.takeOut(
    session,
    place,
    taken.filter(({ fate }) => fate !== "quarantined"),
  );
  const was = gone.map(({ item, entity }) => quarantinedTally(item, entity)).reduce(addTallies, EMPTY_TALLY);
  const is = tally.tally(taken.map(({ fate }) => fate));
  await correct(session, run, addTallies(is, negated(was)), keepsLeft ? [...taken, ...nowhere] : taken);
  const left = await quarantine.countWaiting(session, place, items);
  return { released: new Set(old.map(({ item }) => item)).size - left, refused: left };
}
