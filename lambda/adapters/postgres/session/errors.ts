/** What Postgres and its connection say when something is wrong → what this project does about it, as named sets. */
import { MigrationError } from "../../../domain/migration-error.ts";
import { LEDGER, quote } from "./sql.ts";
import { isRaised, type Origin, originOf, withoutValues } from "./telling.ts";

/** Another transaction stood in the way; the same transaction may succeed when run again. */
const CONTENTION = new Set(["40001", "40P01"]);

/** Two transactions wrote one row of the catalogue: Postgres has no SQLSTATE of its own for that. */
const OF_THE_CATALOGUE = new Set(["simple_heap_update", "simple_heap_delete"]);

/** The connection is gone, or the server is going or coming. A transaction in flight may or may not have happened. */
const CONNECTION_LOST = new Set([
  "08000",
  "08003",
  "08006",
  "57P01",
  "57P02",
  "57P03",
  "25P03",
  // The writer has become a reader: a new connection finds the new writer.
  "25006",
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
]);

/** A table, schema, constraint or index of that name exists, or was made in this moment by another transaction. */
const THERE_ALREADY = new Set(["42P06", "42P07", "42710", "23505"]);

/** Resources only an operator can give: disk, memory. */
const EXHAUSTED = /^53[12]00$/;

/** What passes, or is the server's to have, whoever says so. */
const PASSES = /^(40|53)/;
/** Conditions of the server, its transaction or its connection: no row is to blame. */
const OF_THE_SERVER = /^(08|25|26|28|2D|34|3B|57|58|F0|XX)/;
/** What a statement names is not there, or may not be used: no row is to blame, unless code of a user's own said it. */
const OF_DEFINITIONS = /^(0A|3D|3F|42|55)/;

/** A statement of this project's own that is no SQL. */
const BUG = "42601";

const LOCK_TIMEOUT = "55P03";

const DENIED = "42501";

/** A refusal of Postgres' is known by what it was made of. */
const origin = (error: unknown): Origin | undefined =>
  originOf(error instanceof MigrationError && error.code === "target-refused" ? error.cause : error);

/** A SQLSTATE, or the name the system has for what happened to a socket. */
export function codeOf(error: unknown): string | undefined {
  const is = origin(error)?.code;
  if (is !== undefined || !(error instanceof Error) || error instanceof MigrationError) return is;
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

export const isThereAlready = (error: unknown): boolean => THERE_ALREADY.has(codeOf(error) ?? "");

/** Two pages with one item at the same time: the second finds lines that were not there when it looked. */
export const itemTaken = (): Error =>
  Object.assign(new Error("another page has written the same item"), { code: "40001", isInside: false });

/** A key of the ledger that is taken says nothing of a row's values: another page has written the same item. */
const isLedgerTaken = (is: Origin): boolean => is.code === "23505" && !is.isInside && is.schema === LEDGER;

/** A row with that key is there already. */
export function isKeyTaken(error: unknown): boolean {
  const is = origin(error);
  return is !== undefined && is.code === "23505" && !is.isInside && !isLedgerTaken(is);
}

export function isContention(error: unknown): boolean {
  const is = origin(error);
  if (is === undefined) return false;
  return (
    CONTENTION.has(is.code) || isLedgerTaken(is) || (is.code === "XX000" && OF_THE_CATALOGUE.has(is.routine ?? ""))
  );
}

/** Others held a lock for longer than may be waited. */
export const isLockTimeout = (error: unknown): boolean =>
  error instanceof MigrationError && error.code === "target-busy";

export function isConnectionLost(error: unknown): boolean {
  const is = origin(error);
  if (CONNECTION_LOST.has(codeOf(error) ?? "")) return is === undefined || !isRaised(is);
  // node-postgres gives no code where the socket ends in the middle of a query.
  return (
    error instanceof Error && /^(Connection terminated|Client has encountered a connection error)/.test(error.message)
  );
}

/** A view, or a row of somebody else's, refers to what was to be removed. */
export const hasDependents = (error: unknown): boolean => ["2BP01", "23503"].includes(codeOf(error) ?? "");

/** The server, or a pooler before it, does not take what a connection asks for when it begins. */
export const isStartupRefused = (error: unknown): boolean => ["08P01", "0A000"].includes(codeOf(error) ?? "");

/** A failure that may be over in a moment. */
export const isPassing = (error: unknown): boolean =>
  isContention(error) ||
  isLockTimeout(error) ||
  (error instanceof MigrationError && (error.code === "target-lost" || error.code === "target-unreachable"));

/** What the data, another thing of that name, the rights of the role or Postgres itself may have against building something. */
export const UNBUILDABLE = /^(0A|22|23|2B|42|44|54|P0)/;

/** Why something could not be built; undefined where it is the statement's hour, and not the statement. */
export function unbuildable(error: unknown): string | undefined {
  const code = codeOf(error);
  if (!(error instanceof Error) || code === undefined) return undefined;
  return UNBUILDABLE.test(code) || refusedRow(error) !== undefined ? error.message : undefined;
}

/**
 * The SQLSTATE where a row was refused for what it holds. Code of a user's own may raise what it likes: whatever comes from
 * inside it is about the row it was called for, but for what is plainly the server's.
 */
export function refusedRow(error: unknown): string | undefined {
  const is = origin(error);
  if (is === undefined || PASSES.test(is.code) || isLedgerTaken(is)) return undefined;
  if (isRaised(is)) return is.code;
  if (OF_THE_SERVER.test(is.code)) return undefined;
  return OF_DEFINITIONS.test(is.code) && !is.isInside ? undefined : is.code;
}

/** As Postgres says it of a statement: a server that only reads is no target, or not yet. */
export const readOnly = (): Error =>
  Object.assign(new Error("the server is read-only"), { code: "25006", isInside: false });

const GOES_ON = "run the same command again: it goes on after the last page that was committed";

/** As whom a session works, and whose ledger it found when it began; null where there was none. */
export interface Who {
  readonly role: string;
  readonly owner: string | null;
}

/** What a statement came to, told to an operator. What is none of the server's, or no SQL, is a bug and stays one. */
export function told(error: unknown, who: Who, waitedFor?: string): unknown {
  if (isConnectionLost(error)) return lost(error);
  const [is, cause] = [origin(error), withoutValues(error)];
  if (is === undefined || is.code === BUG || !(cause instanceof Error)) return cause;
  const { code } = is;
  if (EXHAUSTED.test(code)) {
    const problem = `Postgres has no ${code === "53100" ? "disk space" : "memory"} left (SQLSTATE ${code})`;
    return new MigrationError("target-full", problem, `give it more, then ${GOES_ON}`, { cause });
  }
  if (code === LOCK_TIMEOUT && !isRaised(is)) return lockedOut(cause, waitedFor);
  if (code === DENIED && !is.isInside) return denied(cause, who);
  const remedy = `mend in the database what it is about, then ${GOES_ON}`;
  return new MigrationError("target-refused", cause.message, remedy, { cause });
}

/** Postgres names what it keeps from the role. Whoever made the ledger has made the run's tables, too, and may do all of it. */
function denied(cause: Error, { role, owner }: Who): MigrationError {
  const remedy =
    owner === null || owner === role
      ? `let the owner of that grant it to ${quote(role)}, then run the same command again`
      : `name ${quote(owner)} in --target, who made the ledger; or let this user act for it (grant ${quote(owner)} to ${quote(role)}), then run the same command again`;
  return new MigrationError("target-refused", `${quote(role)} may not do this: ${cause.message}`, remedy, { cause });
}

/** Others held a lock for longer than may be waited, by this project's bound or by an operator's `lock_timeout`. */
function lockedOut(cause: Error, waitedFor = "a lock that others hold"): MigrationError {
  return new MigrationError(
    "target-busy",
    `gave up waiting for ${waitedFor}`,
    `let its holder end, or end it (select pg_terminate_backend(PID)), then ${GOES_ON}`,
    { cause },
  );
}

/** A connection whose statements go to one backend and to another, told to an operator. */
export const pooled = (): MigrationError =>
  new MigrationError(
    "target-pooled",
    "a pooler between here and Postgres gives each transaction another backend: no lock and no setting of a session holds",
    "name the server itself as the target; or have the pooler keep sessions (PgBouncer: pool_mode = session)",
  );

/** Others have stood in the way of a transaction again and again. */
export function contended(cause: unknown): MigrationError {
  return new MigrationError(
    "target-busy",
    `others use the tables at the same time, and a transaction could not be ended (SQLSTATE ${codeOf(cause) ?? "none"})`,
    `when they have ended, ${GOES_ON}`,
    { cause: withoutValues(cause) },
  );
}

/** A connection that ended in the middle of something. What was not committed did not happen. */
export function lost(cause: unknown): MigrationError {
  return new MigrationError(
    "target-lost",
    `the connection to Postgres was lost (${codeOf(cause) ?? "no code"})`,
    GOES_ON,
    {
      cause: withoutValues(cause),
    },
  );
}
