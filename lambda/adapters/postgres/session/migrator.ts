/** Versioned migrations → a database that has them, each once. Safe from several processes at once: the migrator takes a lock. */
import { type Migration, type MigrationResultSet, Migrator, NO_MIGRATIONS } from "kysely/migration";
import { isPassing, lost } from "./errors.ts";
import { overSession } from "./kysely-session.ts";
import type { Sessions } from "./sessions.ts";
import { LEDGER } from "./sql.ts";

/** Version → what it does. */
export type Versions = Readonly<Record<string, Migration>>;

export interface Migrating {
  readonly versions: Versions;
  /** Where it is kept what ran, beside the ledger; the ledger's own place where it is not given. */
  readonly table?: string;
  /** Takes every version back by its `down`, the newest first. */
  readonly revert?: boolean;
}

/** All of it is one transaction: where its connection is lost, none of it has happened, or all of it and it is known. */
export function migrateVersions(
  sessions: Sessions,
  { versions, table, revert }: Migrating,
): Promise<MigrationResultSet> {
  const kept = table === undefined ? {} : { migrationTableName: table, migrationLockTableName: `${table}_lock` };
  const provider = { getMigrations: async () => ({ ...versions }) };
  return sessions.spend(async (session) => {
    const db = overSession(session);
    const migrator = new Migrator({ db, provider, migrationTableSchema: LEDGER, ...kept });
    const done = revert === true ? await migrator.migrateTo(NO_MIGRATIONS) : await migrator.migrateToLatest();
    // The migrator never throws, and Kysely has words of its own for a lost connection; what passes is to be tried again.
    if (done.error !== undefined && session.broken) throw lost(done.error);
    if (isPassing(done.error)) throw done.error;
    return done;
  });
}
