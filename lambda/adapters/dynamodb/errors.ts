/** What DynamoDB and the SDK say when something is wrong → what an operator can do about it, as named sets. */
import { MigrationError } from "../../domain/migration-error.ts";
import { BrokenAnswer, ForeignAnswer } from "./answer.ts";

/** There is no such table, here. The code is that of a region or an endpoint whose name nobody knows. */
const NOT_THERE = new Set(["ResourceNotFoundException", "TableNotFoundException", "ENOTFOUND"]);

/** Nobody who is known, or nobody who may. */
const NOT_ALLOWED = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "IncompleteSignatureException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "OptInRequired",
  "SignatureDoesNotMatch",
  "TokenProviderError",
  "UnrecognizedClientException",
]);

/** The request came too early: the same one may succeed later. */
const BUSY = new Set([
  "InternalServerError",
  "InternalServerErrorException",
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestTimeout",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "ThrottlingException",
  "TimeoutError",
]);

/** No answer, or half of one. */
const CONNECTION_LOST = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "ETIMEDOUT",
]);

/** The service does not have the operation, or this user may not call it: nothing is known, and nothing is wrong. */
const NOT_TOLD = new Set(["UnknownOperationException", "AccessDeniedException"]);

const codeOf = (error: Error): string => ("code" in error && typeof error.code === "string" ? error.code : "");

export const isNotTold = (error: unknown): boolean => error instanceof Error && NOT_TOLD.has(error.name);

/** How often the SDK tried; it notes that in the error. */
function attemptsOf(error: Error): number {
  const metadata: unknown = Reflect.get(error, "$metadata");
  const attempts: unknown = typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "attempts") : 1;
  return typeof attempts === "number" ? attempts : 1;
}

/** A server that answers at all but has no answer, or a proxy before it that speaks no JSON. */
function isServerFault(error: Error): boolean {
  const response: unknown = Reflect.get(error, "$response");
  const status: unknown = typeof response === "object" && response !== null ? Reflect.get(response, "statusCode") : 0;
  return typeof status === "number" && status >= 500;
}

/** Every error the service sends says whose fault it is. */
const isAnswer = (error: Error): boolean => "$fault" in error;

/**
 * An SDK error that retries did not cure, told to an operator; any other comes back as it is, a bug with its stack.
 * The service's own message goes into the cause only: it may quote a key (I10).
 */
export function toMigrationError(error: unknown, source: string): unknown {
  if (!(error instanceof Error) || error instanceof MigrationError) return error;
  const [name, code] = [error.name, codeOf(error)];
  const told = code === "" || code === name ? name : `${name} ${code}`;
  const unusable = (remedy: string, why = told): MigrationError =>
    new MigrationError("source-unusable", `${source} cannot be read (${why})`, remedy, { cause: error });
  if (error instanceof BrokenAnswer) return unreachable(source, error.message, attemptsOf(error), error);
  if (error instanceof ForeignAnswer) {
    const remedy =
      "no table of DynamoDB answers so: check what stands at this endpoint, or read an export of the table";
    return unusable(remedy, error.message);
  }
  if (NOT_THERE.has(name) || NOT_THERE.has(code)) {
    return unusable("check the table's name, its region, and the account these credentials belong to");
  }
  if (NOT_ALLOWED.has(name)) {
    return unusable("use credentials that may Scan, BatchGetItem and DescribeTable on this table in this region");
  }
  if (BUSY.has(name) || CONNECTION_LOST.has(code) || isServerFault(error)) {
    return unreachable(source, told, attemptsOf(error), error);
  }
  if (isAnswer(error)) return unusable("look the error up in DynamoDB's API reference, and check the table's state");
  return error;
}

export function notReady(source: string, status: string): MigrationError {
  const remedy = "wait until the table is ACTIVE; where it never will be, restore it or name another";
  return new MigrationError("source-unusable", `${source} cannot be read: the table is ${status}`, remedy);
}

/** A source that does not answer now. Nothing is lost by waiting: the cursors stand. */
export function unreachable(source: string, told: string, attempts: number, cause?: unknown): MigrationError {
  return new MigrationError(
    "source-unreachable",
    `${source} did not answer in ${attempts} attempts (${told})`,
    "run the same command again: it goes on from the last page; lower --max-read-units where the table throttles",
    cause === undefined ? {} : { cause },
  );
}
