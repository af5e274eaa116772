/**
 * Contributions to one facet of one table → set-based SQL on that table. Every statement takes text arrays and casts
 * them, so a batch costs a statement and not a statement a row, and no count of parameters can run over.
 */
import type { Contribution } from "../../domain/decode.ts";
import type { Line } from "../../domain/diff.ts";
import { must } from "../../domain/must.ts";
import type { FacetModel, TableModel } from "../../mapping/model.ts";
import { keySql } from "./canonical.ts";
import type { Session } from "./connection.ts";
import {
  arrayText,
  castInput,
  facetFingerprint,
  keyEquals,
  LEDGER,
  ownColumns,
  quote,
  quoteAll,
  tableSql,
  unnest,
} from "./sql.ts";

/** One facet of one table: what is written by one statement. */
export interface Facet {
  readonly table: TableModel;
  readonly facet: FacetModel;
}

const columnArrays = ({ facet }: Facet, rows: readonly Contribution[]): (string | null)[][] =>
  facet.columns.map((_, at) => rows.map(({ cells }) => cells[at]?.input ?? null));

const keyArray = (keys: readonly (readonly string[])[]): string[] => keys.map(arrayText);

export const keyOf = (key: readonly string[]): string => JSON.stringify(key);

/** Inserts the rows whose key is free, and returns the keys that were. A row that is there is never touched. */
export async function insertRows(session: Session, place: Facet, rows: readonly Contribution[]): Promise<Set<string>> {
  const { table, facet } = place;
  const returned = table.primaryKey.map(({ name, type }, at) => `${keySql(type, `t.${quote(name)}`)} as k${at}`);
  const { rows: inserted } = await session.query<Record<string, string>>(
    `insert into ${tableSql(table)} as t (${quoteAll(facet.columns.map(({ name }) => name))})
     select ${facet.columns.map(castInput).join(", ")} from ${unnest(facet.columns.length)}
     on conflict (${quoteAll(table.primaryKey.map(({ name }) => name))}) do nothing
     returning ${returned.join(", ")}`,
    columnArrays(place, rows),
  );
  return new Set(
    inserted.map((row) => keyOf(table.primaryKey.map((_, at) => must(row[`k${at}`], "a key column is returned")))),
  );
}

/**
 * Writes the facet's own columns of rows that exist, where the row still holds what `expected` says: a row that was
 * changed here since is left as it is, and the proof tells of it.
 */
export async function updateRows(
  session: Session,
  place: Facet,
  rows: readonly Contribution[],
  expected: readonly string[] | undefined,
): Promise<void> {
  const { table, facet } = place;
  const own = ownColumns(table, facet);
  if (own.length === 0 || rows.length === 0) return;
  const at = (name: string) => facet.columns.findIndex((column) => column.name === name);
  const matches = table.primaryKey.map((column) => `t.${quote(column.name)} = ${castInput(column, at(column.name))}`);
  const guard = expected === undefined ? [] : [`${facetFingerprint(facet, "t")} = s.c${facet.columns.length}::uuid`];
  await session.query(
    `update ${tableSql(table)} t set ${own.map((column) => `${quote(column.name)} = ${castInput(column, at(column.name))}`).join(", ")}
     from ${unnest(facet.columns.length + guard.length)} where ${[...matches, ...guard].join(" and ")}`,
    [...columnArrays(place, rows), ...(expected === undefined ? [] : [expected])],
  );
}

/** Removes rows a facet held: the whole row, or of a merge table the facet's own columns. Changed rows stay. */
export async function removeRows(session: Session, place: Facet, lines: readonly Line[]): Promise<void> {
  const { table, facet } = place;
  if (lines.length === 0) return;
  const where = `from ${unnest(2)} where ${keyEquals(table, "t", "(s.c0::text[])")} and ${facetFingerprint(facet, "t")} = s.c1::uuid`;
  const values = [keyArray(lines.map(({ key }) => key)), lines.map(({ fingerprint }) => fingerprint)];
  if (table.duplicates !== "merge") {
    await session.query(`delete from ${tableSql(table)} t ${where.replace(/^from/, "using")}`, values);
    return;
  }
  const own = ownColumns(table, facet);
  if (own.length === 0) return;
  const reset = own.map(({ name }) => `${quote(name)} = default`).join(", ");
  await session.query(`update ${tableSql(table)} t set ${reset} ${where}`, values);
}

/**
 * Removes merged rows that nobody holds a part of any more. One that still has a value was changed here since, and stays.
 * A contribution that waits does not keep it: settling makes the row anew for the one that takes it.
 */
export async function removeEmptyRows(
  session: Session,
  run: number,
  table: TableModel,
  keys: readonly (readonly string[])[],
): Promise<void> {
  const values = [keyArray(keys)];
  const filled = table.columns
    .filter((column) => column.defaultSql === undefined && !table.primaryKey.includes(column))
    .map(({ name }) => `t.${quote(name)} is not null`);
  await lockKeys(session, table, values);
  await session.query(
    `delete from ${tableSql(table)} t using ${unnest(1)} where ${keyEquals(table, "t", "(s.c0::text[])")}
     and not (${["false", ...filled].join(" or ")}) and not exists (${holders(run, table)})`,
    values,
  );
}

/** Lines of `s.c0` that hold a part of their row. */
const holders = (run: number, table: TableModel): string =>
  `select from ${LEDGER}.audit a left join ${LEDGER}.parked p using (run, tbl, facet, key, item)
   where a.run = ${run} and a.tbl = ${table.index} and a.key = s.c0::text[] and p.item is null`;

/**
 * Locks rows before anything is asked about them, in a statement of its own: one that waited for a lock still sees the
 * ledger as it was before it waited.
 */
const lockKeys = (session: Session, table: TableModel, keys: readonly unknown[]) =>
  session.query(
    `select from ${tableSql(table)} t, ${unnest(1)} where ${keyEquals(table, "t", "(s.c0::text[])")} order by s.c0 for update of t`,
    keys,
  );

/** Creates the bare rows of a merge table that are missing, and returns the keys that were. */
export async function insertKeys(
  session: Session,
  table: TableModel,
  keys: readonly (readonly string[])[],
): Promise<Set<string>> {
  const names = table.primaryKey.map(({ name }) => name);
  const returned = table.primaryKey.map(({ name, type }, at) => `${keySql(type, `t.${quote(name)}`)} as k${at}`);
  const { rows } = await session.query<Record<string, string>>(
    `insert into ${tableSql(table)} as t (${quoteAll(names)})
     select ${table.primaryKey.map(castInput).join(", ")} from ${unnest(names.length)}
     on conflict (${quoteAll(names)}) do nothing returning ${returned.join(", ")}`,
    names.map((_, at) => keys.map((key) => key[at])),
  );
  return new Set(rows.map((row) => keyOf(names.map((_, at) => must(row[`k${at}`], "a key column is returned")))));
}

/** Of these keys, those whose part holds nothing. A column with a default is never empty and says nothing. */
export async function emptyParts(
  session: Session,
  { table, facet }: Facet,
  keys: readonly (readonly string[])[],
): Promise<Set<string>> {
  const filled = ownColumns(table, facet)
    .filter(({ defaultSql }) => defaultSql === undefined)
    .map(({ name }) => `t.${quote(name)} is not null`);
  const { rows } = await session.query<{ key: string[] }>(
    `select s.c0::text[] as key from ${tableSql(table)} t, ${unnest(1)}
     where ${keyEquals(table, "t", "(s.c0::text[])")} and not (${["false", ...filled].join(" or ")})`,
    [keyArray(keys)],
  );
  return new Set(rows.map(({ key }) => keyOf(key)));
}

/** Locks the rows of a merge table, then asks whose they are: a part is ours to take where another part is held by us. */
export async function lockRows(
  session: Session,
  run: number,
  { table, facet }: Facet,
  keys: readonly (readonly string[])[],
): Promise<{ owned: Set<string>; held: Set<string> }> {
  const values = [keyArray(keys)];
  await lockKeys(session, table, values);
  const { rows } = await session.query<{ key: string[]; held: boolean }>(
    `select a.key, bool_or(a.facet = ${facet.index}) as held
     from ${unnest(1)} cross join lateral (select * from ${LEDGER}.audit
       where run = ${run} and tbl = ${table.index} and key = s.c0::text[] offset 0) a
     left join ${LEDGER}.parked p using (run, tbl, facet, key, item) where p.item is null
     group by a.key`,
    values,
  );
  return {
    owned: new Set(rows.map(({ key }) => keyOf(key))),
    held: new Set(rows.filter(({ held }) => held).map(({ key }) => keyOf(key))),
  };
}
