/** The parameters of the cluster, on a real server whose log is read: whatever goes wrong, no value of a row is in it. */
import pg from "pg";
import { expect, it } from "vitest";
import { startPostgres } from "../../bin/embedded/postgres.ts";
import { QUIET } from "../../lib/database.ts";

const SECRET = "jane@example.org";
/** What somebody may have set for a day of debugging, and what Postgres does of itself. */
const LOUD = { log_statement: "all", log_min_duration_statement: "0", log_parameter_max_length_on_error: "-1" };

/** Each writes the value down in another place: the statement, the parameters, the detail, the message, the context. */
const FAULTS: readonly (readonly [sql: string, ...values: string[]])[] = [
  [`select '${SECRET}'`],
  ["select $1::text", SECRET],
  ["select $1::text::integer", SECRET],
  [`select '${SECRET}'::integer`],
  ["insert into users values ($1), ($1)", SECRET],
  ["insert into users select null where $1 = $1", SECRET],
  [`do $$ begin raise exception '${SECRET}'; end $$`],
  [`do $$ begin raise warning '${SECRET}'; end $$`],
];

async function logOf(settings: Readonly<Record<string, string>>): Promise<string> {
  const server = await startPostgres({ settings });
  const client = new pg.Client(server.url);
  await client.connect();
  try {
    await client.query("create table users (email text primary key)");
    for (const [text, ...values] of FAULTS) await client.query({ text, values }).catch(() => undefined);
  } finally {
    await client.end();
    await server.stop();
  }
  return server.log();
}

it("no value of a row is in the log, and what is not about rows is", async () => {
  const log = await logOf(QUIET);
  expect(log).toContain("ready to accept connections");
  expect(log).not.toContain(SECRET);
});

it.each([
  ["what Postgres does of itself", {}],
  ["what may be set while something is looked for", LOUD],
  ["all but the level of messages", { ...QUIET, log_min_messages: "warning" }],
])("would be, with %s", async (_, settings) => {
  expect(await logOf(settings)).toContain(SECRET);
});
