/** Why a connection could not be had → one cause, told in a sentence, and what to type. What the server said itself stands in the cause only: it may be in any language. */
import pg from "pg";
import type { Explanation } from "../../../domain/explanation.ts";
import { MigrationError } from "../../../domain/migration-error.ts";
import { shell } from "../../../domain/typed.ts";
import type { Address } from "./address.ts";
import { codeOf, isConnectionLost } from "./errors.ts";
import { quote } from "./sql.ts";
import { withoutValues } from "./telling.ts";

/** Aurora takes up to half a minute to resume from zero; a connection waits for it, and for nothing longer. */
export const CONNECT_SECONDS = 45;

/** What the server is asked by somebody who may. */
const psql = ({ host, port, database }: Address, statement: string): string =>
  shell("psql", "-h", host, "-p", String(port), "-d", database, "-U", "ADMIN", "-c", statement);
const openssl = ({ host, port }: Address): string =>
  shell("openssl", "s_client", "-starttls", "postgres", "-connect", `${host}:${port}`);
const roleOf = ({ user }: Address): string => user ?? "this user";
/** The target as it would be typed, without its password. */
const target = ({ user, host, port, database }: Address, more: string): string => {
  const sign = user === undefined ? "" : `${encodeURIComponent(user)}@`;
  const at = host.includes(":") ? `[${host}]` : host.startsWith("/") ? encodeURIComponent(host) : host;
  return shell("--target", `postgres://${sign}${at}:${port}/${encodeURIComponent(database)}?${more}`);
};
const isOfRds = ({ host }: Address): boolean => /\.rds\.amazonaws\.com(\.cn)?$/.test(host);
const RDS_BUNDLE = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem";

const CAUSES = {
  closed: {
    problem: () => "nothing listens there",
    remedy: ({ host, port }) =>
      `start the server, or correct host and port of the target, until this says that it accepts connections: ${shell("pg_isready", "-h", host, "-p", String(port))}`,
    passes: true,
  },
  "no way": {
    problem: () => "no way of the network leads there",
    remedy: ({ host, port }) =>
      `connect to its network (a VPN, a tunnel), until this succeeds: ${shell("nc", "-zv", host, String(port))}`,
    passes: true,
  },
  "no host": {
    problem: ({ host }) => `nobody knows a host ${host}`,
    remedy: ({ host }) =>
      `correct the host in the target, or connect to the network that knows it, until this gives an address: ${shell("getent", "hosts", host)}`,
  },
  "name server": {
    problem: ({ host }) => `the name server does not answer for ${host}`,
    remedy: ({ host }) =>
      `connect to the network that knows the host, until this gives an address: ${shell("getent", "hosts", host)}`,
    passes: true,
  },
  silent: {
    problem: () => `it has not answered within ${CONNECT_SECONDS} s`,
    remedy: ({ host, port }) =>
      `let a firewall or a security group on the way pass it, and look at the server, until this succeeds: ${shell("pg_isready", "-h", host, "-p", String(port))}`,
    passes: true,
  },
  "hung up": {
    problem: () => "the connection was ended before Postgres had let anybody in",
    remedy: ({ host, port }) =>
      `look at what stands there, and at its log, until this says that it accepts connections: ${shell("pg_isready", "-h", host, "-p", String(port))}`,
    passes: true,
  },
  "no Postgres": {
    problem: () => "what answers there is no Postgres",
    remedy: (at) => `correct host and port: ${shell("--target", `postgres://USER@HOST:5432/${at.database}`)}`,
  },
  "no database": {
    problem: ({ database }) => `there is no database ${quote(database)}`,
    remedy: (at) =>
      `correct the name at the end of the target, or make the database: ${shell("createdb", "-h", at.host, "-p", String(at.port), "-U", "ADMIN", at.database)}`,
  },
  "no user": {
    problem: (at) => `there is no user ${quote(roleOf(at))} who may log in`,
    remedy: (at) =>
      `correct the user in the target, or make it: ${shell("createuser", "-h", at.host, "-p", String(at.port), "-U", "ADMIN", "--pwprompt", roleOf(at))}`,
  },
  "no password": {
    problem: (at) => `the server wants a password of ${quote(roleOf(at))}, and none is given`,
    remedy: () => "let the target, ~/.pgpass or the environment give it: export PGPASSWORD=PASSWORD",
  },
  "wrong password": {
    problem: (at) => `the password of ${quote(roleOf(at))} is another one`,
    remedy: () =>
      "correct it; in the target what is no letter or digit has to be percent-encoded, in the environment it stands as it is: export PGPASSWORD=PASSWORD",
  },
  "token refused": {
    problem: (at) => `the server takes no IAM token for ${quote(roleOf(at))}`,
    remedy: (at) =>
      `allow rds-db:connect for that user to whoever signs (aws sts get-caller-identity), and let it sign in so: ${psql(at, `grant rds_iam to ${quote(roleOf(at))}`)}`,
  },
  "no token": {
    problem: () => "no IAM token can be signed: there are no credentials for AWS",
    remedy: () => "give some, until this says who you are: aws sts get-caller-identity",
  },
  "not so": {
    problem: (at) => `its pg_hba.conf does not let ${quote(roleOf(at))} in from here`,
    remedy: (at) =>
      `add a line (hostssl ${at.database} ${roleOf(at)} ADDRESS scram-sha-256), then: ${psql(at, "select pg_reload_conf()")}`,
  },
  "not without TLS": {
    problem: (at) => `its pg_hba.conf does not let ${quote(roleOf(at))} in from here without TLS`,
    remedy: (at) => `ask for TLS: ${target(at, "sslmode=verify-full")}`,
  },
  "no TLS": {
    problem: () => "the server has no TLS, and is asked for it",
    remedy: (at) =>
      `switch it on there (ssl = on in postgresql.conf); or, where nobody can listen on the way, do without: ${target(at, "sslmode=disable")}`,
  },
  "unknown CA": {
    problem: () => "its certificate is signed by nobody this machine trusts",
    remedy: (at) =>
      isOfRds(at)
        ? `trust those who sign for RDS: curl -o rds.pem ${RDS_BUNDLE} && export NODE_EXTRA_CA_CERTS="$PWD/rds.pem"`
        : `have its owner give you the certificate of who signed it, and add &sslmode=verify-full&sslrootcert=CA.pem to the target, or: export NODE_EXTRA_CA_CERTS="$PWD/CA.pem"`,
  },
  "other name": {
    problem: ({ host }) => `its certificate is for another host than ${host}`,
    remedy: (at) =>
      `name the host as its certificate does: ${openssl(at)} </dev/null | openssl x509 -noout -ext subjectAltName`,
  },
  "not now": {
    problem: () => "its certificate has run out, or does not hold yet",
    remedy: (at) =>
      `have it renewed, or set this machine's clock: ${openssl(at)} </dev/null | openssl x509 -noout -dates`,
  },
  "broken TLS": {
    problem: () => "it does not come to terms on TLS",
    remedy: (at) => `see what it offers, and correct its configuration or the target's: ${openssl(at)}`,
  },
  full: {
    problem: () => "it has no connection left for this user",
    remedy: (at) =>
      `ask for fewer (--concurrency 1), or end those that nobody needs: ${psql(at, "select pid, usename, application_name, state from pg_stat_activity")}`,
    passes: true,
  },
  starting: {
    problem: () => "it is starting, or shutting down",
    remedy: ({ host, port }) =>
      `wait until this says that it accepts connections: ${shell("pg_isready", "-h", host, "-p", String(port))}`,
    passes: true,
  },
  "read-only": {
    problem: () => "it only reads",
    remedy: (at) =>
      `name the server that writes; where a role or a database has default_transaction_read_only, reset it: ${psql(at, `alter role ${quote(roleOf(at))} reset default_transaction_read_only`)}`,
    passes: true,
  },
  "not allowed": {
    problem: (at) => `${quote(roleOf(at))} may not connect to the database ${quote(at.database)}`,
    remedy: (at) => `allow it: ${psql(at, `grant connect on database ${quote(at.database)} to ${quote(roleOf(at))}`)}`,
  },
  pooler: {
    problem: () => "what answers there does not take what a connection asks for when it begins, as a pooler does",
    remedy: () =>
      `name the server itself as the target, not a pooler before it: --target postgres://USER@SERVER:5432/DATABASE`,
  },
} as const satisfies Record<string, Explanation<Address>>;

type CauseName = keyof typeof CAUSES;

/** By SQLSTATE, where needed with the server's own name for the place it stands at; by the system's or OpenSSL's code. */
const BY_CODE: Readonly<Record<string, CauseName>> = {
  ECONNREFUSED: "closed",
  // A socket's folder without a socket.
  ENOENT: "closed",
  EHOSTUNREACH: "no way",
  ENETUNREACH: "no way",
  ENOTFOUND: "no host",
  EAI_AGAIN: "name server",
  ETIMEDOUT: "silent",
  ECONNRESET: "hung up",
  EPIPE: "hung up",
  "3D000": "no database",
  "28000 InitializeSessionUserId": "no user",
  "28000 ClientAuthentication": "not so",
  "28000": "wrong password",
  "28P01": "wrong password",
  "42501": "not allowed",
  "53300": "full",
  "57P03": "starting",
  "25006": "read-only",
  "08P01": "pooler",
  "0A000": "pooler",
  CredentialsProviderError: "no token",
  TokenProviderError: "no token",
  DEPTH_ZERO_SELF_SIGNED_CERT: "unknown CA",
  SELF_SIGNED_CERT_IN_CHAIN: "unknown CA",
  UNABLE_TO_GET_ISSUER_CERT: "unknown CA",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown CA",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown CA",
  ERR_TLS_CERT_ALTNAME_INVALID: "other name",
  CERT_HAS_EXPIRED: "not now",
  CERT_NOT_YET_VALID: "not now",
  EPROTO: "broken TLS",
};

const NO_POSTGRES = "an answer that is none of Postgres'";

/** The driver has no code for these, and its words are its own in every language. */
const BY_WORDS: readonly (readonly [RegExp, CauseName])[] = [
  [/does not support SSL/, "no TLS"],
  [/establishing an SSL connection/, "no Postgres"],
  [new RegExp(NO_POSTGRES), "no Postgres"],
  [/password must be a/i, "no password"],
  [/^Connection terminated/, "hung up"],
];

/** What a server sends first: an answer to the question for TLS, or a message with its length. Everything else speaks otherwise. */
export function isOfPostgres(first: Buffer): boolean {
  if (first.length === 1) return "SN".includes(first.toString("latin1"));
  return "RENv".includes(first.toString("latin1", 0, 1)) && (first.length < 5 || first.readUInt32BE(1) < 30_000);
}

/** What the driver is told where it would go on waiting. */
export const noPostgres = (): Error => new Error(NO_POSTGRES);
export const silent = (): Error => Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });

function codesOf(error: Error): string[] {
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code === undefined) return [error.name];
  return error instanceof pg.DatabaseError ? [`${code} ${error.routine}`, code] : [code];
}

function causeOf(error: Error, { ssl, password, isIam }: Address): CauseName | undefined {
  const [, said] = BY_WORDS.find(([pattern]) => pattern.test(error.message)) ?? [];
  const found = codesOf(error).flatMap((code) => BY_CODE[code] ?? [])[0] ?? said;
  if (found === "wrong password" && isIam) return "token refused";
  if (found === "wrong password" && !password) return "no password";
  if (found === "not so" && ssl === false) return "not without TLS";
  return found;
}

/** What nobody has foreseen is told by its code alone: the words may quote anything. */
const UNFORESEEN: Explanation<Address> = {
  problem: () => "it failed",
  remedy: ({ host, port }) =>
    `look at the server's log, and whether it takes others: ${shell("pg_isready", "-h", host, "-p", String(port))}`,
};

/** A connection that could not be had, told to an operator. */
export function unreachable(at: Address, error: unknown): MigrationError {
  const cause = withoutValues(error);
  const name = error instanceof Error ? causeOf(error, at) : undefined;
  const { problem, remedy, passes }: Explanation<Address> = name === undefined ? UNFORESEEN : CAUSES[name];
  const code = codeOf(error);
  return new MigrationError(
    passes === true || isConnectionLost(error) ? "target-unreachable" : "target-unusable",
    `cannot connect to Postgres at ${at.place}: ${problem(at)}${code === undefined ? "" : ` (${code})`}`,
    remedy(at),
    { cause },
  );
}
