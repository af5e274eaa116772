/** A database of a test's own, made and dropped in milliseconds. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  /** Drops the database. Throws where a connection to it was left open: a leak is a fault of the code under test. */
  drop(): Promise<void>;
}

async function admin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: inject("postgresUrl") });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await admin((client) => client.query(`create database ${name}`));
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    const leaked = await leakedConnections(url.href);
    await admin((client) => client.query(`drop database if exists ${name} with (force)`));
    if (leaked > 0) throw new Error(`${leaked} connections to the database were left open`);
  };
  return { url: url.href, drop, [Symbol.asyncDispose]: drop };
}

/** Connections to a database that are still open. A backend takes a moment to notice that its client has gone. */
export async function leakedConnections(url: string): Promise<number> {
  const name = new URL(url).pathname.slice(1);
  return admin(async (client) => {
    for (let attempt = 1; ; attempt += 1) {
      const { rows } = await client.query<{ count: string }>(
        "select count(*) from pg_stat_activity where datname = $1",
        [name],
      );
      const count = Number(rows[0]?.count ?? 0);
      if (count === 0 || attempt === 1_200) return count;
      await client.query("select pg_sleep(0.05)");
    }
  });
}
