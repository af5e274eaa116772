/** A pooler between a run and Postgres: noticed by what it does to sessions, refused where it shares them, told where it pins them. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { connect } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { keepsSessions } from "../../../../lambda/adapters/postgres/session/pooler.ts";
import { load, openTarget } from "../../../../lambda/compose.ts";
import { decoder } from "../../../../lambda/domain/decode/decoder.ts";
import { partsOf } from "../../../../lambda/domain/decode/mapping-parts.ts";
import { must } from "../../../../lambda/domain/must.ts";
import { pageWrite } from "../../../../lambda/pipeline/page-write.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { listening } from "../../../support/listening.ts";
import { migrateTrial, query } from "../../../support/migration.ts";
import { GOOD, owner, schema } from "../../../support/pets.ts";
import { type Pooler, pooler } from "../../../support/pooler.ts";

let database: TestDatabase;
let pool: Pooler;
beforeEach(async () => {
  database = await createDatabase();
  pool = await pooler(database.url);
  return async () => {
    await pool[Symbol.asyncDispose]();
    await database.drop();
  };
});

const behind = (more = ""): string => {
  const url = new URL(database.url);
  [url.hostname, url.port] = ["127.0.0.1", String(pool.port)];
  return `${url.href}${more}`;
};
const schemas = () => query(database.url, "select nspname from pg_namespace where nspname !~ '^pg_|^information'");

describe("I11: a pooler that gives each transaction another backend", () => {
  it.each(["last", "turn"] as const)("is refused before anything is written, giving out the %s one", async (order) => {
    pool.order = order;
    await expect(migrateTrial({ url: behind(), schema, items: GOOD })).rejects.toMatchObject({
      code: "target-pooled",
      findings: [expect.objectContaining({ remedy: expect.stringContaining("pool_mode = session") })],
    });
    expect(await schemas()).toEqual([{ nspname: "public" }]);
  });

  it("is noticed by what it does alone, and a server is not taken for one", async () => {
    expect(await keepsSessions(() => connect(behind(), "test"))).toBe(false);
    pool.order = "turn";
    expect(await keepsSessions(() => connect(behind(), "test"))).toBe(false);
    // The twin.
    expect(await keepsSessions(() => connect(database.url, "test"))).toBe(true);
  });

  it("that begins to do so in the middle of a run has no page committed, and the lock is what decides", async () => {
    pool.mode = "session";
    const mapping = load(schema);
    await using target = openTarget(behind(), mapping);
    const run = await target.runs.open({
      ...{ source: "memory:test", mapping: "m", parts: partsOf(mapping), remap: false, now: new Date() },
    });
    await target.tables.prepare(run);
    await target.queue.plan(run, ["a", "b"]);
    const decode = decoder(mapping, { source: "memory:test", expiredAt: 0n });
    const page = (id: string) => pageWrite({ records: [{ item: owner(id) }], next: id }, decode);
    const one = must(await target.queue.claim(run), "the first unit");
    const other = must(await target.queue.claim(run), "the second unit");
    await one.commit(page("1"));
    pool.mode = "transaction";
    // Whoever ends a transaction first gives its backend, with its lock, to whoever asks next.
    await other.commit(page("2"));
    await one.commit(page("3"));
    const [first, second] = await Promise.allSettled([other.commit(page("4")), one.commit(page("5"))]);
    const refusals = [first, second].filter((is) => is.status === "rejected");
    expect(refusals.length).toBeGreaterThan(0);
    for (const { reason } of refusals) expect(reason).toMatchObject({ code: "target-pooled" });
    await one.release().catch(() => undefined);
    await other.release().catch(() => undefined);
  });
});

describe("a pooler that keeps sessions", () => {
  beforeEach(() => {
    pool.mode = "session";
  });

  it("works, and is told", async () => {
    await using target = openTarget(behind(), load(schema));
    const { findings, warnings } = await target.tables.check("memory:test");
    expect(findings).toEqual([]);
    expect(warnings).toEqual([expect.objectContaining({ where: "the connection" })]);
    expect((await migrateTrial({ url: behind(), schema, items: GOOD })).verdict).toBe("verified");
  });

  it("works also where it takes no options, but drops none that an operator asked for", async () => {
    pool.refuses = "options";
    expect((await migrateTrial({ url: behind(), schema, items: GOOD })).verdict).toBe("verified");
    await expect(migrateTrial({ url: behind("?options=-c%20lock_timeout%3D5s"), schema })).rejects.toMatchObject({
      code: "target-unusable",
      findings: [expect.objectContaining({ remedy: expect.stringContaining("pooler") })],
    });
  });
});

it("no pooler is told where there is none", async () => {
  await using target = openTarget(database.url, load(schema));
  expect((await target.tables.check("memory:test")).warnings).toEqual([]);
});

const PGBOUNCER = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].find((file) => {
  try {
    execFileSync(file, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

describe.skipIf(PGBOUNCER === undefined)("PgBouncer, where it is installed", () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  async function bouncer(mode: string, more: readonly string[] = []): Promise<string> {
    const { hostname, port, username } = new URL(inject("postgresUrl"));
    const folder = await mkdtemp(join(tmpdir(), "pooler-"));
    const probe = createServer();
    const own = await listening(probe);
    await new Promise((closed) => probe.close(closed));
    const settings = [
      ...["[databases]", `* = host=${hostname} port=${port} user=${username}`, "[pgbouncer]", "listen_addr=127.0.0.1"],
      ...[
        `listen_port=${own}`,
        "unix_socket_dir=",
        "auth_type=any",
        `pool_mode=${mode}`,
        "default_pool_size=8",
        ...more,
      ],
    ];
    await writeFile(join(folder, "ini"), settings.join("\n"));
    const isRoot = process.getuid?.() === 0;
    const nobody = { uid: 65_534, gid: 65_534 };
    if (isRoot) await chown(folder, nobody.uid, nobody.gid);
    const child = spawn(must(PGBOUNCER, "it was looked for"), ["-q", join(folder, "ini")], {
      stdio: "ignore",
      ...(isRoot ? nobody : {}),
    });
    // It may have ended by itself by then.
    const ended = once(child, "exit");
    stops.push(async () => {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    });
    await expect
      .poll(
        () =>
          new Promise<boolean>((done) => {
            const socket = dial(own, "127.0.0.1", () => done(socket.end() !== undefined));
            socket.on("error", () => done(false));
          }),
      )
      .toBe(true);
    const url = new URL(database.url);
    [url.hostname, url.port] = ["127.0.0.1", String(own)];
    return url.href;
  }

  it.each([
    ["as it comes", []],
    ["with server_round_robin", ["server_round_robin=1"]],
    ["with options let through", ["ignore_startup_parameters=options,extra_float_digits"]],
    ["with a single connection", ["default_pool_size=1"]],
  ])("I11: in transaction mode, %s, is refused before anything is written", async (_, more) => {
    const url = await bouncer("transaction", more);
    await expect(migrateTrial({ url, schema, items: GOOD })).rejects.toMatchObject({ code: "target-pooled" });
    expect(await schemas()).toEqual([{ nspname: "public" }]);
  });

  it("I11: in statement mode is refused", async () => {
    await expect(migrateTrial({ url: await bouncer("statement"), schema, items: GOOD })).rejects.toMatchObject({
      code: expect.stringMatching(/^target-/),
    });
  });

  it("in session mode works", async () => {
    const report = await migrateTrial({
      ...{ url: await bouncer("session"), schema, items: GOOD, options: { concurrency: 2 } },
    });
    expect(report.verdict).toBe("verified");
  });
});
