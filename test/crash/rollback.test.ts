/** I12: a rollback that loses its connection on the way, or has a repair beside it, ends as one that was left alone. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { expect, it } from "vitest";
import { load, openTarget } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { versionsByItem } from "../../lambda/domain/decode/copies.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { must } from "../../lambda/domain/must.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { createDatabase } from "../support/database.ts";
import { ledgerOf, linesOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, queries, query } from "../support/migration.ts";
import { cutAt, proxied } from "../support/tcp-proxy.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";

const tables = defineTables({
  users: { id: text().primaryKey(), email: text().unique() },
  pets: { id: text().primaryKey(), owner: text().references("users") },
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("User", { pk: "U#{id}" }, ({ key, attr }) => [into("users", { id: key.id, email: attr("v") })]),
  item("Pet", { pk: "P#{id}" }, ({ key, attr }) => [into("pets", { id: key.id, owner: attr("v") })]),
]);
const schema = { tables, items };
/** The mapping of the run that stays: the second makes a table of its own beside it. */
const users = defineTables({ users: { id: text().primaryKey(), email: text().unique() } });
const alone = {
  tables: users,
  items: defineItems(users, { keys: { pk: "PK" } }, ({ item, into }) => [
    item("User", { pk: "U#{id}" }, ({ key, attr }) => [into("users", { id: key.id, email: attr("v") })]),
  ]),
};
const item = (PK: string, v: string): Item => ({ PK: { S: PK }, v: { S: v } });

/** Two runs: one that stays, on a table that was there before, and the one that is taken back. */
async function prepared() {
  const database = await createDatabase();
  const { url } = database;
  await query(url, "create table users (id text primary key, email text not null)");
  const first = memorySource([item("U#1", "a")], "memory:first");
  await migrateTrial({ url, schema: alone, source: first });
  const second = memorySource([item("U#2", "b"), item("P#2", "2")], "memory:second");
  await migrateTrial({ url, schema, source: second });
  return database;
}

const LEFT = [
  "select id, email from users order by id",
  "select to_regclass('pets')::text as pets",
  "select conname, convalidated from pg_constraint where contype in ('f', 'u') and connamespace = 'public'::regnamespace order by 1",
  "select indexname from pg_indexes where schemaname = 'public' order by 1",
];
const left = async (url: string) => [
  ...(await queries(url, LEFT)),
  await ledgerOf(url, "runs", "contributions", "built"),
];

/** Primes, so that cuts fall on other statements in each round of a loop. */
const EVERY = IS_THOROUGH ? 2 : 7;

it(`I12: cut off at one message in ${EVERY}, which is delivered and never answered`, async () => {
  await using before = await prepared();
  await using quiet = await createDatabase(before);
  await runRollback({ target: quiet.url, schema, force: false });
  const expected = await left(quiet.url);
  expect(expected[0]).toEqual([{ id: "1", email: "a" }]);
  let cuts = 0;
  for (let at = 1; ; at += EVERY) {
    await using database = await createDatabase(before);
    const { proxy, through } = await proxied(database);
    await using _ = proxy;
    const isCut = cutAt(proxy, at);
    // A connection that is cut before the target was ever reached is told at once; the operator asks again.
    await runRollback({ target: through, schema, force: false }).catch(() => undefined);
    if (!isCut()) break;
    cuts += 1;
    const runs = await linesOf<{ source: string }>(database.url, "runs");
    if (runs.some(({ source }) => source === "memory:second"))
      await runRollback({ target: database.url, schema, force: false });
    expect([at, await left(database.url)]).toEqual([at, expected]);
  }
  process.stdout.write(`cut off at ${cuts} places\n`);
  expect(cuts).toBeGreaterThan(IS_THOROUGH ? 20 : 6);
});

/** Returns when so many sessions of a database wait for a lock. */
async function waiting(url: string, sessions: number): Promise<void> {
  const sql = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  while ((await query(url, sql)).length < sessions) await sleep(10);
}

it("I12: a repair that is about to write is waited for, and what it wrote goes too", async () => {
  await using database = await createDatabase();
  const { url } = database;
  await query(url, "create table users (id text primary key, email text not null)");
  const list = [item("U#1", "a"), item("P#1", "1")];
  await migrateTrial({ url, schema, items: list });
  await query(url, "alter table pets drop constraint pets_owner_fkey; delete from users");
  // Inserts wait for whoever holds this lock.
  await query(
    url,
    "create function wait() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(4711); return new; end $$",
  );
  await query(url, "create trigger wait before insert on users for each row execute function wait()");
  const mapping = load(schema);
  await using target = openTarget(url, mapping);
  const { run } = await target.repairs.begin(must((await target.runs.list())[0], "there is a run"), false);
  const damaged = await target.repairs.next(run);
  const decode = decoder(mapping, { source: run.source, expiredAt: run.expiredAt });
  const now = versionsByItem(list.map((each) => decode({ item: each })));
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  await holder.query("select pg_advisory_lock(4711)");
  const mending = target.repairs.mend(run, damaged, now);
  await waiting(url, 1);
  const rolling = runRollback({ target: url, schema, force: true });
  await waiting(url, 2);
  await holder.end();
  expect((await mending).rows).toBe(1);
  expect((await rolling).removed).toEqual({ users: 1 });
  expect(await query(url, "select from users")).toEqual([]);
  expect(await linesOf(url, "runs")).toEqual([]);
});
