/**
 * What a removal was meant to remove and did not, because the row was changed since or a trigger kept it. Its audit line is gone
 * with its item, so it is remembered apart: tried again at the end of each pass, told by each proof until the row is gone or
 * an item gives it again.
 */

import type { Line } from "../../../domain/decode/diff.ts";
import type { Unremoved } from "../../../domain/proof/evidence.ts";
import type { FacetModel, Mapping, TableModel } from "../../../mapping/model.ts";
import { holding } from "../ledger/items/holding.ts";
import { joinUngiven } from "../ledger/items/ungiven.ts";
import { isAnyUnremoved, keepLeft, leftLines, noteLeft, unremovedLines } from "../ledger/items/unremoved.ts";
import { group } from "../proof/contents.ts";
import type { Session } from "../session/connection.ts";
import { refusedRow } from "../session/errors.ts";
import { inSavepoint } from "../session/savepoint.ts";
import { keyEquals, tableSql } from "../session/sql.ts";
import { refuseDependents } from "../tables/dependents.ts";
import { type Facet, removeBareRows, removeRows } from "./rows.ts";
import { atRest } from "./ungiven.ts";
import { inside, isNoOthers, type RowPlace, rowPlace } from "./untouched.ts";

/** Lines `l` → those whose row is still there as `t`, or their part of it, and which no item gives, of this run or another. */
function stillThere(place: RowPlace, { table, facet }: Facet): string {
  const { run } = place;
  const held = (part?: FacetModel): string => `select from ${holding(run, table, part)} where a.key = l.key`;
  const there = `join ${tableSql(table)} t on ${keyEquals(table, "t", "l.key")} ${joinUngiven(run, table, "l.key")}
    where not exists (${held(facet)}) and ${isNoOthers(place, table)}`;
  if (table.duplicates !== "merge") return there;
  const reset = atRest(inside(place, table, facet), "t", "u.was");
  return `${there} and (not (${reset}) or not exists (${held()}))`;
}

/** Remembers those of the lines, just taken out of the ledger, whose row or part is still there. */
export async function noteUnremoved(
  session: Session,
  place: RowPlace,
  at: Facet,
  lines: readonly Line[],
): Promise<void> {
  await noteLeft(session, place.run, at.table, at.facet, lines, stillThere(place, at));
}

/**
 * Tries again what was left: a row that is as it was written by now, or that no trigger keeps any more, goes. With `force` a
 * changed one, too. What is settled otherwise is forgotten.
 */
export async function removeAgain(
  session: Session,
  { id: run }: { readonly id: number },
  mapping: Mapping,
  force = false,
) {
  if (!(await isAnyUnremoved(session, run))) return;
  // Rows of others would go with them.
  await refuseDependents(session, mapping.tables, { onlyCarrying: true });
  const place = await rowPlace(session, run, mapping.tables);
  for (const at of facetsOf(mapping.tables)) {
    const { table, facet } = at;
    const lines = await leftLines(session, run, table, facet, stillThere(place, at));
    const keys = lines.map(({ key }) => key);
    await trying(session, async () => {
      await removeRows(session, place, at, lines, force);
      if (table.duplicates === "merge" && lines.length > 0) await removeBareRows(session, place, table, keys, force);
    });
    await keepLeft(session, run, table, facet, stillThere(place, at));
  }
}

/** What a trigger or a reference of others refuses stays, and is told. */
async function trying(session: Session, work: () => Promise<void>): Promise<void> {
  try {
    await inSavepoint(session, work);
  } catch (error) {
    if (refusedRow(error) === undefined) throw error;
  }
}

const facetsOf = (tables: readonly TableModel[]): Facet[] =>
  tables.flatMap((table) => table.facets.map((facet) => ({ table, facet })));

/** By table: the rows that are still there, by key and by the item that gave them. */
export async function unremoved(
  session: Session,
  run: number,
  { tables }: Pick<Mapping, "tables">,
): Promise<Unremoved[]> {
  const found: Unremoved[] = [];
  const place = await rowPlace(session, run, tables);
  for (const table of tables) {
    const lines = table.facets.map(
      (facet) =>
        `select l.key, l.source from ${unremovedLines(run, table, facet)} ${stillThere(place, { table, facet })}`,
    );
    const rows = `select distinct on (key) key, source from (${lines.join(" union all ")}) lines order by key, source`;
    const { count, examples } = await group(session, table, rows);
    if (count > 0) found.push({ table: table.name, count, examples });
  }
  return found;
}
