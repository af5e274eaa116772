/**
 * Columns that no contribution gives: those the mapping does not know, those with a default that no item overrides, and in a
 * merged row the parts that no item holds. What stood there right after this run wrote the row is kept; whatever else stands
 * there later is somebody else's, and the row with it.
 */
import type { ColumnModel, TableModel } from "../../../mapping/model.ts";
import { forgetUngiven, noteUngiven } from "../ledger/items/ungiven.ts";
import type { Session } from "../session/connection.ts";
import { arrayText, keyOfRow, literal, quote, tableSql } from "../session/sql.ts";

export interface UngivenColumn {
  readonly name: string;
  /** What a row holds that was there before the column was: a default as it then was, or NULL. */
  readonly missing: string | null;
  /** The part of a merged row that gives it, when an item holds that. */
  readonly facet?: number;
}

/** By table number. A table whose every column is given has none. */
export type Ungiven = ReadonlyMap<number, readonly UngivenColumn[]>;

/** The catalogue → the columns of some tables that may stand there without having been given. A generated one says nothing of its own. */
export async function ungivenColumns(session: Session, tables: readonly TableModel[]): Promise<Ungiven> {
  const { rows } = await session.query<{ n: string; name: string; missing: string | null }>(
    `select n, attname as name, case when atthasmissing then (attmissingval::text::text[])[1] end as missing
     from unnest($1::text[], $2::text[]) with ordinality t(name, given, n) join pg_attribute on attrelid = to_regclass(t.name)
     where attnum > 0 and not attisdropped and attgenerated = '' and attname <> all (t.given::text[]) order by n, attnum`,
    [tables.map(tableSql), tables.map((table) => arrayText(alwaysGiven(table).map(({ name }) => name)))],
  );
  return new Map(
    tables.map((table, at) => {
      const there = rows.filter(({ n }) => Number(n) === at + 1);
      return [table.index, there.map(({ name, missing }) => ({ name, missing, ...partOf(table, name) }))];
    }),
  );
}

/** Where a row has one part only, that is held as long as the row is this run's. */
const alwaysGiven = ({ duplicates, primaryKey, facets }: TableModel): readonly ColumnModel[] =>
  duplicates === "merge" ? primaryKey : [...primaryKey, ...facets.flatMap(({ columns }) => columns)];

function partOf({ facets }: TableModel, name: string): Pick<UngivenColumn, "facet"> {
  const giver = facets.find(({ columns }) => columns.some((column) => column.name === name));
  return giver === undefined ? {} : { facet: giver.index };
}

/** Longer values are kept as a hash. */
const LONGEST = 64;

/** What stands in a column: NULL where nothing was ever put there. */
function mark({ name, missing }: UngivenColumn, t: string): string {
  const text = `${t}.${quote(name)}::text`;
  const hash = `'#' || encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
  return `case when ${text} is not distinct from ${missing === null ? "null" : literal(missing)} then null when ${text} is null then '~'
    when octet_length(${text}) > ${LONGEST} then ${hash} else '=' || ${text} end`;
}

/** A condition on the row `t`: in these columns stands what the ledger says in `was`. */
export const atRest = (columns: readonly UngivenColumn[], t: string, was: string): string =>
  columns.length === 0
    ? "true"
    : columns
        .map((column) => `(${mark(column, t)}) is not distinct from (${was} ->> ${literal(column.name)})`)
        .join(" and ");

const stood = (columns: readonly UngivenColumn[], t: string): string =>
  `jsonb_strip_nulls(jsonb_build_object(${columns.map((column) => `${literal(column.name)}, ${mark(column, t)}`).join(", ")}))`;

/**
 * A statement on the rows `t` of a table, up to its `returning` → one that notes in the ledger, too, what stands in these columns
 * afterwards, and goes on with the keys `written`.
 */
export function noting(
  run: number,
  table: TableModel,
  columns: readonly UngivenColumn[],
  statement: string,
  then?: string,
): string {
  const written = `${statement} returning ${keyOfRow(table, "t")} as key`;
  if (columns.length === 0) return then === undefined ? written : `with written as (${written}) ${then}`;
  const names = `array[${columns.map(({ name }) => literal(name)).join(", ")}]`;
  return `with written as (${written}, ${stood(columns, "t")} as was),
    noted as (${noteUngiven(run, table, "written", names)})
    ${then ?? "select key from written"}`;
}

/** As `noting`, of rows that are no more. */
export const forgetting = (run: number, table: TableModel, statement: string): string =>
  `with gone as (${statement} returning ${keyOfRow(table, "t")} as key),
   forgotten as (${forgetUngiven(run, table, "gone")})
   select key from gone`;
