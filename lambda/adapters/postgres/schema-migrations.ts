/**
 * A schema folder's own migrations → what tables cannot declare: extensions and types before there are tables, views when
 * they are full. Each version runs once in a database, in the order of its name; what ran is kept beside the ledger.
 */
import { MigrationError } from "../../domain/migration-error.ts";
import { withoutValues } from "./errors.ts";
import { migrateVersions, type Versions } from "./migrator.ts";

export interface SchemaMigrations {
  /** Run before the tables are made. */
  readonly before?: Versions;
  /** Run when the rows are in and the constraints are built. */
  readonly after?: Versions;
}

/** Runs the versions that have not run yet. */
export async function runVersions(url: string, when: keyof SchemaMigrations, versions: Versions = {}): Promise<void> {
  if (Object.keys(versions).length === 0) return;
  const name = `schema migrations ${when}`;
  const { error, results = [] } = await migrateVersions(url, { name, versions, table: `schema_${when}` });
  if (error === undefined) return;
  const failed = results.find(({ status }) => status === "Error")?.migrationName ?? "their order";
  const cause = withoutValues(error);
  throw new MigrationError(
    "schema-migration",
    `the schema's own migration ${failed} (${when}) failed: ${cause instanceof Error ? cause.message : "no reason was given"}`,
    "correct it and run migrate again: what it did is taken back, and what ran before it is not repeated",
    { cause },
  );
}
