/**
 * Changes → rows, audit lines and parked contributions. The first contribution to a facet of a row takes it; every other
 * one is parked with its values, and settling decides. Tables, and keys within a table, are taken in one order by every
 * worker, so that two pages with the same keys wait for each other instead of deadlocking.
 */

import type { Changes, Line, Offer } from "../../../domain/decode/diff.ts";
import type { Mapping } from "../../../mapping/model.ts";
import * as audit from "../ledger/audit.ts";
import type { Session } from "../session/connection.ts";
import { tableSql } from "../session/sql.ts";
import {
  type Facet,
  insertKeys,
  insertRows,
  keyOf,
  removeBareRows,
  removeRows,
  updateRows,
  vacantParts,
} from "./rows.ts";
import { noteUnremoved } from "./unremoved.ts";
import { type RowPlace, rowPlace } from "./untouched.ts";

export interface WritePlace extends audit.Place {
  readonly tables: Mapping["tables"];
}

type Place = WritePlace & RowPlace;

const byKey = (a: Offer, b: Offer): number => {
  const [x, y] = [keyOf(a.contribution.key), keyOf(b.contribution.key)];
  return x < y ? -1 : x > y ? 1 : 0;
};

/** Writes what changed, table by table. Returns how many rows went, by table number. */
export async function writeChanges(
  session: Session,
  where: WritePlace,
  changes: Changes,
): Promise<ReadonlyMap<number, number>> {
  const place = { ...where, ...(await placeOf(session, where, changes)) };
  const removed = new Map<number, number>();
  for (const table of place.tables) {
    for (const facet of table.facets) {
      const here = (tbl: number, index: number): boolean => tbl === table.index && index === facet.index;
      const gone = changes.gone.filter((line) => here(line.table, line.facet));
      const changed = changes.changed.filter(({ line }) => here(line.table, line.facet));
      const added = changes.added.filter(({ contribution }) =>
        here(contribution.table.index, contribution.facet.index),
      );
      const went = await removeGone(session, place, { table, facet }, gone);
      if (went > 0) removed.set(table.index, (removed.get(table.index) ?? 0) + went);
      await writeChanged(session, place, { table, facet }, changed);
      if (added.length > 0) await writeAdded(session, place, { table, facet }, added.sort(byKey));
    }
  }
  await audit.removeLines(
    session,
    place,
    changes.gone.filter(({ table }) => table === 0),
  );
  return removed;
}

/** What is to be known of the tables at hand. */
async function placeOf(session: Session, { run, tables }: WritePlace, { gone, changed, added }: Changes) {
  const touched = new Set([...gone.map(({ table }) => table), ...changed.map(({ line }) => line.table)]);
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
  await audit.removeLines(session, place, gone);
  if (held.length === 0) return 0;
  const keys = held.map(({ key }) => key);
  const bare = at.table.duplicates === "merge" ? await removeBareRows(session, place, at.table, keys) : 0;
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
  await audit.park(
    session,
    place,
    changed.filter(({ line }) => !line.holds).map(({ offer }) => offer),
  );
  await audit.changeLines(
    session,
    place,
    changed.map(({ offer }) => offer),
  );
}

async function writeAdded(session: Session, place: Place, at: Facet, added: readonly Offer[]): Promise<void> {
  const firsts = new Map<string, Offer>();
  for (const offer of added) {
    const key = keyOf(offer.contribution.key);
    if (!firsts.has(key)) firsts.set(key, offer);
  }
  const taken = await (at.table.duplicates === "merge" ? takeFacets : takeRows)(session, place, at, [
    ...firsts.values(),
  ]);
  const parked = added.filter((offer) => {
    const key = keyOf(offer.contribution.key);
    return firsts.get(key) !== offer || !taken.has(key);
  });
  await audit.addLines(session, place, added);
  await audit.park(session, place, parked);
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
