/** Connections that end, or do not, and what is left of them. */
import { once } from "node:events";
import { createServer, connect as dial, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { connect } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { listening } from "../../../support/listening.ts";
import { query } from "../../../support/migration.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

it("one that does not answer when it is ended is cut, and nobody waits for it", async () => {
  const { hostname, port } = new URL(database.url);
  // Lets everything through but the end.
  const held: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (client) => {
    held.push(client);
    const upstream = dial(Number(port), hostname);
    for (const socket of [client, upstream]) socket.on("error", () => undefined);
    client.on("data", (data) => upstream.write(data));
    upstream.on("data", (data) => client.write(data));
    client.on("close", () => upstream.destroy());
  });
  const url = new URL(database.url);
  url.port = String(await listening(server));
  const session = await connect(url.href, "test");
  await session.close();
  expect(session.broken).toBe(true);
  for (const client of held) client.destroy();
  server.close();
  await once(server, "close");
});

it("one that was ended by the server fails its next statement as lost, and not the process", async () => {
  const session = await connect(database.url, "test");
  await query(
    database.url,
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  await expect.poll(() => session.broken).toBe(true);
  await expect(session.query("select 1")).rejects.toMatchObject({ code: "target-lost" });
  await session.close();
});

it("a statement whose process has gone is ended by the server, with the locks it holds", async () => {
  const session = await connect(database.url, "gone");
  await session.query("select pg_advisory_lock(7)");
  const asked = session.query("select pg_sleep(60)").catch(() => undefined);
  const there = () => query(database.url, "select from pg_locks where locktype = 'advisory' and objid = 7");
  await expect.poll(there).toHaveLength(1);
  await session.close();
  await asked;
  await expect.poll(there).toHaveLength(0);
});

it("a database that only reads says what to do about it", async () => {
  await query(
    database.url,
    `alter database ${new URL(database.url).pathname.slice(1)} set default_transaction_read_only = on`,
  );
  await expect(connect(database.url, "test")).rejects.toMatchObject({
    code: "target-unreachable",
    findings: [expect.objectContaining({ remedy: expect.stringContaining("default_transaction_read_only") })],
  });
});
