/** What DynamoDB and the SDK say when something is wrong → one cause, told in a sentence, and what to type. */
import { callerFault, isDenied, isNobody } from "../../domain/caller.ts";
import { denied, type Rights } from "../../domain/denied.ts";
import type { Explanation } from "../../domain/explanation.ts";
import { MigrationError } from "../../domain/migration-error.ts";
import { isAnswer, isLost, networkCause, numberOf, type Service, statusOf, toldOf } from "../../domain/network.ts";
import { FIRST_ATTEMPTS } from "../../domain/patience.ts";
import { shell } from "../../domain/typed.ts";
import { BrokenAnswer, ForeignAnswer } from "./answer.ts";

/** Where a table was looked for. */
export interface Place {
  /** In the words of the command line. */
  readonly name: string;
  readonly table: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
}

export const aws = ({ region, endpoint }: Place, ...words: readonly string[]): string =>
  shell(
    "aws",
    "dynamodb",
    ...words,
    "--region",
    region,
    ...(endpoint === undefined ? [] : ["--endpoint-url", endpoint]),
  );
const sourced = (table: string, { region, endpoint }: Place): string =>
  shell("--source", `dynamodb:${table}?region=${region}${endpoint === undefined ? "" : `&endpoint=${endpoint}`}`);
/** A server of one's own checks nobody. */
const OWN_SERVER = "a server of your own takes any: export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any";

const NO_TABLE = {
  problem: ({ table, region }) => `there is no table ${table} in ${region}, of the account these credentials belong to`,
  remedy: (at) => `correct its name or ?region= in the source; those that are there: ${aws(at, "list-tables")}`,
} as const satisfies Explanation<Place>;
const IS_NO_TABLE = new Set(["ResourceNotFoundException", "TableNotFoundException"]);

/** All that reading a table asks for. */
const ACTIONS = ["BatchGetItem", "DescribeContinuousBackups", "DescribeTable", "DescribeTimeToLive", "Scan"];
const rightsOn = (table: string): Rights => ({
  actions: ACTIONS.map((action) => `dynamodb:${action}`),
  on: "this table",
  resource: (refused) => refused,
  policy: `read-${table.replace(/^.*[:/]/, "")}`,
});

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
]);

/** The service does not have the operation, or this user may not call it: nothing is known, and nothing is wrong. */
const NOT_TOLD = new Set(["UnknownOperationException", "AccessDeniedException"]);

export const isNotTold = (error: unknown): boolean => error instanceof Error && NOT_TOLD.has(error.name);
export const isNoTable = (error: unknown): boolean => error instanceof Error && IS_NO_TABLE.has(error.name);

/** How often the SDK tried; it notes that in the error. */
const attemptsOf = (error: Error): number => numberOf(Reflect.get(error, "$metadata"), "attempts") ?? 1;

/**
 * An SDK error that retries did not cure, told to an operator; any other comes back as it is, a bug with its stack.
 * The service's own message goes into the cause only: it may quote a key (I10).
 */
export function toMigrationError(error: unknown, at: Place, alike: readonly string[] = []): unknown {
  if (!(error instanceof Error) || error instanceof MigrationError) return error;
  const { name } = error;
  const told = toldOf(error);
  const because = (why: string, remedy: string, passes?: true): MigrationError =>
    new MigrationError(
      passes === true ? "source-unreachable" : "source-unusable",
      `${at.name} cannot be read: ${why}`,
      remedy,
      {
        cause: error,
      },
    );
  if (error instanceof BrokenAnswer) return unreachable(at.name, error.message, attemptsOf(error), error);
  if (error instanceof ForeignAnswer) {
    const remedy =
      "no table of DynamoDB answers so: check what stands at this endpoint, or read an export of the table";
    return because(error.message, remedy);
  }
  const caller = callerFault(name);
  if (caller !== undefined) {
    const remedy = isNobody(name) && at.endpoint !== undefined ? OWN_SERVER : caller.remedy;
    return because(`${caller.problem} (${told})`, remedy);
  }
  if (isDenied(name)) {
    const { why, remedy } = denied(error.message, rightsOn(at.table));
    return because(`${why} (${told})`, remedy);
  }
  const [nearest] = alike;
  if (isNoTable(error) && nearest !== undefined) {
    const names = alike.join(", ");
    return because(
      `${NO_TABLE.problem(at)} (${told}); there is ${names}`,
      `name the one that is meant: ${sourced(nearest, at)}`,
    );
  }
  if (BUSY.has(name) || (statusOf(error) ?? 0) >= 500) return unreachable(at.name, told, attemptsOf(error), error);
  // Whoever was there before is waited for longer, and told by how often.
  if (isLost(error) && attemptsOf(error) > FIRST_ATTEMPTS) return unreachable(at.name, told, attemptsOf(error), error);
  if (isNoTable(error)) return because(`${NO_TABLE.problem(at)} (${told})`, NO_TABLE.remedy(at));
  const cause = networkCause(error);
  if (cause !== undefined) {
    const { endpoint } = at;
    const elsewhere: Service["elsewhere"] = (other) => sourced(at.table, { ...at, ...other });
    const service: Service = { service: "DynamoDB", region: at.region, endpoint, elsewhere };
    return because(`${cause.problem(service)} (${told})`, cause.remedy(service), cause.passes);
  }
  if (isAnswer(error))
    return because(
      told,
      `look that up among the errors of DynamoDB, and at the table: ${aws(at, "describe-table", "--table-name", at.table)}`,
    );
  return error;
}

export function notReady(at: Place, status: string): MigrationError {
  const remedy = `wait until the table is ACTIVE; where it never will be, restore it or name another: ${aws(at, "wait", "table-exists", "--table-name", at.table)}`;
  return new MigrationError("source-unusable", `${at.name} cannot be read: the table is ${status}`, remedy);
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
