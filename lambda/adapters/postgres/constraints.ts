/** What a loaded database needs and an empty one does not: NOT NULL of merged rows, uniques, foreign keys, indexes, statistics. */
import { MigrationError } from "../../domain/migration-error.ts";
import type { CheckModel, ForeignKeyModel, Mapping, TableModel } from "../../mapping/model.ts";
import { type Built, type BuiltKind, builtBy, type Note, noteBuilt } from "./built.ts";
import { type Session, transaction } from "./connection.ts";
import {
  addCheck,
  addForeignKey,
  addUnique,
  createIndex,
  defaultLater,
  forLater,
  numbering,
  promisedLater,
  setNotNull,
  validateConstraint,
} from "./ddl.ts";
import { hasDependents, isNoObject, isThereAlready, refusedRow } from "./errors.ts";
import { LEDGER, quote, quoteAll, tableSql } from "./sql.ts";

type TablePlace = Pick<TableModel, "schema" | "name">;

/** The rows that break a rule, as a condition on `t`. */
export const isNull = (column: string): string => `t.${quote(column)} is null`;

/** Rows of `t` whose reference points nowhere. A reference with a NULL in it points to nothing and is no orphan. */
export function isOrphan(key: ForeignKeyModel): string {
  const { columns, references, referencedSchema, referencedColumns } = key;
  const matches = columns.map((column, at) => `r.${quote(referencedColumns[at] ?? "")} = t.${quote(column)}`);
  return `${refers(key)} and not exists (select from ${tableSql({ schema: referencedSchema, name: references })} r where ${matches.join(" and ")})`;
}

/** Rows of which a condition is false. Of one that gives NULL Postgres says that it is met. */
export const isBroken = ({ sql }: CheckModel): string => `(${sql}) is false`;

/** Rows of `t` that share a value with another row. NULLs are never equal. */
export function isDuplicate(table: TableModel, columns: readonly string[]): string {
  const list = columns.map((column) => `t.${quote(column)}`).join(", ");
  const present = columns.map((column) => `${quote(column)} is not null`).join(" and ");
  return `(${list}) in (select ${quoteAll(columns)} from ${tableSql(table)} where ${present} group by ${quoteAll(columns)} having count(*) > 1)`;
}

/** Whether the table a foreign key refers to is there. */
export async function isThere(session: Session, { referencedSchema, references }: ForeignKeyModel): Promise<boolean> {
  const { rows } = await session.query<{ there: boolean }>("select to_regclass($1) is not null as there", [
    tableSql({ schema: referencedSchema, name: references }),
  ]);
  return rows[0]?.there === true;
}

/** Rows of `t` that refer to something. */
export const refers = ({ columns }: ForeignKeyModel): string =>
  columns.map((column) => `t.${quote(column)} is not null`).join(" and ");

export async function countRows(session: Session, table: TableModel, condition: string): Promise<number> {
  const { rows } = await session.query<{ count: string }>(
    `select count(*) from ${tableSql(table)} t where ${condition}`,
  );
  return Number(rows[0]?.count ?? 0);
}

/** Whether a constraint is there, and whether Postgres vouches for every row. */
export async function constraintState(
  session: Session,
  table: TableModel,
  name: string,
): Promise<"absent" | "unvalidated" | "validated"> {
  const { rows } = await session.query<{ validated: boolean }>(
    "select convalidated as validated from pg_constraint where conrelid = to_regclass($1) and conname = $2",
    [tableSql(table), name],
  );
  const [row] = rows;
  return row === undefined ? "absent" : row.validated ? "validated" : "unvalidated";
}

/** What rows that come in any order would meet, and what would put values in rows that no item gave. */
const IN_THE_WAY: ReadonlySet<BuiltKind> = new Set(["constraint", "default", "identity"]);

/**
 * Takes down what earlier passes built on these tables, whichever run it was. It is built again at the end of a pass, or by
 * `restoreBuilt`. Throws MigrationError `in-use` where something else depends on it.
 */
export async function dropConstraints(session: Session, tables: readonly TablePlace[]): Promise<void> {
  const places = new Set(tables.map(tableSql));
  const { notes } = await builtBy(session);
  for (const note of notes.filter(({ tbl, kind }) => places.has(tbl) && IN_THE_WAY.has(kind)))
    await unmake(session, note);
}

async function unmake(session: Session, { tbl, kind, name, unmade }: Note): Promise<void> {
  if (!(await isTable(session, tbl))) return;
  try {
    await session.query(unmade);
  } catch (error) {
    if (!hasDependents(error)) throw error;
    const problem = `something of somebody else's depends on the ${kind} ${name} of table ${tbl}`;
    const remedy = "drop it for the time of the migration: what it depends on is taken down and built again";
    throw new MigrationError("in-use", problem, remedy, { cause: error });
  }
}

async function isTable(session: Session, tbl: string): Promise<boolean> {
  const { rows } = await session.query<{ there: boolean }>("select to_regclass($1) is not null as there", [tbl]);
  return rows[0]?.there === true;
}

/**
 * Builds everything the schema promises that the data keeps, and notes it. What the data breaks, or Postgres cannot build, is
 * left to the proof to tell.
 */
export async function buildConstraints(session: Session, run: number, mapping: Mapping): Promise<void> {
  const made = await builtBy(session);
  const build = async (table: TableModel, kind: BuiltKind, name: string, statements: readonly string[]) => {
    const tbl = tableSql(table);
    // Read before it is made: what was there is what there is to go back to.
    const unmade = await unmaking(session, table, kind, name, made);
    await makeOf(session, { tbl, kind, name, run, made: statements, unmade });
  };
  for (const table of mapping.tables) {
    for (const { name } of promisedLater(table)) {
      if ((await countRows(session, table, isNull(name))) > 0) continue;
      await build(table, "not null", name, [setNotNull(table, name)]);
    }
    for (const unique of table.uniques) {
      if ((await constraintState(session, table, unique.name)) !== "absent") continue;
      if ((await countRows(session, table, isDuplicate(table, unique.columns))) > 0) continue;
      await build(table, "constraint", unique.name, [addUnique(table, unique)]);
    }
    for (const index of table.indexes) {
      if (!(await hasIndex(session, table, index.name)))
        await build(table, "index", index.name, [createIndex(table, index)]);
    }
    for (const check of table.checks) {
      if ((await constraintState(session, table, check.name)) === "absent")
        await build(table, "constraint", check.name, [addCheck(table, check)]);
      if ((await countRows(session, table, isBroken(check))) > 0) continue;
      if ((await constraintState(session, table, check.name)) === "unvalidated")
        await session.query(validateConstraint(table, check));
    }
  }
  // Statistics first: looking for orphans in tables Postgres takes for empty is a nested loop over millions.
  for (const table of mapping.tables) await session.query(`analyze ${tableSql(table)}`);
  for (const table of mapping.tables) {
    for (const key of table.foreignKeys) {
      // It belongs to the migration of another source, which has not run yet: the proof counts what points to nothing.
      if (!(await isThere(session, key))) continue;
      if ((await constraintState(session, table, key.name)) === "absent")
        await build(table, "constraint", key.name, [addForeignKey(table, key)]);
      if ((await countRows(session, table, isOrphan(key))) > 0) continue;
      await session.query(validateConstraint(table, key));
    }
  }
  await session.query(`analyze ${LEDGER}.audit`);
  for (const table of mapping.tables) {
    for (const column of table.columns) {
      const { name, laterDefault, identity } = column;
      if (laterDefault !== undefined) await build(table, "default", name, defaultLater(table, column));
      if (identity !== undefined) await build(table, "identity", name, numbering(table, name));
    }
    for (const statement of forLater(table, mapping.after)) await session.query(statement);
  }
}

/** Makes something and notes it, or leaves both. */
async function makeOf(session: Session, note: Note): Promise<void> {
  try {
    await transaction(session, async () => {
      for (const statement of note.made) await session.query(statement);
      await noteBuilt(session, note);
    });
  } catch (error) {
    // A value too long for an index, a row that was written to in this moment, or a name that somebody else has taken.
    if (refusedRow(error) === undefined && !isThereAlready(error)) throw error;
  }
}

/** The statement that leaves a table as it was before something is made on it. */
async function unmaking(
  session: Session,
  table: TableModel,
  kind: BuiltKind,
  name: string,
  made: Built,
): Promise<string> {
  const column = `alter table ${tableSql(table)} alter ${quote(name)}`;
  const before = made.notes.find((note) => note.tbl === tableSql(table) && note.kind === kind && note.name === name);
  switch (kind) {
    case "constraint":
      return `alter table ${tableSql(table)} drop constraint if exists ${quote(name)}`;
    case "index":
      return `drop index if exists ${tableSql({ schema: table.schema, name })}`;
    case "not null":
      return `${column} drop not null`;
    case "default": {
      if (before !== undefined) return before.unmade;
      const { rows } = await session.query<{ sql: string }>(
        `select pg_get_expr(d.adbin, d.adrelid) as sql from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
         where d.adrelid = to_regclass($1) and a.attname = $2`,
        [tableSql(table), name],
      );
      return rows[0] === undefined ? `${column} drop default` : `${column} set default ${rows[0].sql}`;
    }
    case "identity": {
      if (before !== undefined) return before.unmade;
      const { rows } = await session.query(
        "select from pg_attribute where attrelid = to_regclass($1) and attname = $2 and attidentity <> ''",
        [tableSql(table), name],
      );
      // One that was there stays: only its next number is another.
      return rows.length > 0 ? "select" : `${column} drop identity if exists`;
    }
  }
}

/** Builds again what other runs have built and this one had to take down; takes away what only this one had built. */
export async function restoreBuilt(session: Session, run: number, tables: readonly TablePlace[]): Promise<void> {
  const places = new Set(tables.map(tableSql));
  const notes = (await builtBy(session)).notes.filter(({ tbl }) => places.has(tbl));
  const ofOthers = notes.filter((note) => note.run !== run);
  const isOthers = (note: Note) =>
    ofOthers.some(({ tbl, kind, name }) => tbl === note.tbl && kind === note.kind && name === note.name);
  for (const note of notes.filter((each) => each.run === run && !isOthers(each))) await unmake(session, note);
  for (const note of ofOthers.filter(({ kind }) => IN_THE_WAY.has(kind))) {
    if (!(await isTable(session, note.tbl)) || (await isBuilt(session, note))) continue;
    await makeOf(session, note);
    if (note.kind === "constraint")
      // Orphans of others stay what they are: not validated, and told by the proof.
      await tolerating(() => session.query(`alter table ${note.tbl} validate constraint ${quote(note.name)}`));
  }
}

async function tolerating(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (refusedRow(error) === undefined && !isNoObject(error)) throw error;
  }
}

async function isBuilt(session: Session, { tbl, kind, name }: Note): Promise<boolean> {
  if (kind !== "constraint") return false;
  const { rows } = await session.query(
    "select from pg_constraint where conrelid = to_regclass($1) and conname = $2 and convalidated",
    [tbl, name],
  );
  return rows.length > 0;
}

export async function hasIndex(session: Session, table: TableModel, name: string): Promise<boolean> {
  const { rows } = await session.query(
    "select from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = to_regclass($1) and c.relname = $2 and i.indisvalid",
    [tableSql(table), name],
  );
  return rows.length > 0;
}
