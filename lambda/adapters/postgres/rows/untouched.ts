/**
 * What the ledger knows of a row → conditions under which the row is as this run left it. A key alone proves nothing: a row may
 * have been removed and made anew by others. It is ours as long as every part of it holds what was written there, and every
 * other column what stood there then.
 */
import type { FacetModel, TableModel } from "../../../mapping/model.ts";
import { heldByOthers, type Sharers, sharersOf } from "../ledger/items/sharers.ts";
import type { Session } from "../session/connection.ts";
import { facetFingerprint, keyOfRow, ownColumns } from "../session/sql.ts";
import { atRest, type Ungiven, type UngivenColumn, ungivenColumns } from "./ungiven.ts";

/** Where rows are written: a run, what may stand in its tables that no contribution gives, and who else fills them. */
export interface RowPlace {
  readonly run: number;
  readonly ungiven: Ungiven;
  readonly sharers: Sharers;
}

/** The catalogue and the ledger → what is to be known of some tables before their rows are touched. */
export const rowPlace = async (session: Session, run: number, tables: readonly TableModel[]): Promise<RowPlace> => ({
  run,
  ungiven: await ungivenColumns(session, tables),
  sharers: await sharersOf(session, run, tables),
});

export const ungivenIn = ({ ungiven }: Pick<RowPlace, "ungiven">, { index }: TableModel): readonly UngivenColumn[] =>
  ungiven.get(index) ?? [];

/** Columns of no part, and of one. */
export const outside = (place: Pick<RowPlace, "ungiven">, table: TableModel): readonly UngivenColumn[] =>
  ungivenIn(place, table).filter(({ facet }) => facet === undefined);
export const inside = (place: RowPlace, table: TableModel, { index }: FacetModel): readonly UngivenColumn[] =>
  ungivenIn(place, table).filter(({ facet }) => facet === index);

/** The conditions below are on the row `t`, with `u` and `h` as `joinKnown` gives them. */
const isHeld = ({ index }: FacetModel): string => `coalesce(${index} = any(h.facets), false)`;
const stands = (facet: FacetModel): string => `'${facet.index}:' || ${facetFingerprint(facet, "t")} = any(h.lines)`;
const all = (conditions: readonly string[]): string => conditions.map((each) => `(${each})`).join(" and ");

/** No run of another source holds the row `t`. */
export const isNoOthers = ({ sharers }: RowPlace, table: TableModel): string =>
  `not (${heldByOthers(sharers, table, keyOfRow(table, "t"))})`;

/** All of the row `t` but one part is as it was left. */
export const isLeftBeside = (place: RowPlace, table: TableModel, but?: FacetModel): string =>
  all([
    isNoOthers(place, table),
    atRest(outside(place, table), "t", "u.was"),
    ...others(table, but).map((part) => {
      const rest = atRest(inside(place, table, part), "t", "u.was");
      return `case when ${isHeld(part)} then ${stands(part)} else ${rest} end`;
    }),
  ]);

/** Parts of a merged row that say something beyond its key. */
const others = (table: TableModel, but?: FacetModel): readonly FacetModel[] =>
  table.duplicates === "merge"
    ? table.facets.filter((part) => part.index !== but?.index && ownColumns(table, part).length > 0)
    : [];

const isEmpty = (place: RowPlace, table: TableModel, facet: FacetModel): string =>
  atRest(inside(place, table, facet), "t", "u.was");

/** The row is ours by another part, and no item holds this one. */
export const isUnheld = (facet: FacetModel): string => `h.facets is not null and not ${isHeld(facet)}`;

/** No item holds this part and nothing stands in it, and the row is ours by another one. */
export const isVacant = (place: RowPlace, table: TableModel, facet: FacetModel): string =>
  all([isUnheld(facet), isEmpty(place, table, facet), isLeftBeside(place, table, facet)]);

/** As `isVacant`, of a row that is being made anew part by part: of the others, those that are not back yet are empty, too. */
export function isAwaited(place: RowPlace, table: TableModel, facet: FacetModel): string {
  const back = table.facets
    .filter((part) => part.index !== facet.index)
    .map((part) => all([isHeld(part), stands(part)]));
  return all([
    ["false", ...back].join(" or "),
    isEmpty(place, table, facet),
    isNoOthers(place, table),
    atRest(outside(place, table), "t", "u.was"),
    ...others(table, facet).map((part) => `(${isHeld(part)} and ${stands(part)}) or ${isEmpty(place, table, part)}`),
  ]);
}

/** No item holds any part of it, of whichever run. */
export const isNobodys = (place: RowPlace, table: TableModel): string =>
  all(["h.facets is null", isNoOthers(place, table)]);

/** And nothing stands in it. */
export const isBare = (place: RowPlace, table: TableModel): string =>
  all([isNobodys(place, table), isLeftBeside(place, table)]);
