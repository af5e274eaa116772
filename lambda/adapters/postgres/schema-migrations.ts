/**
 * A schema folder's own migrations → what tables cannot declare: extensions and types before there are tables, views when
 * they are full. Each version runs once in a database, in the order of its name; what ran is kept beside the ledger.
 */
import { Kysely, PostgresDialect } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import pg from "pg";
import { MigrationError } from "../../domain/migration-error.ts";
import { clientConfig } from "./connection.ts";
import { withoutValues } from "./errors.ts";
import { LEDGER } from "./sql.ts";

/** Version → what it does. */
export type Versions = Readonly<Record<string, Migration>>;

export interface SchemaMigrations {
  /** Run before the tables are made. */
  readonly before?: Versions;
  /** Run when the rows are in and the constraints are built. */
  readonly after?: Versions;
}

/** Runs the versions that have not run yet. Safe to call from several processes at once: the migrator takes a lock. */
export async function runVersions(url: string, when: keyof SchemaMigrations, versions: Versions = {}): Promise<void> {
  if (Object.keys(versions).length === 0) return;
  const pool = new pg.Pool({ ...clientConfig(url, `schema migrations ${when}`), max: 1 });
  pool.on("error", () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => ({ ...versions }) },
      migrationTableSchema: LEDGER,
      migrationTableName: `schema_${when}`,
      migrationLockTableName: `schema_${when}_lock`,
    });
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error === undefined) return;
    const failed = results.find(({ status }) => status === "Error")?.migrationName ?? "their order";
    const cause = withoutValues(error);
    throw new MigrationError(
      "schema-migration",
      `the schema's own migration ${failed} (${when}) failed: ${cause instanceof Error ? cause.message : "no reason was given"}`,
      "correct it and run migrate again: what it did is taken back, and what ran before it is not repeated",
      { cause },
    );
  } finally {
    await db.destroy();
  }
}
