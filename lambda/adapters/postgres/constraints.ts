/** What a loaded database needs and an empty one does not: NOT NULL of merged rows, uniques, foreign keys, indexes, statistics. */
import type { CheckModel, ForeignKeyModel, Mapping, TableModel } from "../../mapping/model.ts";
import type { Session } from "./connection.ts";
import {
  addCheck,
  addForeignKey,
  addUnique,
  createIndex,
  forLater,
  promisedLater,
  setNotNull,
  validateConstraint,
} from "./ddl.ts";
import { LEDGER, quote, quoteAll, tableSql } from "./sql.ts";
import { createdTables } from "./tables.ts";

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

/** Takes down the constraints an earlier pass built, so that rows can come in any order again. */
export async function dropConstraints(session: Session, mapping: Mapping): Promise<void> {
  const created = await createdTables(session);
  for (const table of mapping.tables.filter(({ name }) => created.has(name))) {
    for (const { name } of [...table.foreignKeys, ...table.uniques, ...table.checks]) {
      // A unique constraint may carry a foreign key of somebody else: that one stops the run, and is named by Postgres.
      await session.query(`alter table ${tableSql(table)} drop constraint if exists ${quote(name)}`);
    }
  }
}

/** Builds everything the schema promises that the data keeps. What the data breaks is left to the proof to tell. */
export async function buildConstraints(session: Session, mapping: Mapping): Promise<void> {
  for (const table of mapping.tables) {
    for (const { name } of promisedLater(table)) {
      if ((await countRows(session, table, isNull(name))) > 0) continue;
      await session.query(setNotNull(table, name));
    }
    for (const unique of table.uniques) {
      if ((await constraintState(session, table, unique.name)) !== "absent") continue;
      if ((await countRows(session, table, isDuplicate(table, unique.columns))) > 0) continue;
      await session.query(addUnique(table, unique));
    }
    for (const index of table.indexes) await session.query(createIndex(table, index));
    for (const check of table.checks) {
      if ((await constraintState(session, table, check.name)) === "absent") await session.query(addCheck(table, check));
      if ((await countRows(session, table, isBroken(check))) > 0) continue;
      await session.query(validateConstraint(table, check));
    }
  }
  // Statistics first: looking for orphans in tables Postgres takes for empty is a nested loop over millions.
  for (const table of mapping.tables) await session.query(`analyze ${tableSql(table)}`);
  for (const table of mapping.tables) for (const key of table.foreignKeys) await buildForeignKey(session, table, key);
  await session.query(`analyze ${LEDGER}.audit`);
  for (const statement of mapping.tables.flatMap((table) => forLater(table, mapping.after)))
    await session.query(statement);
}

async function buildForeignKey(session: Session, table: TableModel, key: ForeignKeyModel): Promise<void> {
  // It belongs to the migration of another source, which has not run yet: the proof counts what points to nothing.
  if (!(await isThere(session, key))) return;
  if ((await constraintState(session, table, key.name)) === "absent") await session.query(addForeignKey(table, key));
  if ((await countRows(session, table, isOrphan(key))) > 0) return;
  await session.query(validateConstraint(table, key));
}
