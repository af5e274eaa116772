/** A database URL → connections whose text forms are pinned, whose peers are noticed when they vanish, and whose TLS is verified. */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { MigrationError } from "../../../domain/migration-error.ts";
import { type Address, addressOf } from "./address.ts";
import { SESSION_SETTINGS } from "./canonical.ts";
import { CONNECT_SECONDS, isOfPostgres, noPostgres, silent, unreachable } from "./connecting.ts";
import { Copies, type Copying } from "./copies.ts";
import { isStartupRefused, pooled, readOnly, told, type Who } from "./errors.ts";
import { passwordOf } from "./iam.ts";
import { LEDGER } from "./sql.ts";
import type { LockWatch } from "./waits.ts";

/** What a session's backend is known by: it is gone with the locks and the settings of the session, and with nothing else. */
const TOKEN = "dynamodb_to_postgres.session";

/** A statement whose client has gone is ended within this time, where the server's system can tell; it would hold its locks to its end. */
const LOOKED_AFTER = "5s";

/**
 * Keepalives 10/5/3 find a dead peer while a session is silent, `tcp_user_timeout` while it has data in flight, so a
 * vanished worker's locks are free within half a minute. Planner settings are left alone.
 */
const LIVENESS_SETTINGS = `
  set tcp_keepalives_idle = 10;
  set tcp_keepalives_interval = 5;
  set tcp_keepalives_count = 3;
  set tcp_user_timeout = 25000;
  set statement_timeout = 0;
  set idle_in_transaction_session_timeout = 60000;
  select set_config(name, '0', false) from unnest(array['transaction_timeout', 'idle_session_timeout']) name where current_setting(name, true) is not null;
  set search_path = public;
  select set_config(name, '${LOOKED_AFTER}', false) from unnest(array['client_connection_check_interval']) name where current_setting(name, true) is not null and version() like '%linux%';
`;

/** From the first statement on, whatever a database or a role has for everybody else. */
const FROM_THE_START = "-c statement_timeout=0 -c idle_session_timeout=0";

/** A connection that takes longer is told to whoever waits. */
const SLOW_MS = 1_000;
/** As long as the server is silent, its machine is asked whether it is still there. */
const KEEPALIVE_AFTER_MS = 10_000;
/** A connection that does not end when it is asked to is cut. */
const CLOSE_TIMEOUT_MS = 2_000;
/** Waiting for a lock ends here where the operator has said nothing else by `lock_timeout`. */
const LONGEST_WAIT = "10min";

export interface Session extends AsyncDisposable {
  /** Runs one statement with bound parameters. Errors come without the values Postgres quotes in them. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<R>>;
  /** Sends lines of COPY's text form, table by table in one message. All or none are written; `came` is told how many rows each of them became, once it is over. */
  copy(copies: readonly Copying[], came?: (rows: number) => void): Promise<void>;
  /** Begins a transaction. Throws MigrationError `target-pooled` where another backend would do it than the one that holds the session's locks. */
  begin(mode?: string): Promise<void>;
  readonly isInTransaction: boolean;
  /** Whether statements still come to the backend that holds the session's locks and settings. */
  isItself(): Promise<boolean>;
  /** Whether the server itself answered, and no pooler in its name. */
  readonly isDirect: boolean;
  /** How long this project's own locks are waited for. */
  readonly longestWait: string;
  readonly broken: boolean;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly longestWait?: string | undefined;
  /** Is told of every statement, as long as it takes. */
  readonly watch?: LockWatch | undefined;
  /** Is told where a connection is going that takes long, and for how many seconds it may. */
  readonly connecting?: ((place: string, seconds: number) => void) | undefined;
}

function configOf(url: string, address: Address, name: string): pg.ClientConfig {
  const { host, port, user, database, ssl, options, isDirectTls } = address;
  // Not the URL itself: what stands there wins over what is said beside it, an empty password over a token.
  return {
    ...{ host, port, user, database, ssl, password: passwordOf(url, address) },
    ...(isDirectTls ? { sslnegotiation: "direct" as const } : {}),
    application_name: name,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
    options: [options, FROM_THE_START].join(" "),
  };
}

/** Opens one connection. Throws MigrationError `settings`, `target-unreachable` or `target-unusable`. */
export async function connect(url: string, name: string, how: ConnectOptions = {}): Promise<Session> {
  const address = addressOf(url);
  const config = configOf(url, address, name);
  const slow = setTimeout(() => how.connecting?.(`Postgres at ${address.place}`, CONNECT_SECONDS), SLOW_MS);
  try {
    return await open(config, address, how);
  } catch (error) {
    // Poolers take no options when a connection begins; what an operator asked for is not dropped for them.
    if (!isStartupRefused(error) || address.options !== undefined) throw unreachable(address, error);
    const { options: _, ...without } = config;
    return await open(without, address, how).catch((again: unknown) => {
      throw unreachable(address, again);
    });
  } finally {
    clearTimeout(slow);
  }
}

async function open(
  config: pg.ClientConfig,
  { lockTimeout }: Address,
  { longestWait = LONGEST_WAIT, watch }: ConnectOptions,
): Promise<Session> {
  const client = new pg.Client(config);
  const token = randomUUID();
  let broken = false;
  client.on("error", () => {
    broken = true;
  });
  const close = async (): Promise<void> => {
    broken = true;
    const cut = setTimeout(() => client.connection.stream.destroy(), CLOSE_TIMEOUT_MS);
    await client.end().catch(() => undefined);
    clearTimeout(cut);
  };
  const late = setTimeout(() => client.connection.stream.destroy(silent()), CONNECT_SECONDS * 1_000);
  const { stream } = client.connection;
  // The driver would take anything for the beginning of a message, and wait for its end.
  if (config.sslnegotiation !== "direct")
    stream.once("data", (first: Buffer) => void (isOfPostgres(first) || stream.destroy(noPostgres())));
  let backend: number;
  let who: Who;
  try {
    await client.connect();
    await client.query(`${SESSION_SETTINGS}${LIVENESS_SETTINGS}`);
    const { rows } = await client.query<{ reader: boolean; backend: number } & Who>(
      `select set_config('${TOKEN}', $1, false), current_setting('transaction_read_only') = 'on' as reader, pg_backend_pid() as backend,
         current_user::text as role, (select pg_get_userbyid(nspowner)::text from pg_namespace where nspname = '${LEDGER}') as owner,
         set_config('lock_timeout', case when $2::text is not null then $2 when current_setting('lock_timeout') = '0' then $3
           else current_setting('lock_timeout') end, false)`,
      [token, lockTimeout ?? null, longestWait],
    );
    if (rows[0] === undefined || rows[0].reader) throw readOnly();
    ({ backend, ...who } = rows[0]);
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(late);
  }
  const watched = async <R>(work: () => Promise<R>): Promise<R> => {
    using looking = watch?.(backend);
    try {
      return await work();
    } catch (error) {
      const is = told(error, who, looking?.found());
      broken ||= is instanceof MigrationError && is.code === "target-lost";
      throw is;
    }
  };
  const asked = `select current_setting('${TOKEN}', true) is not distinct from '${token}' as same`;
  return {
    query: (sql, values) => watched(() => client.query(sql, values === undefined ? undefined : [...values])),
    copy: async (copies, came = () => undefined) => {
      if (copies.length > 0) await watched(() => client.query(new Copies(copies, came)).ended);
    },
    begin: (mode = "") =>
      watched(async () => {
        // One message, and so one transaction to a pooler, too.
        const results: unknown = await client.query(`begin ${mode}; ${asked}`);
        if (Array.isArray(results) && results.at(-1)?.rows[0]?.same === true) return;
        await close();
        throw pooled();
      }),
    isItself: () => watched(async () => (await client.query<{ same: boolean }>(asked)).rows[0]?.same === true),
    // A pooler makes up the number by which a statement is cancelled: it leads to it, and not to a backend.
    isDirect: Reflect.get(client, "processID") === backend,
    longestWait,
    get isInTransaction() {
      return client.getTransactionStatus() === "T";
    },
    get broken() {
      return broken;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export const transaction = <T>(session: Session, work: () => Promise<T>): Promise<T> => within(session, "", work);

/** The same in a transaction of some mode. */
export async function within<T>(session: Session, mode: string, work: () => Promise<T>): Promise<T> {
  await session.begin(mode);
  try {
    const result = await work();
    await session.query("commit");
    return result;
  } catch (error) {
    await session.query("rollback").catch(() => session.close());
    throw error;
  }
}

/** Runs `work` and takes back all it did, within the transaction there is, or in one of its own. */
export async function aside<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const isWithin = session.isInTransaction;
  await (isWithin ? session.query("savepoint aside") : session.begin());
  try {
    return await work();
  } finally {
    if (!session.broken)
      await session.query(isWithin ? "rollback to savepoint aside; release savepoint aside" : "rollback");
  }
}
