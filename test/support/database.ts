/** A database of a test's own, made and dropped in milliseconds. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { expect, inject } from "vitest";
import { atFileEnd } from "./file-end.ts";

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  /** Drops the database. Throws where a connection to it was left open: a leak is a fault of the code under test. */
  drop(): Promise<void>;
}

/** One connection of a file's own, for what can only be done from another database. */
let connected: Promise<pg.Client> | undefined;

async function admin(): Promise<pg.Client> {
  connected ??= (async () => {
    const client = new pg.Client({ connectionString: inject("postgresUrl") });
    // A server that is ended behind its back is told by the next query.
    client.on("error", () => undefined);
    await client.connect();
    atFileEnd(async () => {
      connected = undefined;
      await client.end();
    });
    return client;
  })();
  return await connected;
}

type Place = Pick<TestDatabase, "url">;

async function create(name: string, like: Place | undefined): Promise<void> {
  if (like !== undefined) expect(await leakedConnections(like.url)).toBe(0);
  const template = like === undefined ? "" : ` template ${nameOf(like.url)}`;
  await (await admin()).query(`create database ${name}${template} strategy file_copy`);
}

/** An empty database, or one that begins as another one stands, to which nothing is connected then. */
export async function createDatabase(like?: Place): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await create(name, like);
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    const leaked = await leakedConnections(url.href);
    await (await admin()).query(`drop database if exists ${name} with (force)`);
    if (leaked > 0) throw new Error(`${leaked} connections to the database were left open`);
  };
  return { url: url.href, drop, [Symbol.asyncDispose]: drop };
}

/** Makes a database to which nothing is connected anew, as another one stands. */
export async function becomeLike(url: string, like: Place): Promise<void> {
  await (await admin()).query(`drop database ${nameOf(url)}`);
  await create(nameOf(url), like);
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

/** Connections to a database that are still open. A backend takes a moment to notice that its client has gone. */
export async function leakedConnections(url: string): Promise<number> {
  const name = nameOf(url);
  const client = await admin();
  for (let attempt = 1; ; attempt += 1) {
    const { rows } = await client.query<{ count: string }>("select count(*) from pg_stat_activity where datname = $1", [
      name,
    ]);
    const count = Number(rows[0]?.count ?? 0);
    if (count === 0 || attempt === 1_200) return count;
    await client.query("select pg_sleep(0.05)");
  }
}
