/**
 * A schema → what Postgres refuses of it, told before anything is copied: every statement of a run is carried out, the
 * schema's own migrations before them too, and all of it is taken back. A table that is there already is stood in for by an
 * empty copy: it may be large, and in use.
 */
import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import { inLedger } from "../ledger/ledger.ts";
import { versionsRunByAny } from "../ledger/run/schema-versions.ts";
import { tablesThere } from "../session/catalogue.ts";
import type { Session } from "../session/connection.ts";
import { isPassing, isThereAlready, lost } from "../session/errors.ts";
import { overSession } from "../session/kysely-session.ts";
import type { Versions } from "../session/migrator.ts";
import { inSavepoint, statementInSavepoint } from "../session/savepoint.ts";
import { quote, quoteAll, type TablePlace, tableSql } from "../session/sql.ts";
import { createTable, ddlOf, forLater, referredTable } from "./ddl.ts";
import { referredThere } from "./promises.ts";
import { reasonOf } from "./schema-migrations.ts";
import { missingSchemas } from "./schemas.ts";

class TakenBack extends Error {}

/** Where and what to do; undefined where it is told already, for every error or for some. */
type Place = Pick<Finding, "where" | "remedy"> | undefined;
type Told = Place | ((error: unknown) => Place);

export interface Trial {
  readonly findings: Finding[];
  /** Carries something out, a statement or what takes several; what Postgres refuses of it is a finding, where it is not told already, and is taken back alone. */
  attempt(finding: Told, work: string | (() => Promise<unknown>)): Promise<boolean>;
}

/** Does `work` when the schema's own migrations have been run, and takes back everything. */
export async function takingBack(
  session: Session,
  versions: Versions,
  work: (trial: Trial) => Promise<void>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const attempt: Trial["attempt"] = async (finding, step) => {
    try {
      await (typeof step === "string" ? statementInSavepoint(session, step) : inSavepoint(session, step));
      return true;
    } catch (error) {
      // What passes says nothing about the schema.
      if (session.broken || isPassing(error)) throw error;
      const told = typeof finding === "function" ? finding(error) : finding;
      if (told !== undefined) findings.push({ ...told, problem: `Postgres refuses it: ${reasonOf(error)}` });
      return false;
    }
  };
  const db = overSession(session);
  try {
    await db.transaction().execute(async (trx) => {
      for (const [name, version] of await pendingVersions(session, versions)) {
        const finding = { where: `migrations, before, ${name}`, remedy: "correct it in migrations/index.ts" };
        const went = await attempt(finding, () => version.up(trx));
        if (!went && !(await pendingVersions(session, versions)).some(([each]) => each === name)) throw madeMeanwhile();
      }
      await work({ findings, attempt });
      throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw session.broken ? lost(error) : error;
  }
  return findings;
}

/** Another process of the same migration has just made it: what there is is to be looked at afresh. */
const madeMeanwhile = (): MigrationError =>
  new MigrationError("target-busy", "another process makes the same tables", "run the same command again");

/** Names that something else has are told by whom they belong to. */
const correct = (statement: string) => (error: unknown) =>
  isThereAlready(error)
    ? undefined
    : { where: first(statement), remedy: "correct it in tables.ts, or what it needs in the database" };
const first = (statement: string): string => statement.split("\n")[0] ?? "";

/**
 * Makes everything a run would make: what is missing itself, and what belongs to tables that are there on copies of them. Of
 * tables that are no good for a run it is told already.
 */
export async function tryTables(
  session: Session,
  mapping: Mapping,
  { attempt, findings }: Trial,
  { role, unfit }: { readonly role: string; readonly unfit: ReadonlySet<string> },
): Promise<void> {
  const there = new Set((await tablesThere(session, mapping.tables)).map(tableSql));
  const missing = mapping.tables.filter((table) => !there.has(tableSql(table)));
  const schemas = await missingSchemas(session, [...mapping.tables, inLedger("")]);
  let all = true;
  for (const statements of [schemas, ...missing.map(createTable)])
    for (const statement of statements) {
      const went = await attempt(correct(statement), () => creating(session, statement));
      all &&= went;
      // A comment on a table that is not there would be refused for that alone.
      if (!went) break;
    }
  // What depends on something that is not there would be refused for that alone.
  if (!all) return;
  const copies = new Map<string, TablePlace>();
  const copy = async (at: string, more: string): Promise<void> => {
    const place = inLedger(`tried out ${copies.size + 1}`);
    const finding = unfit.has(at)
      ? undefined
      : { where: `a copy of ${at}`, remedy: "let it be read, and the ledger be made" };
    if (await attempt(finding, `create table ${tableSql(place)} (like ${at}${more})`)) copies.set(at, place);
  };
  for (const table of mapping.tables)
    if (there.has(tableSql(table)))
      await copy(tableSql(table), `, primary key (${quoteAll(table.primaryKey.map(({ name }) => name))})`);
  const own = new Set(mapping.tables.map(tableSql));
  // One that is not there yet is made by the migration of another source, now or later.
  for (const at of await referredThere(session, mapping.tables)) {
    if (!own.has(at)) await copy(at, " including indexes");
    if (!(await mayRefer(session, at)))
      findings.push({
        where: at,
        problem: `${role} may not refer to it`,
        remedy: `grant references on ${at} to ${quote(role)}`,
      });
  }
  const { declared, tried } = standIns(mapping.tables, new Set(missing.map(tableSql)), copies);
  const [said, done] = [declared, tried].map((tables) => ddlOf({ ...mapping, tables, after: { grants: [] } }).after);
  for (const [at, statement] of (done ?? []).entries()) await attempt(correct(said?.[at] ?? statement), statement);
  for (const statement of missing.flatMap((table) => forLater(table, mapping.after)))
    await attempt(correct(statement), statement);
}

async function mayRefer(session: Session, at: string): Promise<boolean> {
  const { rows } = await session.query<{ may: boolean }>("select has_table_privilege($1, 'references') as may", [at]);
  return rows[0]?.may === true;
}

/** Tables as they are declared and as they are tried, with their copies in the place of those that are there. */
function standIns(
  tables: readonly TableModel[],
  missing: ReadonlySet<string>,
  copies: ReadonlyMap<string, TablePlace>,
): { readonly declared: readonly TableModel[]; readonly tried: readonly TableModel[] } {
  const isHere = (at: string): boolean => missing.has(at) || copies.has(at);
  const declared = tables
    .filter((table) => isHere(tableSql(table)))
    .map((table) => ({ ...table, foreignKeys: table.foreignKeys.filter((key) => isHere(referredTable(key))) }));
  const tried = declared.map((table) => ({
    ...table,
    ...copies.get(tableSql(table)),
    foreignKeys: table.foreignKeys.map((key) => {
      const place = copies.get(referredTable(key));
      return place === undefined ? key : { ...key, references: place.name, referencedSchema: place.schema };
    }),
  }));
  return { declared, tried };
}

async function creating(session: Session, statement: string): Promise<void> {
  try {
    await session.query(statement);
  } catch (error) {
    throw isThereAlready(error) ? madeMeanwhile() : error;
  }
}

/** Versions that have not run yet, in whichever run. */
async function pendingVersions(session: Session, versions: Versions): Promise<[string, Versions[string]][]> {
  const ran = await versionsRunByAny(session);
  return Object.entries(versions)
    .filter(([name]) => !ran.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
