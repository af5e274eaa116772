/** Whatever may be wrong with a target → one cause, and what to type. One server with all of its doors, and some that are none. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttp } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type EmbeddedPostgres, startPostgres } from "../../bin/embedded/postgres.ts";
import { must } from "../../lambda/domain/must.ts";
import type { ProgressEvent } from "../../lambda/ports/progress.ts";
import { runStatus } from "../../lambda/verbs/status.ts";
import { listening } from "../support/listening.ts";
import { query } from "../support/migration.ts";
import { refusal, remedyOf } from "../support/refusal.ts";
import { CERTIFICATE, EXPIRED, type TlsFront, tlsFront } from "../support/tls-front.ts";

/** Who may come in how. */
const DOORS = `
host all onlytls all reject
host all asked all scram-sha-256
host all old all md5
host all clear all password
host all all all trust
`;
const MADE = [
  ...["asked", "old", "clear"].map((role) => `create role ${role} login password 'right'`),
  ...["onlytls", "outside", "looker"].map((role) => `create role ${role} login`),
  "create role crowded login connection limit 0",
  "create role reading login",
  "alter role reading set default_transaction_read_only = on",
  "create database closed",
  "revoke connect on database closed from public",
];

let folder: string;
let server: EmbeddedPostgres;
let tls: TlsFront;
let expired: TlsFront;
const others: Server[] = [];
const guests = new Set<Socket>();

const noting = (guest: Socket): Socket => {
  guests.add(guest.on("error", () => undefined));
  return guest;
};
async function other(made: Server): Promise<number> {
  others.push(made);
  return listening(made);
}
const saying = (greeting: string) => createServer((guest) => void noting(guest).write(greeting));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postgres-errors-"));
  // The server may be run by another user than the tests.
  const doors = join(await mkdtemp("/tmp/postgres-doors-"), "hba");
  await writeFile(doors, DOORS);
  execFileSync("chmod", ["-R", "a+rX", join(doors, "..")]);
  server = await startPostgres({ settings: { hba_file: doors } });
  await rm(join(doors, ".."), { recursive: true });
  for (const sql of MADE) await query(server.url, sql);
  [tls, expired] = [await tlsFront(server.url), await tlsFront(server.url, EXPIRED)];
  await writeFile(join(folder, "ca.pem"), CERTIFICATE);
  await writeFile(join(folder, "old.pem"), EXPIRED);
});
afterAll(async () => {
  for (const guest of guests) guest.destroy();
  for (const each of others) each.close();
  await tls[Symbol.asyncDispose]();
  await expired[Symbol.asyncDispose]();
  await server.stop();
  await rm(folder, { recursive: true });
});

const portOf = () => new URL(server.url).port;
const to = (user: string, database = "postgres", more = "") =>
  `postgres://${user}@127.0.0.1:${portOf()}/${database}${more}`;
const at = (port: number, more = "") => `postgres://postgres@127.0.0.1:${port}/postgres${more}`;

const told = (url: string) => refusal(() => runStatus(url));
type Case = readonly [what: string, url: () => string | Promise<string>, problem: RegExp, remedy: RegExp];

const CASES: readonly Case[] = [
  ["a port where nothing listens", () => at(1), /nothing listens/, /pg_isready -h 127\.0\.0\.1 -p 1$/],
  ["the same by both addresses of a name", () => "postgres://localhost:1/x", /nothing listens/, /-h localhost -p 1$/],
  [
    "a host nobody knows",
    () => "postgres://nowhere.invalid/x",
    /host nowhere\.invalid|name server/,
    /getent hosts nowhere\.invalid$/,
  ],
  [
    "a socket that is not there",
    () => "postgres:///x?host=/nowhere",
    /nothing listens/,
    /pg_isready -h \/nowhere -p 5432$/,
  ],
  [
    "a database that is not there",
    () => to("postgres", "no one's"),
    /no database "no one's"/,
    /createdb -h 127\.0\.0\.1 -p \d+ -U ADMIN 'no one'\\''s'$/,
  ],
  ["a user who is not there", () => to("nobody"), /no user "nobody"/, /createuser .* nobody$/],
  ["a user who may not log in", () => to("pg_monitor"), /no user "pg_monitor" who may log in/, /createuser/],
  ...["asked", "old", "clear"].map(
    (user): Case => [
      `no password for ${user}`,
      () => to(user),
      /wants a password of "\w+", and none is given/,
      /export PGPASSWORD=PASSWORD$/,
    ],
  ),
  ...["asked", "old", "clear"].map(
    (user): Case => [
      `a wrong password for ${user}`,
      () => to(`${user}:wrong`),
      /password of "\w+" is another one/,
      /export PGPASSWORD=PASSWORD$/,
    ],
  ),
  [
    "a user whom nobody lets in in the clear",
    () => to("onlytls"),
    /does not let "onlytls" in from here without TLS/,
    /--target 'postgres:\/\/onlytls@127\.0\.0\.1:\d+\/postgres\?sslmode=verify-full'$/,
  ],
  [
    "a server without TLS that is asked for it",
    () => to("postgres", "postgres", "?sslmode=require"),
    /has no TLS/,
    /--target 'postgres:\/\/postgres@127\.0\.0\.1:\d+\/postgres\?sslmode=disable'$/,
  ],
  [
    "a certificate that signed itself",
    () => at(tls.port, "?sslmode=verify-full"),
    /signed by nobody this machine trusts/,
    /export NODE_EXTRA_CA_CERTS="\$PWD\/CA\.pem"$/,
  ],
  [
    "a certificate for another name",
    () => `postgres://localhost:${tls.port}/x?sslrootcert=${folder}/ca.pem`,
    /for another host than localhost/,
    /openssl s_client .* -ext subjectAltName$/,
  ],
  [
    "a certificate that has run out",
    () => at(expired.port, `?sslrootcert=${folder}/old.pem`),
    /run out/,
    /openssl x509 -noout -dates$/,
  ],
  [
    "a word for sslmode that is none",
    () => at(1, "?sslmode=allow"),
    /sslmode is none of disable/,
    /\?sslmode=verify-full/,
  ],
  [
    "a database that lets nobody in",
    () => to("looker", "closed"),
    /"looker" may not connect/,
    /psql .* 'grant connect on database "closed" to "looker"'$/,
  ],
  ["no connection left", () => to("crowded"), /no connection left/, /pg_stat_activity'$/],
  [
    "a server that only reads",
    () => to("reading"),
    /only reads/,
    /'alter role "reading" reset default_transaction_read_only'$/,
  ],
  [
    "a web server",
    async () => at(await other(createHttp((_, out) => out.end()))),
    /no Postgres/,
    /postgres:\/\/USER@HOST:5432\/postgres$/,
  ],
  [
    "a web server that is asked for TLS",
    async () => at(await other(createHttp((_, out) => out.end())), "?sslmode=verify-full"),
    /no Postgres/,
    /5432/,
  ],
  [
    "something that greets, as a shell of another machine",
    async () => at(await other(saying("SSH-2.0-OpenSSH_9.2\r\n"))),
    /no Postgres/,
    /5432/,
  ],
  [
    "something whose greeting begins as an error does",
    async () => at(await other(saying("Enter your name:\r\n"))),
    /no Postgres/,
    /5432/,
  ],
  [
    "a token that is not taken",
    () => to("asked", "postgres", "?auth=iam"),
    /takes no IAM token for "asked"/,
    /-c 'grant rds_iam to "asked"'$/,
  ],
  [
    "something that lets in and puts out",
    async () => at(await other(createServer((guest) => noting(guest).end()))),
    /ended before/,
    /pg_isready/,
  ],
];

it.each(CASES)("%s has one cause and one remedy", async (_, url, problem, remedy) => {
  const error = await told(await url());
  expect(error.message).toMatch(problem);
  expect(remedyOf(error)).toMatch(remedy);
  expect(error.code).toMatch(/^(target-un|settings)/);
  // What stands in a URL beside its address is nobody's business.
  expect(`${error.message} ${remedyOf(error)}`).not.toMatch(/wrong@|:wrong|check that/);
});

it.each([
  ["reading", "postgres"],
  ["looker", "closed"],
])("the statement that %s is told to have carried out is the one that helps", async (user, database) => {
  const error = await told(to(user, database));
  const [, statement] = /-c '(.*)'$/.exec(remedyOf(error)) ?? [];
  await query(server.url, must(statement, "it ends in a statement"));
  await expect(runStatus(to(user, database))).rejects.toMatchObject({ code: "no-run" });
});

it("a certificate that is named is trusted, and so is the server behind it", async () => {
  const url = at(tls.port, `?sslmode=verify-full&sslrootcert=${folder}/ca.pem`);
  await expect(runStatus(url)).rejects.toMatchObject({ code: "no-run" });
});

describe("a server that accepts and never answers", () => {
  it.each([
    ["at all", () => saying("")],
    // A question for TLS is answered, the start is not.
    ["after its first byte", () => createServer((guest) => void noting(guest).once("data", () => guest.write("N")))],
  ])("%s is told after a second, and given up after 45", async (_, made) => {
    const url = at(await other(made()));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const heard: ProgressEvent[] = [];
      const asked = refusal(() => runStatus(url, undefined, undefined, { tell: (event) => heard.push(event) }));
      await vi.advanceTimersByTimeAsync(900);
      expect(heard).toEqual([]);
      await vi.advanceTimersByTimeAsync(200);
      const place = url.slice(url.indexOf("127"));
      expect(heard).toEqual([{ kind: "connecting", to: `Postgres at ${place}`, seconds: 45 }]);
      await vi.advanceTimersByTimeAsync(45_000);
      const error = await asked;
      expect(error.message).toContain("has not answered within 45 s");
      expect(heard).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

it("on the screen stands the refusal, its remedy, and nothing of the driver's; and whom the environment trusts is trusted", async () => {
  const words = ["bin/cli.ts", "status", "--target", at(tls.port, "?sslmode=prefer")];
  const command = spawn(process.execPath, [...process.execArgv, ...words], {
    cwd: resolve(import.meta.dirname, "../.."),
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") },
  });
  const said = await text(command.stderr);
  expect(said.split("\n").filter((line) => !line.startsWith("connecting to"))).toEqual([
    "REFUSED  there is no migration in this database",
    expect.stringMatching(/^ {2}→ /),
    "",
  ]);
});

it("where nobody is known to AWS, no token can be signed, and that is told", async () => {
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
  for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/dev/null");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  try {
    const error = await told(to("asked", "postgres", "?auth=iam"));
    expect(error.message).toContain("no IAM token can be signed");
    expect(remedyOf(error)).toMatch(/aws sts get-caller-identity$/);
  } finally {
    vi.unstubAllEnvs();
  }
});

it("a password never stands in what is told", async () => {
  const client = new pg.Client({ connectionString: to("asked:right") });
  await client.connect();
  await client.end();
  for (const url of [to("asked:hidden"), to("onlytls:hidden"), to("asked:hidden", "postgres", "?sslmode=require")]) {
    const error = await told(url);
    expect(JSON.stringify([error.message, error.findings, String(error.cause)])).not.toContain("hidden");
  }
});
