/** What a loaded database needs and an empty one does not: NOT NULL of merged rows, uniques, foreign keys, indexes, statistics. */
import { MigrationError } from "../../domain/migration-error.ts";
import type { CheckModel, ForeignKeyModel, Mapping, TableModel } from "../../mapping/model.ts";
import { type BuiltKind, builtBy, noteBuilt } from "./built.ts";
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
import { hasDependents, refusedRow } from "./errors.ts";
import { LEDGER, quote, quoteAll, tableSql } from "./sql.ts";

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

/**
 * Takes down what earlier passes built, so that rows can come in any order again; defaults of the time after too, which
 * would put values in rows that no item gave. Throws MigrationError `in-use` where something else depends on it.
 */
export async function dropConstraints(session: Session, { tables }: Pick<Mapping, "tables">): Promise<void> {
  const made = await builtBy(session);
  for (const table of tables) {
    const at = tableSql(table);
    const own = made.created(table);
    const declared = [...table.foreignKeys, ...table.uniques, ...table.checks].map(({ name }) => name);
    const names = own ? declared : made.names(table, "constraint");
    for (const name of names) {
      await depending(table, name, () =>
        session.query(`alter table if exists ${at} drop constraint if exists ${quote(name)}`),
      );
    }
    for (const { name, laterDefault, identity, defaultSql } of table.columns) {
      const column = `alter table if exists ${at} alter ${quote(name)}`;
      if (identity !== undefined && (own || made.has(table, "identity", name)))
        await session.query(`${column} drop identity if exists`);
      if (laterDefault !== undefined && (own || made.has(table, "default", name)))
        await session.query(`${column} ${defaultSql === undefined ? "drop default" : `set default ${defaultSql}`}`);
    }
  }
}

async function depending(table: TableModel, constraint: string, drop: () => Promise<unknown>): Promise<void> {
  try {
    await drop();
  } catch (error) {
    if (!hasDependents(error)) throw error;
    const problem = `something of somebody else's depends on the constraint ${constraint} of table ${table.name}`;
    const remedy = "drop it for the time of the migration: the constraint is taken down and built again";
    throw new MigrationError("in-use", problem, remedy, { cause: error });
  }
}

/**
 * Builds everything the schema promises that the data keeps; on tables that were there before, what is built is noted. What
 * the data breaks, or Postgres cannot build, is left to the proof to tell.
 */
export async function buildConstraints(session: Session, run: number, mapping: Mapping): Promise<void> {
  const made = await builtBy(session);
  const build = async (table: TableModel, kind: BuiltKind, name: string, statements: readonly string[]) => {
    try {
      await transaction(session, async () => {
        for (const statement of statements) await session.query(statement);
        if (!made.created(table)) await noteBuilt(session, run, table, kind, name);
      });
    } catch (error) {
      // A value too long for an index, say, or a row that was written to in this moment.
      if (refusedRow(error) === undefined) throw error;
    }
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

export async function hasIndex(session: Session, table: TableModel, name: string): Promise<boolean> {
  const { rows } = await session.query(
    "select from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = to_regclass($1) and c.relname = $2 and i.indisvalid",
    [tableSql(table), name],
  );
  return rows.length > 0;
}

/** Takes back what a run built on tables that were there before. */
export async function dropBuilt(session: Session, run: number, tables: readonly TableModel[]): Promise<void> {
  const made = await builtBy(session);
  for (const table of tables) {
    const at = tableSql(table);
    const drop: [BuiltKind, (name: string) => string][] = [
      ["constraint", (name) => `alter table if exists ${at} drop constraint if exists ${quote(name)}`],
      ["index", (name) => `drop index if exists ${tableSql({ schema: table.schema, name })}`],
      ["not null", (name) => `alter table if exists ${at} alter ${quote(name)} drop not null`],
      ["default", (name) => `alter table if exists ${at} alter ${quote(name)} drop default`],
      ["identity", (name) => `alter table if exists ${at} alter ${quote(name)} drop identity if exists`],
    ];
    for (const [kind, statement] of drop)
      for (const name of made.names(table, kind, run)) await session.query(statement(name));
  }
}
