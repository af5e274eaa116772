/** Locks that others hold: waited for with a word about who holds them, not without end, and by the operator's own bound where there is one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withRun } from "../../../../lambda/adapters/postgres/ledger/run/locks.ts";
import { openSessions, type Sessions } from "../../../../lambda/adapters/postgres/session/sessions.ts";
import { load, openTarget } from "../../../../lambda/compose.ts";
import { decoder } from "../../../../lambda/domain/decode/decoder.ts";
import { partsOf } from "../../../../lambda/domain/decode/mapping-parts.ts";
import { must } from "../../../../lambda/domain/must.ts";
import { pageWrite } from "../../../../lambda/pipeline/page-write.ts";
import type { ProgressEvent, Waiting } from "../../../../lambda/ports/progress.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { lockOn } from "../../../support/ledger.ts";
import { query } from "../../../support/migration.ts";
import { owner, schema } from "../../../support/pets.ts";

let database: TestDatabase;
let application: pg.Client;
beforeEach(async () => {
  database = await createDatabase();
  application = new pg.Client({ connectionString: database.url, application_name: "the application" });
  await application.connect();
});
afterEach(async () => {
  await application.end();
  await database.drop();
});

const pidOf = async (client: pg.Client): Promise<number> =>
  (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid ?? 0;

/** A run that has its tables, and a claim on its only unit. */
async function begun(url: string, tell: (event: ProgressEvent) => void = () => undefined) {
  const mapping = load(schema);
  const target = openTarget(url, mapping, { progress: { tell } });
  const run = await target.runs.open({
    ...{ source: "memory:test", mapping: "m", parts: partsOf(mapping), remap: false, now: new Date() },
  });
  await target.tables.prepare(run);
  await target.queue.plan(run, ["a"]);
  const claim = must(await target.queue.claim(run), "the only unit");
  const decode = decoder(mapping, { source: "memory:test", expiredAt: 0n });
  const page = (id: string) => pageWrite({ records: [{ item: owner(id) }], next: id }, decode);
  return { target, claim, page };
}

it("a page that waits for a table says for which, and who holds it, once, and goes on when it is free", async () => {
  const told: Waiting[] = [];
  const { target, claim, page } = await begun(database.url, (event) => {
    if (event.kind === "waiting") told.push(event.waiting);
  });
  await using _ = target;
  const pid = await pidOf(application);
  await application.query("begin; lock table owners in access exclusive mode");
  const committing = claim.commit(page("1"));
  await expect.poll(() => told).not.toEqual([]);
  // Whoever looks twice tells once.
  await application.query("select pg_sleep(2.5)");
  const holder = expect.stringMatching(new RegExp(`^pid ${pid}, the application, (idle in transaction|active)$`));
  expect(told).toEqual([{ what: "table owners", holders: [holder] }]);
  await application.query("commit");
  await committing;
  await claim.release();
  expect(await query(database.url, "select owner_id from owners")).toEqual([{ owner_id: "1" }]);
});

it("several that wait for one holder say it once, and each asks for itself again when it waits anew", async () => {
  const told: Waiting[] = [];
  await using sessions = openSessions(database.url, "several", { waiting: (is) => told.push(is) });
  await sessions.use((session) => session.query("create table things (a int)"));
  const insert = () => sessions.use((session) => session.query("insert into things values (1)"));
  for (const times of [1, 2]) {
    await application.query("begin; lock table things in access exclusive mode");
    const inserts = [insert(), insert(), insert()];
    await application.query("select pg_sleep(3.5)");
    await expect.poll(() => told.length).toBe(times);
    await application.query("commit");
    await Promise.all(inserts);
  }
  expect(new Set(told.map(({ what }) => what))).toEqual(new Set(["table things"]));
});

it("an operator's own lock_timeout is kept, and hitting it is tried again and then refused, with nothing written", async () => {
  const { target, claim, page } = await begun(`${database.url}?lock_timeout=50`);
  await using _ = target;
  await application.query("begin; lock table owners in access exclusive mode");
  await expect(claim.commit(page("1"))).rejects.toMatchObject({
    code: "target-busy",
    findings: [expect.objectContaining({ remedy: expect.stringContaining("pg_terminate_backend") })],
  });
  await application.query("commit");
  expect(await query(database.url, "select from owners")).toEqual([]);
  // The twin: the same page, when nobody is in its way.
  await claim.commit(page("1"));
  await claim.release();
  expect(await query(database.url, "select from owners")).toHaveLength(1);
});

const settingOf = async (sessions: Sessions): Promise<string> =>
  sessions.use(
    async (session) =>
      (await session.query<{ is: string }>("select current_setting('lock_timeout') as is")).rows[0]?.is ?? "",
  );

it("a lock is never waited for without end: by the operator's bound, wherever it stands, or else by this project's", async () => {
  const name = new URL(database.url).pathname.slice(1);
  await using own = openSessions(database.url, "test");
  expect(await settingOf(own)).toBe("10min");
  await using inUrl = openSessions(`${database.url}?lock_timeout=7s`, "test");
  expect(await settingOf(inUrl)).toBe("7s");
  await using inOptions = openSessions(`${database.url}?options=-c%20lock_timeout%3D8s`, "test");
  expect(await settingOf(inOptions)).toBe("8s");
  await query(database.url, `alter database ${name} set lock_timeout = '9s'`);
  await using inDatabase = openSessions(database.url, "test");
  expect(await settingOf(inDatabase)).toBe("9s");
});

it("I11: another process of the migration is waited for whatever the operator's lock_timeout, and then told", async () => {
  await using one = openSessions(database.url, "the first");
  const told: Waiting[] = [];
  await using other = openSessions(`${database.url}?lock_timeout=20`, "the second", {
    longestWait: "4s",
    waiting: (is) => told.push(is),
  });
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((done) => {
    letGo = done;
  });
  let isHeld: () => void = () => undefined;
  const taken = new Promise<void>((done) => {
    isHeld = done;
  });
  const first = one.use((session) =>
    withRun(session, 1, async () => {
      isHeld();
      await held;
    }),
  );
  await taken;
  await expect(other.use((session) => withRun(session, 1, async () => "never"))).rejects.toMatchObject({
    code: "in-use",
    message: expect.stringMatching(
      /^gave up waiting for another process of this migration, held by pid \d+, the first/,
    ),
  });
  expect(told).toEqual([expect.objectContaining({ what: "another process of this migration" })]);
  const second = other.use((session) => withRun(session, 1, async () => settingOf(other)));
  letGo();
  await first;
  // What was said for this one lock does not stay.
  expect(await second).toBe("20ms");
});

it("the command line says on the screen what it waits for", async () => {
  const { target, claim } = await begun(database.url);
  await claim.release();
  await target[Symbol.asyncDispose]();
  await application.query(`begin; ${lockOn("run", "access exclusive")}`);
  const command = spawn(process.execPath, ["bin/cli.ts", "drop-ledger", "--target", database.url], {
    cwd: resolve(import.meta.dirname, "../../../.."),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  command.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(command, "exit");
  await expect.poll(() => said).toMatch(/waiting for table migration_ledger\.run, held by pid \d+, the application/);
  await application.query("commit");
  expect(await ended).toEqual([3, null]);
  expect(said).toContain("REFUSED");
});
