/**
 * Changes → rows, audit lines and parked contributions. The first contribution to a facet of a row takes it; every other
 * one is parked with its values, and settling decides. Tables, and keys within a table, are taken in one order by every
 * worker, so that two pages with the same keys wait for each other instead of deadlocking.
 */

import type { Changes, Line, Offer } from "../../../domain/decode/diff.ts";
import { facetKey } from "../../../domain/proof/tally.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import type { Place as LedgerPlace } from "../ledger/items/items.ts";
import { addLines, changeLines, type Numbers, park, removeLines } from "../ledger/items/lines.ts";
import type { Session } from "../session/connection.ts";
import { CopyLines } from "../session/copy-text.ts";
import { tableSql } from "../session/sql.ts";
import {
  type Facet,
  insertKeys,
  insertRows,
  keyOf,
  removeBareRows,
  removeRows,
  rowsCopied,
  rowTo,
  updateRows,
  vacantParts,
} from "./rows.ts";
import type { Straight } from "./straight.ts";
import { noteUnremoved } from "./unremoved.ts";
import { outside, type RowPlace, rowPlace } from "./untouched.ts";

/** New: an item that stands in the ledger counts as contention. Unchanged: one of which anything is written is decoded twice. Changed: all are kept until they are written. */
export type Met = "new" | "unchanged" | "changed";

export interface WritePlace extends LedgerPlace {
  readonly tables: Mapping["tables"];
  /** Tables whose keys are taken to be free, until one is found that is not. */
  readonly straight: Straight;
  /** What the items of a page are taken for; where nothing is said, for changed ones. */
  readonly meets?: Met;
  /** Changes may follow: what items that give no row count as is remembered. */
  readonly keepsLeft?: boolean;
}

/** Where changes are written: by number, the items that give them. */
export interface ChangePlace extends WritePlace {
  readonly numbers: Numbers;
}

type Place = ChangePlace & RowPlace;

/** Writes what changed, table by table. Returns how many rows went, by table number. */
export async function writeChanges(
  session: Session,
  where: ChangePlace,
  changes: Changes,
): Promise<ReadonlyMap<number, number>> {
  const place = { ...where, ...(await placeOf(session, where, changes)) };
  const removed = new Map<number, number>();
  const gone = Map.groupBy(changes.gone, (line) => facetKey({ index: line.table }, { index: line.facet }));
  const changed = Map.groupBy(changes.changed, ({ offer: { contribution: given } }) =>
    facetKey(given.table, given.facet),
  );
  const added = Map.groupBy(changes.added, ({ contribution: given }) => facetKey(given.table, given.facet));
  for (const table of place.tables) {
    for (const facet of table.facets) {
      const here = facetKey(table, facet);
      const went = await removeGone(session, place, { table, facet }, gone.get(here) ?? []);
      if (went > 0) removed.set(table.index, (removed.get(table.index) ?? 0) + went);
      await writeChanged(session, place, { table, facet }, changed.get(here) ?? []);
      const offers = added.get(here);
      if (offers === undefined) continue;
      await writeAdded(session, place, { table, facet }, inOrder(offers));
      // Another part of the row asks the ledger whether the row is ours.
      if (isMerged(table)) await addLines(session, place, place.numbers, offers);
    }
  }
  const others = changes.added.filter(({ contribution: { table } }) => !isMerged(table));
  await addLines(session, place, place.numbers, others);
  return removed;
}

const isMerged = ({ duplicates }: TableModel): boolean => duplicates === "merge";

/** What is to be known of the tables at hand. */
async function placeOf(session: Session, { run, tables }: WritePlace, { gone, changed, added }: Changes) {
  const touched = new Set([
    ...gone.map(({ table }) => table),
    ...changed.map(({ offer }) => offer.contribution.table.index),
  ]);
  const old = tables.filter(({ index }) => touched.has(index));
  for (const { contribution } of added) touched.add(contribution.table.index);
  // A column that is being added in this moment is waited for: it may be filled, too.
  if (old.length > 0) await session.query(`lock table ${old.map(tableSql).join(", ")} in row exclusive mode`);
  return rowPlace(
    session,
    run,
    tables.filter(({ index }) => touched.has(index)),
  );
}

/** Returns how many rows went. */
async function removeGone(session: Session, place: Place, at: Facet, gone: readonly Line[]): Promise<number> {
  if (gone.length === 0) return 0;
  // Whoever only waited for a row has no say in it: it may be somebody else's.
  const held = gone.filter(({ holds }) => holds);
  const whole = await removeRows(session, place, at, held);
  await removeLines(session, place, gone);
  if (held.length === 0) return 0;
  const keys = held.map(({ key }) => key);
  const bare = isMerged(at.table) ? await removeBareRows(session, place, at.table, keys) : 0;
  await noteUnremoved(session, place, at, held);
  return whole + bare;
}

async function writeChanged(session: Session, place: Place, at: Facet, changed: Changes["changed"]): Promise<void> {
  if (changed.length === 0) return;
  const holding = changed.filter(({ line }) => line.holds);
  await updateRows(
    session,
    place,
    at,
    holding.map(({ offer }) => offer.contribution),
    holding.map(({ line }) => line.fingerprint),
  );
  const waiting = changed.filter(({ line }) => !line.holds).map(({ offer }) => offer);
  await park(session, place, place.numbers, waiting);
  await changeLines(session, changed);
}

/** By key. */
function inOrder(offers: readonly Offer[]): Offer[] {
  const keyed = offers.map((offer) => ({ offer, key: keyOf(offer.contribution.key) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ offer }) => offer);
}

async function writeAdded(session: Session, place: Place, at: Facet, added: readonly Offer[]): Promise<void> {
  if (place.straight.leadsTo(at.table) && outside(place, at.table).length === 0) {
    const lines = new CopyLines("as they came");
    for (const { contribution } of added) rowTo(lines, contribution, contribution.key);
    return place.straight.copy(session, [rowsCopied(at, lines)]);
  }
  const firsts = new Map<string, Offer>();
  for (const offer of added) {
    const key = keyOf(offer.contribution.key);
    if (!firsts.has(key)) firsts.set(key, offer);
  }
  const taken = await (isMerged(at.table) ? takeFacets : takeRows)(session, place, at, [...firsts.values()]);
  const parked = added.filter((offer) => {
    const key = keyOf(offer.contribution.key);
    return firsts.get(key) !== offer || !taken.has(key);
  });
  await park(session, place, place.numbers, parked);
}

const takeRows = (session: Session, place: Place, at: Facet, offers: readonly Offer[]): Promise<Set<string>> =>
  insertRows(
    session,
    place,
    at,
    offers.map(({ contribution }) => contribution),
  );

/** A merged row is taken facet by facet: a new row, or an empty part of a row that is still as this run left it. */
async function takeFacets(session: Session, place: Place, at: Facet, offers: readonly Offer[]): Promise<Set<string>> {
  const keys = offers.map(({ contribution }) => contribution.key);
  const created = await insertKeys(session, place, at.table, keys);
  const there = keys.filter((key) => !created.has(keyOf(key)));
  const ours = created.union(await vacantParts(session, place, at, there));
  await updateRows(
    session,
    place,
    at,
    offers.map(({ contribution }) => contribution).filter(({ key }) => ours.has(keyOf(key))),
    "free",
  );
  return ours;
}
