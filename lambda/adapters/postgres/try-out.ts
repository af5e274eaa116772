/**
 * A schema → what Postgres refuses of it, told before anything is copied: every statement of a first run is carried out, the
 * schema's own migrations before them too, and all of it is taken back.
 */
import { Kysely, PostgresDialect } from "kysely";
import type { Finding } from "../../domain/migration-error.ts";
import type { Mapping } from "../../mapping/model.ts";
import type { Session } from "./connection.ts";
import { addForeignKey, ddlOf, validateConstraint } from "./ddl.ts";
import { isThereAlready } from "./errors.ts";
import type { Versions } from "./migrator.ts";
import { LEDGER, quote } from "./sql.ts";

class TakenBack extends Error {}

export async function tryOut(session: Session, mapping: Mapping, versions: Versions = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  const attempt = async (where: string, remedy: string, work: () => Promise<unknown>): Promise<void> => {
    await session.query("savepoint attempt");
    try {
      await work();
    } catch (error) {
      if (session.broken || !(error instanceof Error)) throw error;
      await session.query("rollback to savepoint attempt");
      // Another process of the same migration has just made it.
      if (isThereAlready(error)) return;
      findings.push({ where, problem: `Postgres refuses it: ${error.message}`, remedy });
    }
  };
  const pending = await pendingVersions(session, versions);
  const { before, after } = ddlOf(mapping);
  const own = new Set(mapping.tables.map(({ name }) => name));
  const elsewhere = new Set(
    mapping.tables.flatMap((table) =>
      table.foreignKeys.flatMap((key) =>
        own.has(key.references) ? [] : [addForeignKey(table, key), validateConstraint(table, key)],
      ),
    ),
  );
  const db = overSession(session);
  try {
    await db.transaction().execute(async (trx) => {
      for (const [name, version] of pending) {
        await attempt(`migrations, before, ${name}`, "correct it in migrations/index.ts", () => version.up(trx));
      }
      for (const statement of [...before, ...after]) {
        // What it refers to is made by the migration of another source, now or later.
        if (elsewhere.has(statement)) continue;
        const remedy = "correct it in tables.ts, or what it needs in the database";
        await attempt(statement.split("\n")[0] ?? "", remedy, () => session.query(statement));
      }
      throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error;
  }
  return findings;
}

/** Versions that have not run yet, in whichever run. */
async function pendingVersions(session: Session, versions: Versions): Promise<[string, Versions[string]][]> {
  const { rows: kept } = await session.query<{ name: string }>(
    "select relname as name from pg_class where relkind = 'r' and relnamespace = to_regnamespace($1) and relname ~ '^schema_before_[0-9]+$'",
    [LEDGER],
  );
  const ran = new Set<string>();
  for (const { name } of kept) {
    const { rows } = await session.query<{ name: string }>(`select name from ${LEDGER}.${quote(name)}`);
    for (const row of rows) ran.add(row.name);
  }
  return Object.entries(versions)
    .filter(([name]) => !ran.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Kysely on this one connection, so that what a migration does is part of the transaction that is taken back. */
function overSession(session: Session): Kysely<unknown> {
  const client = {
    query: async (sql: unknown, values?: readonly unknown[]) => session.query(String(sql), values ?? []),
    release: () => undefined,
  };
  const pool = { connect: async () => client, end: async () => undefined };
  // The dialect asks for no more of a pool than this; its types name the whole of what node-postgres gives.
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool: pool as never }) });
}
