/** What DynamoDB and the SDK say when something is wrong → one cause, told in a sentence, and what to type. */
import { callerFault, isDenied, isNobody } from "../../domain/caller.ts";
import type { Explanation } from "../../domain/explanation.ts";
import { MigrationError } from "../../domain/migration-error.ts";
import { shell } from "../../domain/typed.ts";
import { BrokenAnswer, ForeignAnswer } from "./answer.ts";
import { denied } from "./denied.ts";

/** Where a table was looked for. */
export interface Place {
  /** In the words of the command line. */
  readonly name: string;
  readonly table: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
}

/** Each attempt is given up after so long, and where nobody has ever answered there are only three. */
export const ATTEMPT_SECONDS = 10;
export const FIRST_ATTEMPTS = 3;
export const REACH_SECONDS = ATTEMPT_SECONDS * FIRST_ATTEMPTS;

const aws = ({ region, endpoint }: Place, ...words: readonly string[]): string =>
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
const hostOf = ({ region, endpoint }: Place): string =>
  endpoint === undefined ? `dynamodb.${region}.amazonaws.com` : new URL(endpoint).hostname;
const ping = (at: Place): string => shell("curl", "-sv", at.endpoint ?? `https://${hostOf(at)}`);

/** A server of one's own checks nobody. */
const OWN_SERVER = "a server of your own takes any: export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any";

const CAUSES = {
  "no table": {
    problem: ({ table, region }) =>
      `there is no table ${table} in ${region}, of the account these credentials belong to`,
    remedy: (at) => `correct its name or ?region= in the source; those that are there: ${aws(at, "list-tables")}`,
  },
  "no host": {
    problem: (at) =>
      at.endpoint === undefined
        ? `nobody knows a region ${at.region} (${hostOf(at)})`
        : `nobody knows a host ${hostOf(at)}`,
    remedy: (at) =>
      at.endpoint === undefined
        ? `correct the region: ${sourced(at.table, { ...at, region: "REGION" })}`
        : `correct the endpoint, until this gives an address: ${shell("getent", "hosts", hostOf(at))}`,
  },
  "name server": {
    problem: (at) => `the name server does not answer for ${hostOf(at)}`,
    remedy: (at) =>
      `connect to a network that has one, until this gives an address: ${shell("getent", "hosts", hostOf(at))}`,
    passes: true,
  },
  closed: {
    problem: (at) => `nothing listens at ${at.endpoint ?? hostOf(at)}`,
    remedy: (at) =>
      `start what is to listen there, or correct the endpoint in the source, until this gets an answer: ${ping(at)}`,
    passes: true,
  },
  silent: {
    problem: (at) => `${at.endpoint ?? hostOf(at)} has not answered within ${REACH_SECONDS} s`,
    remedy: (at) =>
      `let the network pass it (a firewall, a proxy, in a VPC its endpoint for DynamoDB), until this gets an answer: ${ping(at)}`,
    passes: true,
  },
  "hung up": {
    problem: (at) => `${at.endpoint ?? hostOf(at)} ends every connection without an answer`,
    remedy: (at) => `look at what stands there, until this gets an answer: ${ping(at)}`,
    passes: true,
  },
  "no way": {
    problem: (at) => `no way of the network leads to ${at.endpoint ?? hostOf(at)}`,
    remedy: (at) => `connect to its network, until this gets an answer: ${ping(at)}`,
    passes: true,
  },
  "no DynamoDB": {
    problem: ({ endpoint, region }) => `what answers at ${endpoint ?? region} is no DynamoDB`,
    remedy: (at) => `correct the endpoint: ${sourced(at.table, { ...at, endpoint: "http://HOST:8000" })}`,
  },
  "no TLS": {
    problem: (at) => `what listens at ${at.endpoint ?? hostOf(at)} speaks no https`,
    remedy: (at) => `say http: ${sourced(at.table, { ...at, endpoint: at.endpoint?.replace(/^https:/i, "http:") })}`,
  },
  "unknown CA": {
    problem: (at) => `the certificate of ${hostOf(at)} is signed by nobody this machine trusts`,
    remedy: () =>
      'have the owner of the endpoint, or of the proxy before it, give you the certificate of who signed it, then: export NODE_EXTRA_CA_CERTS="$PWD/CA.pem"',
  },
} as const satisfies Record<string, Explanation<Place>>;

type CauseName = keyof typeof CAUSES;

/** By the error's name, and where it has none of its own by the system's code. */
const BY_NAME: Readonly<Record<string, CauseName>> = {
  ResourceNotFoundException: "no table",
  TableNotFoundException: "no table",
  ENOTFOUND: "no host",
  EAI_AGAIN: "name server",
  ECONNREFUSED: "closed",
  ECONNRESET: "hung up",
  EPIPE: "hung up",
  ETIMEDOUT: "silent",
  TimeoutError: "silent",
  EHOSTUNREACH: "no way",
  ENETUNREACH: "no way",
  EPROTO: "no TLS",
  DEPTH_ZERO_SELF_SIGNED_CERT: "unknown CA",
  SELF_SIGNED_CERT_IN_CHAIN: "unknown CA",
  UNABLE_TO_GET_ISSUER_CERT: "unknown CA",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown CA",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown CA",
};

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

/** No answer, or half of one. */
const CONNECTION_LOST = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "TimeoutError"]);

/** The service does not have the operation, or this user may not call it: nothing is known, and nothing is wrong. */
const NOT_TOLD = new Set(["UnknownOperationException", "AccessDeniedException"]);

const codeOf = (error: Error): string => ("code" in error && typeof error.code === "string" ? error.code : "");

export const isNotTold = (error: unknown): boolean => error instanceof Error && NOT_TOLD.has(error.name);
export const isNoTable = (error: unknown): boolean => error instanceof Error && BY_NAME[error.name] === "no table";

const numberIn = (of: unknown, name: string): number | undefined => {
  const found: unknown = typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
  return typeof found === "number" ? found : undefined;
};
/** How often the SDK tried; it notes that in the error. */
const attemptsOf = (error: Error): number => numberIn(Reflect.get(error, "$metadata"), "attempts") ?? 1;
/** What something answered that the SDK could not read. */
const statusOf = (error: Error): number | undefined => numberIn(Reflect.get(error, "$response"), "statusCode");

/** Every error the service sends says whose fault it is. */
const isAnswer = (error: Error): boolean => "$fault" in error;
/** A parser of HTTP or of JSON has met something else. */
const isForeign = (error: Error): boolean =>
  codeOf(error).startsWith("HPE_") || (statusOf(error) !== undefined && !isAnswer(error));

/**
 * An SDK error that retries did not cure, told to an operator; any other comes back as it is, a bug with its stack.
 * The service's own message goes into the cause only: it may quote a key (I10).
 */
export function toMigrationError(error: unknown, at: Place, alike: readonly string[] = []): unknown {
  if (!(error instanceof Error) || error instanceof MigrationError) return error;
  const [name, code] = [error.name, codeOf(error)];
  const told = code === "" || code === name ? name : name === "Error" ? code : `${name} ${code}`;
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
    const { why, remedy } = denied(error.message, at.table);
    return because(`${why} (${told})`, remedy);
  }
  const [nearest] = alike;
  if (isNoTable(error) && nearest !== undefined) {
    const names = alike.join(", ");
    return because(
      `${CAUSES["no table"].problem(at)} (${told}); there is ${names}`,
      `name the one that is meant: ${sourced(nearest, at)}`,
    );
  }
  if (BUSY.has(name) || (statusOf(error) ?? 0) >= 500) return unreachable(at.name, told, attemptsOf(error), error);
  const cause = BY_NAME[code] ?? BY_NAME[name] ?? (isForeign(error) ? "no DynamoDB" : undefined);
  const isLost = CONNECTION_LOST.has(code) || CONNECTION_LOST.has(name);
  // Whoever was there before is waited for longer, and told by how often.
  if (isLost && attemptsOf(error) > FIRST_ATTEMPTS) return unreachable(at.name, told, attemptsOf(error), error);
  if (cause !== undefined) {
    const { problem, remedy, passes }: Explanation<Place> = CAUSES[cause];
    return because(`${problem(at)} (${told})`, remedy(at), passes);
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
