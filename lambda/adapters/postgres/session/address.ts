/**
 * A target's URL → where its connection really goes, read by the driver itself: host, port and user may stand in the URL, in
 * its query or in the environment, percent-encoded or as a socket's folder. What is decided by host is decided by that one.
 */
import pg from "pg";
import { MigrationError } from "../../../domain/migration-error.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  readonly ssl: pg.ClientConfig["ssl"];
  /** Whether a token signs in, and no password. */
  readonly isIam: boolean;
  /** Whether TLS begins without asking the server first. */
  readonly isDirectTls: boolean;
  /** What an operator asks the server for, in the URL or by PGOPTIONS. */
  readonly options: string | undefined;
  /** An operator's own bound for waiting on locks, in the URL. */
  readonly lockTimeout: string | undefined;
  /** For messages: no user and no password. */
  readonly place: string;
}

const SPELLING = "write postgres://USER@HOST:PORT/DATABASE";
const refused = (problem: string, remedy = SPELLING, cause?: unknown): MigrationError =>
  new MigrationError("settings", problem, remedy, { cause });

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1"]);

/** What the driver knows; with any other word it would fail in the middle of a handshake, or go on in plain text. */
const TLS_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  sslmode: new Set(["disable", "prefer", "require", "verify-ca", "verify-full", "no-verify"]),
  ssl: new Set(["true", "1", "0", "no-verify"]),
};

/** What to write in place of another word. */
const USUAL_TLS: Readonly<Record<string, string>> = { sslmode: "?sslmode=verify-full", ssl: "?ssl=true" };

/** Reads a URL before anything is opened. Throws MigrationError `settings`; the URL may hold a password and is not repeated. */
export function addressOf(url: string): Address {
  if (url === "embedded") {
    const problem = "embedded is a database of migrate's own, which is gone when that ends";
    throw refused(problem, "migrate into a database of yours, and name that: postgres://…");
  }
  if (!URL.canParse(url)) throw refused("the target is not a URL");
  const { protocol, pathname, searchParams } = new URL(url);
  if (!["postgres:", "postgresql:"].includes(protocol) || pathname.length < 2)
    throw refused("the target is not a Postgres URL with a database");
  const said = (name: string): string | undefined => searchParams.get(name) || undefined;
  for (const [name, words] of Object.entries(TLS_WORDS)) {
    const word = said(name);
    if (word !== undefined && !words.has(word))
      throw refused(
        `the target's ${name} is none of ${[...words].join(", ")}`,
        `write ${USUAL_TLS[name]}, or leave it out: TLS is on and verified for every host but this machine`,
      );
  }
  if (said("hostaddr") !== undefined)
    throw refused("the target says hostaddr, which is not known", "name the address as its host");
  const client = driverOf(url);
  const { host, port, database = "", password, user } = client;
  if (host.includes(",")) throw refused("the target names several hosts", "name the one that writes");
  if (!Number.isInteger(port)) throw refused("the target's port is no number");
  // A socket in a folder knows no TLS, and never leaves the machine.
  const isLocal = host.startsWith("/") || LOOPBACK.has(host.toLowerCase());
  const saysTls = ["sslmode", "ssl", "sslcert", "sslkey", "sslrootcert"].some((name) => said(name) !== undefined);
  return {
    ...{
      host,
      port,
      database,
      user,
      password,
      options: said("options") ?? process.env.PGOPTIONS,
      lockTimeout: said("lock_timeout"),
    },
    isIam: said("auth") === "iam",
    isDirectTls: said("sslnegotiation") === "direct",
    ssl: isLocal || saysTls ? client.ssl : { rejectUnauthorized: true },
    place: `${host.startsWith("/") ? host : `${host.includes(":") ? `[${host}]` : host}:${port}`}/${database}`,
  };
}

/** A client that connects to nothing: the one way to ask the driver what it makes of a URL. */
function driverOf(url: string): pg.Client {
  try {
    return new pg.Client({ connectionString: url });
  } catch (cause) {
    const problem = "the driver cannot use the target as it is written, or a file that it names for TLS";
    throw refused(problem, "correct sslrootcert, sslcert, sslkey and the like, or leave them out", cause);
  }
}
