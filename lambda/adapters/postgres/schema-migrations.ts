/**
 * A schema folder's own migrations → what tables cannot declare: extensions and types before there are tables, views when
 * they are full. Each version runs once in a database, in the order of its name; what ran is kept beside the ledger.
 */
import { MigrationError } from "../../domain/migration-error.ts";
import type { TableModel } from "../../mapping/model.ts";
import { withoutValues } from "./errors.ts";
import { migrateVersions, type Versions } from "./migrator.ts";
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
export const runVersions = (url: string, of: VersionsOf): Promise<void> => migrate(url, of, false);

/** Takes back the versions that ran, the newest first. One without a `down` leaves what it made. */
export const revertVersions = (url: string, of: VersionsOf): Promise<void> => migrate(url, of, true);

async function migrate(
  url: string,
  { run, when, versions: given = {}, tables = [] }: VersionsOf,
  revert: boolean,
): Promise<void> {
  if (Object.keys(given).length === 0) return;
  const versions = observed(given, run, tables);
  const name = `schema migrations ${when}`;
  const { error, results = [] } = await migrateVersions(url, {
    name,
    versions,
    table: `schema_${when}_${run}`,
    revert,
  });
  if (error === undefined) return;
  const failed = results.find(({ status }) => status === "Error")?.migrationName ?? "their order";
  const cause = withoutValues(error);
  throw new MigrationError(
    "schema-migration",
    `the schema's own migration ${failed} (${when}) failed: ${cause instanceof Error ? cause.message : "no reason was given"}`,
    "correct it and run the same command again: what it did is taken back, and what ran before it is not repeated",
    { cause },
  );
}
