/** What Postgres and its connection say when something is wrong → what this project does about it, as named sets. */
import { MigrationError } from "../../domain/migration-error.ts";
import { LEDGER } from "./sql.ts";

/** Another transaction stood in the way; the same transaction may succeed when run again. */
const CONTENTION = new Set(["40001", "40P01"]);

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

/** No room for another connection, or none yet: there may be in a moment. */
const NOT_NOW = new Set(["53300", "57P03"]);

/** Resources only an operator can give: disk, memory. */
const EXHAUSTED = /^53[12]00$/;

/**
 * Classes of a value Postgres will not take: data exceptions, integrity violations, a view's condition, limits of one row,
 * and whatever a trigger raises.
 */
const REFUSED_ROW = /^(22|23|44|54|P0)/;

/** Classes whose messages name things and never quote a row. Any other message may. */
const ABOUT_THINGS = /^(08|0A|25|28|2B|3D|3F|40|42|53|55|57|58)/;

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export const isThereAlready = (error: unknown): boolean => THERE_ALREADY.has(codeOf(error) ?? "");

/** What was named is not there, or is not what it was taken for. */
export const isNoObject = (error: unknown): boolean => ["42704", "42809"].includes(codeOf(error) ?? "");

/** Two pages with one item at the same time: the second finds lines that were not there when it looked. */
export const itemTaken = (): Error =>
  Object.assign(new Error("another page has written the same item"), { code: "40001", severity: "ERROR" });

/** A key of the ledger that is taken says nothing of a row's values: another page has written the same item. */
const isLedgerTaken = (error: unknown): boolean =>
  codeOf(error) === "23505" && error instanceof Error && Reflect.get(error, "schema") === LEDGER;

export const isContention = (error: unknown): boolean => CONTENTION.has(codeOf(error) ?? "") || isLedgerTaken(error);

export function isConnectionLost(error: unknown): boolean {
  if (CONNECTION_LOST.has(codeOf(error) ?? "")) return true;
  // node-postgres gives no code where the socket ends in the middle of a query.
  return (
    error instanceof Error && /^(Connection terminated|Client has encountered a connection error)/.test(error.message)
  );
}

/** A view, or a row of somebody else's, refers to what was to be removed. */
export const hasDependents = (error: unknown): boolean => ["2BP01", "23503"].includes(codeOf(error) ?? "");

export const isNotNow = (error: unknown): boolean => NOT_NOW.has(codeOf(error) ?? "");

/** Others held on to a lock for longer than was to be waited. */
export const isLockTimeout = (error: unknown): boolean => codeOf(error) === "55P03";

/** A failure that is over in a moment, told so by the adapter itself. */
export const isPassing = (error: unknown): boolean =>
  isContention(error) ||
  (error instanceof MigrationError && (error.code === "target-lost" || error.code === "target-unreachable"));

/** The SQLSTATE where Postgres refused a row for what it holds. */
export function refusedRow(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && REFUSED_ROW.test(code) && !isLedgerTaken(error) ? code : undefined;
}

/** What the data, another thing of that name, the rights of the role or Postgres itself may have against building something. */
const UNBUILDABLE = /^(0A|22|23|2B|42|44|54|P0)/;

/** Why something could not be built; undefined where it is the statement's hour, and not the statement. */
export function unbuildable(error: unknown): string | undefined {
  const code = codeOf(error);
  return error instanceof Error && code !== undefined && UNBUILDABLE.test(code) ? error.message : undefined;
}

/**
 * An error of the driver without what it may quote of a row: `detail`, `where`, `hint` and `internalQuery` hold values
 * (I10). Kept are the code, the names of things, and the message of errors that are not about data.
 */
export function withoutValues(error: unknown): unknown {
  const code = codeOf(error);
  if (!(error instanceof Error) || code === undefined || !("severity" in error)) return error;
  const named = ["schema", "table", "column", "constraint"].flatMap((field) => {
    const value = Reflect.get(error, field);
    return typeof value === "string" ? [`${field} ${value}`] : [];
  });
  const message = ABOUT_THINGS.test(code) ? error.message : "Postgres refused a value";
  const clean = new Error([message, `SQLSTATE ${code}`, ...named].join(", "));
  if (error.stack !== undefined) clean.stack = error.stack.replace(error.message, clean.message);
  return Object.assign(clean, { code, schema: Reflect.get(error, "schema") });
}

/** As Postgres says it of a statement: a server that only reads is no target, or not yet. */
export const readOnly = (): Error =>
  Object.assign(new Error("the server is read-only"), { code: "25006", severity: "ERROR" });

/** A connection that could not be had, told to an operator. `place` is host and database, without user or password. */
export function unreachable(place: string, cause: unknown): MigrationError {
  const code = codeOf(cause) ?? "no code";
  return new MigrationError(
    isConnectionLost(cause) || isNotNow(cause) ? "target-unreachable" : "target-unusable",
    `cannot connect to Postgres at ${place} (${code})`,
    "check that the database is running, that its address is right, and that this user may connect",
    { cause: withoutValues(cause) },
  );
}

/** Postgres has no disk or memory left, told to an operator; undefined for any other error. */
export function exhausted(cause: unknown): MigrationError | undefined {
  const code = codeOf(cause);
  if (code === undefined || !EXHAUSTED.test(code)) return undefined;
  return new MigrationError(
    "target-full",
    `Postgres has no ${code === "53100" ? "disk space" : "memory"} left (SQLSTATE ${code})`,
    "give it more, then run the same command again: it goes on after the last page that was committed",
    { cause: withoutValues(cause) },
  );
}

/** Others have stood in the way of a page again and again. */
export function contended(cause: unknown): MigrationError {
  return new MigrationError(
    "target-busy",
    `others use the tables at the same time, and a page could not be written (SQLSTATE ${codeOf(cause) ?? "none"})`,
    "run the same command again when they have ended: it goes on after the last page that was committed",
    { cause: withoutValues(cause) },
  );
}

/** A connection that ended in the middle of something. What was not committed did not happen. */
export function lost(cause: unknown): MigrationError {
  return new MigrationError(
    "target-lost",
    `the connection to Postgres was lost (${codeOf(cause) ?? "no code"})`,
    "run the same command again: it goes on after the last page that was committed",
    { cause: withoutValues(cause) },
  );
}
