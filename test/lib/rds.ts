/**
 * A PostgreSQL with what RDS has beside: a master who is no superuser and still may give and take what IAM signs in, and rules of
 * who may sign in by which IAM comes before a password.
 */
import { readFile, writeFile } from "node:fs/promises";
import pg from "pg";
import { startPostgres } from "../../bin/embedded/postgres.ts";

type Rows = Record<string, unknown>[];

export interface Rds {
  urlOf(database: string, user?: string): string;
  /** As the server's superuser, whom RDS keeps to itself. */
  query(sql: string, database?: string): Promise<Rows>;
  /** In the database `app` as somebody, one statement after another. */
  as(user: string, ...statements: readonly string[]): Promise<Rows>;
  /** As the function signs in: what it makes is the owner's. */
  migrating<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** No such right can be had elsewhere without being a member: a procedure of the superuser's stands in for it. */
export const asOnRds = (sql: string): string =>
  sql
    .replace(/\bgrant rds_iam to (\w+);/g, "call rds.grant_iam('$1');")
    .replace(/\brevoke rds_iam from (\w+);/g, "call rds.revoke_iam('$1');");

const IN_DATABASE = `
  create schema rds; grant usage on schema rds to public;
  create procedure rds.grant_iam(who text) security definer language plpgsql as $$ begin execute format('grant rds_iam to %I', who); end $$;
  create procedure rds.revoke_iam(who text) security definer language plpgsql as $$ begin execute format('revoke rds_iam from %I', who); end $$;
`;

export async function startRds(): Promise<Rds> {
  const server = await startPostgres();
  const urlOf = (database: string, user?: string): string => {
    const url = new URL(server.url);
    url.pathname = `/${database}`;
    if (user !== undefined) url.username = user;
    return url.href;
  };
  const connected = async <T>(config: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client(config);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const query = async (sql: string, database = "postgres"): Promise<Rows> =>
    connected({ connectionString: urlOf(database) }, async (client) => (await client.query(sql)).rows);
  await query("create role rds_iam nologin; create role master login createrole createdb");
  await query("create database app owner master");
  await query(IN_DATABASE, "app");
  // Members of `rds_iam` sign in by a token only. Nobody has one here: the migrator is let in, and all others of them are not.
  const [file] = await query("select setting as path from pg_settings where name = 'hba_file'");
  const path = String(file?.path);
  const rules = await readFile(path, "utf8");
  await writeFile(path, `host all migrator all trust\nhost all +rds_iam all reject\n${rules}`);
  await query("select pg_reload_conf()");
  return {
    urlOf,
    query,
    as: (user, ...statements) =>
      connected({ connectionString: urlOf("app", user) }, async (client) => {
        let rows: Rows = [];
        for (const statement of statements) ({ rows } = await client.query(asOnRds(statement)));
        return rows;
      }),
    migrating: (work) => connected({ connectionString: urlOf("app", "migrator"), options: "-c role=app_owner" }, work),
    stop: () => server.stop(),
  };
}
