/** Versioned migrations → a database that has them, each once. Safe from several processes at once: the migrator takes a lock. */
import { Kysely, PostgresDialect } from "kysely";
import { type Migration, type MigrationResultSet, Migrator, NO_MIGRATIONS } from "kysely/migration";
import pg from "pg";
import { clientConfig } from "./connection.ts";
import { LEDGER } from "./sql.ts";

/** Version → what it does. */
export type Versions = Readonly<Record<string, Migration>>;

export interface Migrating {
  /** What the connection is called in Postgres. */
  readonly name: string;
  readonly versions: Versions;
  /** Where it is kept what ran, beside the ledger; the ledger's own place where it is not given. */
  readonly table?: string;
  /** Takes every version back by its `down`, the newest first. */
  readonly revert?: boolean;
}

export async function migrateVersions(
  url: string,
  { name, versions, table, revert }: Migrating,
): Promise<MigrationResultSet> {
  const pool = new pg.Pool({ ...clientConfig(url, name), max: 1 });
  // A connection lost in the middle fails the statement it carries; lost afterwards it is nobody's concern.
  pool.on("error", () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const kept = table === undefined ? {} : { migrationTableName: table, migrationLockTableName: `${table}_lock` };
    const provider = { getMigrations: async () => ({ ...versions }) };
    const migrator = new Migrator({ db, provider, migrationTableSchema: LEDGER, ...kept });
    return revert === true ? await migrator.migrateTo(NO_MIGRATIONS) : await migrator.migrateToLatest();
  } finally {
    await db.destroy();
  }
}
