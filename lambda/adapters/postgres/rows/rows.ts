/**
 * Contributions to one facet of one table → set-based SQL on that table. Every statement takes text arrays and casts
 * them, so a batch costs a statement and not a statement a row, and no count of parameters can run over.
 */
import { inputOf } from "../../../domain/decode/cell.ts";
import type { Contribution } from "../../../domain/decode/decode.ts";
import type { Line } from "../../../domain/decode/diff.ts";
import type { FacetModel, TableModel } from "../../../mapping/model.ts";
import { joinKnown } from "../ledger/items/holding.ts";
import type { Session } from "../session/connection.ts";
import { type CopyLines, copyText } from "../session/copy-text.ts";
import {
  arrayText,
  castInput,
  facetFingerprint,
  keyEquals,
  ownColumns,
  quote,
  quoteAll,
  tableSql,
  unnest,
} from "../session/sql.ts";
import type { StraightCopying } from "./straight.ts";
import { forgetting, noting, type UngivenColumn } from "./ungiven.ts";
import {
  inside,
  isAwaited,
  isBare,
  isLeftBeside,
  isNobodys,
  isNoOthers,
  isVacant,
  outside,
  type RowPlace,
  ungivenIn,
} from "./untouched.ts";

/** One facet of one table: what is written by one statement. */
export interface Facet {
  readonly table: TableModel;
  readonly facet: FacetModel;
}

const columnArrays = ({ facet }: Facet, rows: readonly Contribution[]): (string | null)[][] =>
  facet.columns.map((_, at) => rows.map(({ cells }) => inputOf(cells[at] ?? null)));

const keyArray = (keys: readonly (readonly string[])[]): string[] => keys.map(arrayText);

/** A text that differs with the key, within a table. */
export const keyOf = (key: readonly string[]): string => (key.length === 1 ? (key[0] ?? "") : JSON.stringify(key));

const KEY = "(s.c0::text[])";

async function keysOf(session: Session, sql: string, values: readonly unknown[]): Promise<Set<string>> {
  const { rows } = await session.query<{ key: string[] }>(sql, values);
  return new Set(rows.map(({ key }) => keyOf(key)));
}

/** A row as a line, `key` being its own. */
export function rowTo(lines: CopyLines, { cells }: Contribution, key: readonly string[]): number {
  let values = "";
  let between = "";
  for (const cell of cells) {
    values += between;
    values += copyText(inputOf(cell));
    between = "\t";
  }
  return lines.add(values, keyOf(key));
}

/** Adds rows whose keys are free; fails where one is not. A trigger can keep some of them out. */
export const rowsCopied = ({ table, facet }: Facet, lines: CopyLines): StraightCopying => ({
  rowsOf: table,
  table: tableSql(table),
  columns: quoteAll(facet.columns.map(({ name }) => name)),
  lines,
});

/** Inserts the rows whose key is free, and returns the keys that were. A row that is there is never touched. */
export async function insertRows(
  session: Session,
  place: RowPlace,
  at: Facet,
  rows: readonly Contribution[],
): Promise<Set<string>> {
  const { table, facet } = at;
  const statement = `insert into ${tableSql(table)} as t (${quoteAll(facet.columns.map(({ name }) => name))})
    select ${facet.columns.map(castInput).join(", ")} from ${unnest(facet.columns.length)}
    on conflict (${quoteAll(table.primaryKey.map(({ name }) => name))}) do nothing`;
  const sql = noting(place.run, table, outside(place, table), statement);
  return keysOf(session, sql, columnArrays(at, rows));
}

/** Creates the bare rows of a merge table that are missing, and returns the keys that were. */
export async function insertKeys(
  session: Session,
  place: RowPlace,
  table: TableModel,
  keys: readonly (readonly string[])[],
): Promise<Set<string>> {
  const names = table.primaryKey.map(({ name }) => name);
  const statement = `insert into ${tableSql(table)} as t (${quoteAll(names)})
    select ${table.primaryKey.map(castInput).join(", ")} from ${unnest(names.length)}
    on conflict (${quoteAll(names)}) do nothing`;
  const sql = noting(place.run, table, ungivenIn(place, table), statement);
  return keysOf(
    session,
    sql,
    names.map((_, at) => keys.map((key) => key[at])),
  );
}

/**
 * Writes the facet's own columns of rows that exist, where the whole row is still as this run left it and the facet holds what
 * `expected` says: a row that was changed here since is left, and the proof tells of it. Or the rows are locked and `free`, or
 * they are written over by `force`; what others have put beside then stays theirs. Returns how many were written.
 */
export async function updateRows(
  session: Session,
  place: RowPlace,
  at: Facet,
  rows: readonly Contribution[],
  expected: readonly string[] | "free" | "force",
): Promise<number> {
  const { table, facet } = at;
  const own = ownColumns(table, facet);
  if (own.length === 0 || rows.length === 0) return rows.length;
  const input = (name: string) => facet.columns.findIndex((column) => column.name === name);
  const matches = table.primaryKey.map(
    (column) => `t.${quote(column.name)} = ${castInput(column, input(column.name))}`,
  );
  const keys = keyArray(rows.map(({ key }) => key));
  const [fingerprint, key] = [`s.c${facet.columns.length}::uuid`, `s.c${facet.columns.length + 1}::text[]`];
  const isGuarded = typeof expected !== "string";
  if (isGuarded) await lockMerged(session, table, keys);
  const guard = isGuarded ? untouched(place, at, fingerprint, key) : { join: "", where: [] };
  const statement = `update ${tableSql(table)} t
    set ${own.map((column) => `${quote(column.name)} = ${castInput(column, input(column.name))}`).join(", ")}
    from ${unnest(facet.columns.length + (isGuarded ? 2 : 0))} ${guard.join} where ${[...matches, ...guard.where].join(" and ")}`;
  const noted = expected === "force" ? [] : outside(place, table);
  const values = [...columnArrays(at, rows), ...(isGuarded ? [expected, keys] : [])];
  return (await writeNoting(session, place, table, noted, statement, values)).rowCount ?? 0;
}

/** Where a table has no column that nobody gives, there is nothing to note. */
export const writeNoting = (
  session: Session,
  place: RowPlace,
  table: TableModel,
  columns: readonly UngivenColumn[],
  statement: string,
  values: readonly unknown[] = [],
) => session.query(columns.length === 0 ? statement : noting(place.run, table, columns, statement), [...values]);

/** The facet holds what was written there, and the rest of the row is as it was left. */
function untouched(place: RowPlace, { table, facet }: Facet, fingerprint: string, key: string) {
  const own = `${facetFingerprint(facet, "t")} = ${fingerprint}`;
  if (table.duplicates !== "merge" && outside(place, table).length === 0)
    return { join: "", where: [own, isNoOthers(place, table)] };
  return { join: joinKnown(place.run, table, key), where: [own, isLeftBeside(place, table, facet)] };
}

/**
 * Removes what a facet held: the whole row, or of a merge table the facet's own columns; with `force` also where it was changed
 * here since, but never what another run holds. Returns how many rows went.
 */
export async function removeRows(
  session: Session,
  place: RowPlace,
  at: Facet,
  lines: readonly Line[],
  force = false,
): Promise<number> {
  const { table, facet } = at;
  if (lines.length === 0) return 0;
  const values = [keyArray(lines.map(({ key }) => key)), lines.map(({ fingerprint }) => fingerprint)];
  const guard = force ? { join: "", where: [isNoOthers(place, table)] } : untouched(place, at, "s.c1::uuid", KEY);
  const which = [keyEquals(table, "t", KEY), "s.c1 is not null", ...guard.where].join(" and ");
  if (table.duplicates !== "merge")
    return deleteRows(session, place, table, `${unnest(2)} ${guard.join} where ${which}`, values);
  const own = ownColumns(table, facet);
  if (own.length === 0) return 0;
  await lockMerged(session, table, values[0] ?? []);
  const reset = own.map(({ name }) => `${quote(name)} = default`).join(", ");
  const columns = [...outside(place, table), ...inside(place, table, facet)];
  const statement = `update ${tableSql(table)} t set ${reset} from ${unnest(2)} ${guard.join} where ${which}`;
  await writeNoting(session, place, table, columns, statement, values);
  return 0;
}

/**
 * Removes merged rows of which no item holds a part any more and in which nothing stands; with `force` whatever stands there.
 * Returns how many went.
 */
export async function removeBareRows(
  session: Session,
  place: RowPlace,
  table: TableModel,
  keys: readonly (readonly string[])[],
  force = false,
): Promise<number> {
  const values = [keyArray(keys)];
  await lockMerged(session, table, values[0] ?? []);
  // A contribution that waits does not keep it: settling makes the row anew for the one that takes it.
  const which = `${unnest(1)} ${joinKnown(place.run, table, KEY)} where ${keyEquals(table, "t", KEY)} and ${force ? isNobodys(place, table) : isBare(place, table)}`;
  return deleteRows(session, place, table, which, values);
}

async function deleteRows(
  session: Session,
  place: RowPlace,
  table: TableModel,
  which: string,
  values: readonly unknown[],
): Promise<number> {
  const statement = `delete from ${tableSql(table)} t using ${which}`;
  const isNoted = ungivenIn(place, table).length > 0;
  const sql = isNoted ? forgetting(place.run, table, statement) : statement;
  return (await session.query(sql, values)).rowCount ?? 0;
}

/**
 * Locks merged rows before anything is asked about them, in a statement of its own: one that waited for a lock still sees the
 * ledger as it was before it waited.
 */
async function lockMerged(session: Session, table: TableModel, keys: readonly string[]): Promise<void> {
  if (table.duplicates !== "merge") return;
  await session.query(
    `select from ${tableSql(table)} t, ${unnest(1)} where ${keyEquals(table, "t", KEY)} order by s.c0 for update of t`,
    [keys],
  );
}

/** Locks the rows of a merge table; of these keys, those whose part is ours to take. */
export const vacantParts = (session: Session, place: RowPlace, at: Facet, keys: readonly (readonly string[])[]) =>
  takeable(session, place, at, keys, isVacant);

/** As `vacantParts`, while rows that were missing are made anew. */
export const awaitedParts = (session: Session, place: RowPlace, at: Facet, keys: readonly (readonly string[])[]) =>
  takeable(session, place, at, keys, isAwaited);

async function takeable(
  session: Session,
  place: RowPlace,
  { table, facet }: Facet,
  keys: readonly (readonly string[])[],
  condition: typeof isVacant,
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const values = [keyArray(keys)];
  await lockMerged(session, table, values[0] ?? []);
  return keysOf(
    session,
    `select ${KEY} as key from ${unnest(1)} join ${tableSql(table)} t on ${keyEquals(table, "t", KEY)} ${joinKnown(place.run, table, KEY)}
     where ${condition(place, table, facet)}`,
    values,
  );
}
