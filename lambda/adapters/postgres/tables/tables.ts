/** The mapping's tables and what the database has: created where missing, checked column by column where not. */

import { tablesOf, takeBack } from "../../../domain/decode/mapping-parts.ts";
import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import { must } from "../../../domain/must.ts";
import { sqlType } from "../../../mapping/kinds.ts";
import type { ColumnModel, Mapping, TableModel } from "../../../mapping/model.ts";
import { indexKeys } from "../ledger/items/holding.ts";
import { type Built, builtBy, noteCreated } from "../ledger/run/built.ts";
import { sealed } from "../ledger/run/phases.ts";
import { allRuns } from "../ledger/run/run.ts";
import { type Session, transaction } from "../session/connection.ts";
import { ownColumns, quote, tableSql } from "../session/sql.ts";
import { createTable, promisedLater } from "./ddl.ts";
import type { Defined, DefinedOf } from "./definitions.ts";
import { missingSchemas } from "./schemas.ts";

interface StoredColumn {
  readonly name: string;
  readonly type: string;
  readonly notnull: boolean;
  readonly filled: boolean;
  readonly key: number | null;
}

/** The columns of tables, asked of all of them at once; none of one that is not there. */
export async function storedColumns(
  session: Session,
  tables: readonly TableModel[],
): Promise<(table: TableModel) => readonly StoredColumn[]> {
  const { rows } = await session.query<StoredColumn & { tbl: string }>(
    `select t.tbl, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as notnull,
       a.atthasdef or a.attidentity <> '' or a.attgenerated <> '' as filled,
       array_position(i.indkey::int2[], a.attnum) as key
     from unnest($1::text[]) t(tbl) join pg_attribute a on a.attrelid = to_regclass(t.tbl)
       left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
     where a.attnum > 0 and not a.attisdropped order by t.tbl, a.attnum`,
    [tables.map(tableSql)],
  );
  const byTable = Map.groupBy(rows, ({ tbl }) => tbl);
  return (table) => byTable.get(tableSql(table)) ?? [];
}

/** As `format_type` spells it. */
export function storedType({ type }: ColumnModel): string {
  if (type.kind === "timestamptz") return "timestamp with time zone";
  if (type.kind === "timestamp") return "timestamp without time zone";
  return sqlType(type);
}

/** By table, the newest run that goes by it. */
export async function lastRuns(session: Session): Promise<ReadonlyMap<string, number>> {
  const open = (await allRuns(session)).filter(({ sealedAt }) => sealedAt === undefined);
  return new Map(
    open.reverse().flatMap(({ id, parts }) => tablesOf(parts).map((table) => [tableSql(table), id] as const)),
  );
}

/** What was written by another schema is in the way of this one, and need not stay. */
export const orTakeBack = (finding: Finding, run: number): Finding => ({
  ...finding,
  remedy: `${finding.remedy}; or ${takeBack(run)}`,
});

/** Throws MigrationError `sealed` where a table was made by a sealed run, or built upon: it is the application's. */
export async function refuseSealed(session: Session, mapping: Mapping, source: string): Promise<void> {
  const sealedRuns = (await allRuns(session)).filter(({ sealedAt }) => sealedAt !== undefined);
  if (sealedRuns.length === 0) return;
  const made = await builtBy(session);
  const tables = new Set(mapping.tables.map(tableSql));
  const run = sealedRuns.find(
    ({ id }) =>
      made.tables(id).some((table) => tables.has(tableSql(table))) ||
      made.notes.some((note) => note.run === id && tables.has(note.tbl)),
  );
  if (run === undefined) return;
  if (run.source === source) throw sealed(run.id);
  const problem = `tables of this mapping belong to the application: run ${run.id} of another source made them, and is sealed`;
  const remedy =
    "give them another schema with .schema(); or drop-ledger, when every run is sealed, and use them as they are";
  throw new MigrationError("sealed", problem, remedy);
}

/** `isNoted` where a run, or a migration of the schema's own, has set the column NOT NULL. */
export function drift(
  table: TableModel,
  stored: readonly StoredColumn[],
  isNoted: (column: string) => boolean,
  created: boolean,
): Finding[] {
  const findings: Finding[] = [];
  const say = (column: string, problem: string, remedy: string) =>
    findings.push({ where: `table ${table.name}, column ${column}`, problem, remedy });
  for (const column of table.columns) {
    const found = stored.find(({ name }) => name === column.name);
    if (found === undefined) {
      say(
        column.name,
        "the table is there, but not this column",
        `add it as ${sqlType(column.type)}, or remove it from the schema`,
      );
      continue;
    }
    if (found.type !== storedType(column))
      say(column.name, `it is ${found.type}, the schema says ${storedType(column)}`, "make them the same");
    if (found.notnull && column.nullable && !isNoted(column.name))
      say(column.name, "it is NOT NULL, the schema says nullable", "make them the same");
    if (found.notnull && promisedLater(table).includes(column) && !created && !isNoted(column.name)) {
      say(
        column.name,
        "it is NOT NULL, but a merge table is filled part by part",
        "drop NOT NULL for the migration; it is set again at its end",
      );
    }
  }
  for (const { name, notnull, filled } of stored) {
    if (table.columns.some((column) => column.name === name) || !notnull || filled) continue;
    say(
      name,
      "it is NOT NULL without a default, and the schema does not know it",
      "add it to the schema, or give it a default",
    );
  }
  const key = stored
    .filter((column) => column.key !== null)
    .sort((a, b) => must(a.key, "filtered") - must(b.key, "filtered"));
  const [theirs, ours] = [key.map(({ name }) => name).join(", "), table.primaryKey.map(({ name }) => name).join(", ")];
  if (theirs !== ours) say(ours, `the primary key is (${theirs}), the schema says (${ours})`, "make them the same");
  return findings;
}

/** What would refuse a row for another one that has not come or gone yet: constraints, and unique indexes that are none. */
export function liveConstraints(table: TableModel, defined: DefinedOf, made: Built): Finding[] {
  const met = (thing: Defined) =>
    (thing.kind === "constraint" && !thing.definition.startsWith("CHECK ")) ||
    (thing.kind === "index" && thing.definition.startsWith("UNIQUE "));
  return defined(tableSql(table))
    .filter((thing) => met(thing) && !made.made(table, thing))
    .map(({ name, definition }) => ({
      where: `table ${table.name}, constraint ${name}`,
      problem: `${definition} is in force, but rows arrive in any order`,
      remedy: "drop it for the migration; declared in the schema it is built again at its end",
    }));
}

/** Creates what is missing and remembers that this run made it, together or not at all. */
export async function createTables(session: Session, run: number, mapping: Mapping): Promise<void> {
  for (const statement of await missingSchemas(session, mapping.tables)) await session.query(statement);
  for (const table of mapping.tables) {
    // One by one: another source's run may be making it.
    if ((await storedColumns(session, [table]))(table).length > 0) continue;
    await transaction(session, async () => {
      for (const statement of createTable(table)) await session.query(statement);
      await noteCreated(session, run, table);
    });
  }
  const made = await builtBy(session);
  for (const table of mapping.tables) {
    const isMerged = table.duplicates === "merge";
    if (made.created(table, run) && !isMerged) continue;
    await indexKeys(session, run, table);
    if (!isMerged) continue;
    for (const { name } of ownColumns(table, { index: 0, columns: promisedLater(table) })) {
      await session.query(`alter table ${tableSql(table)} alter ${quote(name)} drop not null`);
    }
  }
}
