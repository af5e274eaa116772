/**
 * Changes → rows, audit lines and parked contributions. The first contribution to a facet of a row takes it; every other
 * one is parked with its values, and settling decides. Tables, and keys within a table, are taken in one order by every
 * worker, so that two pages with the same keys wait for each other instead of deadlocking.
 */

import type { Changes, Line, Offer } from "../../domain/diff.ts";
import type { Mapping } from "../../mapping/model.ts";
import * as audit from "./audit.ts";
import type { Session } from "./connection.ts";
import {
  type Facet,
  insertKeys,
  insertRows,
  keyOf,
  lockRows,
  removeEmptyRows,
  removeRows,
  updateRows,
} from "./rows.ts";

export type Tables = Mapping["tables"];

export interface WritePlace extends audit.Place {
  readonly tables: Tables;
}

const byKey = (a: Offer, b: Offer): number => {
  const [x, y] = [keyOf(a.contribution.key), keyOf(b.contribution.key)];
  return x < y ? -1 : x > y ? 1 : 0;
};

/** Writes what changed, table by table. */
export async function writeChanges(session: Session, place: WritePlace, changes: Changes): Promise<void> {
  for (const table of place.tables) {
    for (const facet of table.facets) {
      const here = (tbl: number, index: number): boolean => tbl === table.index && index === facet.index;
      const gone = changes.gone.filter((line) => here(line.table, line.facet));
      const changed = changes.changed.filter(({ line }) => here(line.table, line.facet));
      const added = changes.added.filter(({ contribution }) =>
        here(contribution.table.index, contribution.facet.index),
      );
      await removeGone(session, place, { table, facet }, gone);
      await writeChanged(session, place, { table, facet }, changed);
      if (added.length > 0) await writeAdded(session, place, { table, facet }, added.sort(byKey));
    }
  }
  await audit.removeLines(
    session,
    place,
    changes.gone.filter(({ table }) => table === 0),
  );
}

async function removeGone(session: Session, place: WritePlace, at: Facet, gone: readonly Line[]): Promise<void> {
  if (gone.length === 0) return;
  const held = gone.filter(({ holds }) => holds);
  await removeRows(session, at, held);
  await audit.removeLines(session, place, gone);
  // Whoever only waited for a row has no say in it: it may be somebody else's.
  if (at.table.duplicates === "merge" && held.length > 0)
    await removeEmptyRows(
      session,
      place.run,
      at.table,
      held.map(({ key }) => key),
    );
}

async function writeChanged(
  session: Session,
  place: WritePlace,
  at: Facet,
  changed: Changes["changed"],
): Promise<void> {
  if (changed.length === 0) return;
  const holding = changed.filter(({ line }) => line.holds);
  await updateRows(
    session,
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

async function writeAdded(session: Session, place: WritePlace, at: Facet, added: readonly Offer[]): Promise<void> {
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

async function takeRows(
  session: Session,
  _place: WritePlace,
  at: Facet,
  offers: readonly Offer[],
): Promise<Set<string>> {
  return insertRows(
    session,
    at,
    offers.map(({ contribution }) => contribution),
  );
}

/** A merged row is taken facet by facet: a new row, or a row of this run whose facet nobody holds. */
async function takeFacets(
  session: Session,
  place: WritePlace,
  at: Facet,
  offers: readonly Offer[],
): Promise<Set<string>> {
  const keys = offers.map(({ contribution }) => contribution.key);
  const created = await insertKeys(session, at.table, keys);
  const { owned, held } = await lockRows(session, place.run, at, keys);
  const free = offers.filter(({ contribution }) => {
    const key = keyOf(contribution.key);
    return created.has(key) || (owned.has(key) && !held.has(key));
  });
  await updateRows(
    session,
    at,
    free.map(({ contribution }) => contribution),
    undefined,
  );
  return new Set(free.map(({ contribution }) => keyOf(contribution.key)));
}
