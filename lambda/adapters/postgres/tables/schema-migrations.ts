/**
 * A schema folder's own migrations → what tables cannot declare: extensions and types before there are tables, views when
 * they are full. Each version runs once in a database, in the order of its name; what ran is kept beside the ledger.
 */
import { MigrationError } from "../../../domain/migration-error.ts";
import { retold } from "../../../domain/retold.ts";
import type { TableModel } from "../../../mapping/model.ts";
import { own } from "../../../mapping/own.ts";
import { versionsRun, versionsTable } from "../ledger/run/schema-versions.ts";
import type { Session } from "../session/connection.ts";
import { migrateVersions, type Versions } from "../session/migrator.ts";
import type { Sessions } from "../session/sessions.ts";
import { originOf } from "../session/telling.ts";
import { observed } from "./observed-versions.ts";

export interface SchemaMigrations {
  /** Run before the tables are made. */
  readonly before?: Versions;
  /** Run when the rows are in and the constraints are built. */
  readonly after?: Versions;
}

/** The versions of one migration: several sources of one target have each its own. */
export interface VersionsOf {
  readonly run: number;
  readonly when: keyof SchemaMigrations;
  readonly versions: Versions | undefined;
  /** On these it is noted what the versions make and take away. */
  readonly tables?: readonly TableModel[];
}

/** Runs the versions that have not run yet. */
export async function runVersions(sessions: Sessions, of: VersionsOf): Promise<void> {
  if (Object.keys(of.versions ?? {}).length > 0) await migrate(sessions, of, of.versions ?? {}, false);
}

export interface Reverted {
  /** What was taken back, and what could not be: there is no `down`, or the schema at hand does not know it. */
  readonly names: readonly string[];
  readonly kept: readonly string[];
}

/** The versions that ran, and whether their `down` is known. */
export async function revertible(
  session: Session,
  of: VersionsOf,
): Promise<readonly { readonly name: string; readonly isKnown: boolean }[]> {
  const ran = await versionsRun(session, of);
  return ran.map((name) => ({ name, isKnown: own(of.versions ?? {}, name)?.down !== undefined }));
}

/** Takes back the versions that ran, the newest first. One whose `down` is not known leaves what it made. */
export async function revertVersions(sessions: Sessions, session: Session, of: VersionsOf): Promise<Reverted> {
  const ran = await versionsRun(session, of);
  const names = ran.filter((name) => own(of.versions ?? {}, name)?.down !== undefined);
  const kept = ran.filter((name) => !names.includes(name));
  const unknown = { up: async () => undefined };
  // Exactly those that ran: what the schema has gained or lost since is none of their business.
  const versions = Object.fromEntries(ran.map((name) => [name, own(of.versions ?? {}, name) ?? unknown]));
  if (names.length > 0) await migrate(sessions, of, versions, true);
  return { names, kept };
}

async function migrate(sessions: Sessions, of: VersionsOf, given: Versions, revert: boolean): Promise<void> {
  const { run, when, tables = [] } = of;
  const versions = observed(given, run, tables);
  const { error, results = [] } = await migrateVersions(sessions, { versions, table: versionsTable(of), revert });
  if (error === undefined) return;
  const failed = results.find(({ status }) => status === "Error")?.migrationName ?? "their order";
  throw new MigrationError(
    "schema-migration",
    `the schema's own migration ${failed} (${when}) failed: ${reasonOf(error)}`,
    "correct it and run the same command again: what it did is taken back, and what ran before it is not repeated",
    { cause: error },
  );
}

/** What Postgres said is clean; what a migration's own code throws may quote a row, so only its kind and place are told. */
export function reasonOf(error: unknown): string {
  if (error instanceof MigrationError) return error.message;
  if (originOf(error) !== undefined && error instanceof Error) return error.message;
  const name = error instanceof Error ? error.name : typeof error;
  const [place] = retold(error, "").stack?.match(/[^/\\\s(]+\.[cm]?[jt]s:\d+(?::\d+)?/) ?? [];
  return place === undefined ? name : `${name} at ${place}`;
}
