/** A database URL → connections whose text forms are pinned, whose peers are noticed when they vanish, and whose TLS is verified. */
import pg from "pg";
import { MigrationError } from "../../domain/migration-error.ts";
import { SESSION_SETTINGS } from "./canonical.ts";
import { exhausted, isConnectionLost, lost, readOnly, unreachable, withoutValues } from "./errors.ts";
import { withToken } from "./iam.ts";

/**
 * Keepalives 10/5/3 find a dead peer while a session is silent, `tcp_user_timeout` while it has data in flight, so a
 * vanished worker's locks are free within half a minute. Planner settings are left alone.
 */
const LIVENESS_SETTINGS = `
  set tcp_keepalives_idle = 10;
  set tcp_keepalives_interval = 5;
  set tcp_keepalives_count = 3;
  set tcp_user_timeout = 25000;
  set idle_in_transaction_session_timeout = 60000;
  set lock_timeout = 0;
  select set_config(name, '0', false) from pg_settings where name = 'transaction_timeout';
  set search_path = public;
`;

/** Aurora takes up to half a minute to resume from zero; a connection waits for it. */
const CONNECT_TIMEOUT_MS = 45_000;

export interface Session extends AsyncDisposable {
  /** Runs one statement with bound parameters. Errors come without the values Postgres quotes in them. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<R>>;
  readonly broken: boolean;
  close(): Promise<void>;
}

/** What a URL must be, checked before anything is opened. Returns host and database for messages. */
export function checkTarget(url: string): string {
  if (url === "embedded") {
    const problem = "embedded is a database of migrate's own, which is gone when that ends";
    throw new MigrationError("settings", problem, "migrate into a database of yours, and name that: postgres://…");
  }
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    // The URL may hold a password: it is not repeated.
    throw new MigrationError("settings", "the target is not a URL", "write postgres://USER@HOST:PORT/DATABASE", {
      cause,
    });
  }
  if (!["postgres:", "postgresql:"].includes(parsed.protocol) || parsed.pathname.length < 2) {
    throw new MigrationError(
      "settings",
      "the target is not a Postgres URL with a database",
      "write postgres://USER@HOST:PORT/DATABASE",
    );
  }
  return `${parsed.host}${parsed.pathname}`;
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]", ""]);

/** TLS with a verified certificate for every host but this machine, unless the URL says otherwise. */
function tlsOf(url: string): pg.ClientConfig {
  const { hostname, searchParams } = new URL(url);
  if (searchParams.has("sslmode") || searchParams.has("ssl") || LOOPBACK.has(hostname)) return {};
  return { ssl: { rejectUnauthorized: true } };
}

/** How every connection of this adapter is made. */
export function clientConfig(url: string, name: string): pg.ClientConfig {
  return {
    ...withToken(url),
    application_name: name,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // From the first statement on, whatever a database or a role has for everybody else.
    options: "-c statement_timeout=0 -c idle_session_timeout=0",
    ...tlsOf(url),
  };
}

/** Opens one connection. Throws MigrationError `target-unreachable` or `target-unusable`. */
export async function connect(url: string, name: string): Promise<Session> {
  const place = checkTarget(url);
  const client = new pg.Client(clientConfig(url, name));
  let broken = false;
  client.on("error", () => {
    broken = true;
  });
  try {
    await client.connect();
    await client.query(SESSION_SETTINGS + LIVENESS_SETTINGS);
    const { rows } = await client.query("select current_setting('transaction_read_only') = 'on' as reader");
    if (rows[0]?.reader === true) throw readOnly();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw unreachable(place, error);
  }
  const close = async (): Promise<void> => {
    broken = true;
    await client.end().catch(() => undefined);
  };
  return {
    query: async (sql, values) => {
      try {
        return await client.query(sql, values === undefined ? undefined : [...values]);
      } catch (error) {
        if (!isConnectionLost(error)) throw exhausted(error) ?? withoutValues(error);
        broken = true;
        throw lost(error);
      }
    },
    get broken() {
      return broken;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export const transaction = <T>(session: Session, work: () => Promise<T>): Promise<T> => within(session, "begin", work);

/** Runs `work`, which only reads, on the database as it is at one moment. */
export const snapshot = <T>(session: Session, work: () => Promise<T>): Promise<T> =>
  within(session, "begin isolation level repeatable read read only", work);

async function within<T>(session: Session, begin: string, work: () => Promise<T>): Promise<T> {
  await session.query(begin);
  try {
    const result = await work();
    await session.query("commit");
    return result;
  } catch (error) {
    await session.query("rollback").catch(() => session.close());
    throw error;
  }
}
