/** What DynamoDB and the SDK say when something is wrong → what an operator can do about it. */
import { MigrationError } from "../../domain/migration-error.ts";

/** The table cannot be read, and will not be until somebody changes something. */
const UNUSABLE = new Set([
  "ResourceNotFoundException",
  "AccessDeniedException",
  "UnrecognizedClientException",
  "InvalidSignatureException",
  "ExpiredTokenException",
  "CredentialsProviderError",
  "ValidationException",
]);

/** The service does not have the operation, or this user may not call it: nothing is known, and nothing is wrong. */
const NOT_TOLD = new Set(["UnknownOperationException", "AccessDeniedException"]);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "an unknown error");

export const isNotTold = (error: unknown): boolean => NOT_TOLD.has(nameOf(error));

/** An SDK error that retries did not cure, told to an operator. */
export function toMigrationError(error: unknown, source: string): MigrationError {
  const name = nameOf(error);
  if (UNUSABLE.has(name)) {
    const remedy =
      "check the table's name, its region and account, and that these credentials may Scan and DescribeTable";
    return new MigrationError("source-unusable", `${source} cannot be read (${name})`, remedy, { cause: error });
  }
  const remedy =
    "run the same command again: it goes on from the last page; lower --max-read-units where the table throttles";
  return new MigrationError("source-unreachable", `${source} did not answer in ten attempts (${name})`, remedy, {
    cause: error,
  });
}
