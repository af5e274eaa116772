/** Ctrl-C on a real terminal, and its like, in everything a command may be at: it ends soon, says so, and leaves nothing behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { must } from "../../lambda/domain/must.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { listening } from "../support/listening.ts";
import { query } from "../support/migration.ts";
import { otherSession } from "../support/other-session.ts";
import { proxied } from "../support/tcp-proxy.ts";
import { HAS_TERMINALS, onTerminal, type Terminal } from "../support/terminal.ts";

const FIRST = "stopping after this page… press again to end at once";
/** Two seconds, on a machine that does other things, too; a server that does not answer is waited for much longer. */
const SOON_MS = 10_000;

let folder: string;
let source: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stopping-"));
  await chmod(folder, 0o755);
  const file = join(await mkdtemp(join(tmpdir(), "stopping-source-")), "items.jsonl");
  const lines = [...sampleItems({ items: 50, seed: 3, now: new Date() })].map(
    (item) => `{"Item":${toDynamoDbJson(item)}}\n`,
  );
  await writeFile(file, lines.join(""));
  source = `file:${file}`;
  database = await createDatabase();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(join(source.slice("file:".length), ".."), { recursive: true, force: true });
  await database.drop();
});

/** A folder for the engines of one test: what is left of them is no other's. */
async function ownFolder(): Promise<string> {
  const own = await mkdtemp(join(folder, "engines-"));
  // Where the tests run as root the server runs as another user.
  await chmod(own, 0o777);
  return own;
}

/** Something that lets everybody in and answers nobody. */
async function silence() {
  const guests = new Set<{ destroy(): void }>();
  const server = createServer((guest) => guests.add(guest.on("error", () => undefined)));
  const port = await listening(server);
  return {
    port,
    visited: () => expect.poll(() => guests.size).toBeGreaterThan(0),
    [Symbol.asyncDispose]: async () => {
      for (const guest of guests) guest.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Presses Ctrl-C once: all of it ends by itself. */
async function ends(terminal: Terminal): Promise<void> {
  const pressed = performance.now();
  expect(await terminal.interrupt(), terminal.screen()).toBe(true);
  expect(await terminal.ended(), terminal.screen()).toBe(2);
  expect(performance.now() - pressed).toBeLessThan(SOON_MS);
  expect(terminal.screen()).toContain("INCOMPLETE");
  expect(terminal.screen()).not.toMatch(/REFUSED|A bug/);
}

describe.runIf(HAS_TERMINALS)("Ctrl-C on a terminal", () => {
  it.each([
    ["copying", "copying"],
    ["building", "settling rows"],
    ["verifying", "verifying"],
  ])("while it is %s a step that does not end gets no green mark", async (_, step) => {
    await using own = await createDatabase();
    const { proxy, through } = await proxied(own);
    await using _proxy = proxy;
    await using terminal = onTerminal(["migrate", "--source", source, "--target", through]);
    await terminal.shows(step);
    proxy.still = true;
    await ends(terminal);
    expect(terminal.screen()).toContain(FIRST);
    const [, last = ""] = /([✔✖]) [^✔✖]*$/.exec(terminal.screen()) ?? [];
    expect(last).toBe("✖");
    proxy.cut();
  });

  it("while it waits for a lock", async () => {
    await using own = await createDatabase();
    await using terminal = onTerminal(["migrate", "--source", source, "--target", own.url]);
    expect(await terminal.ended(), terminal.screen()).toBe(0);
    expect(terminal.screen()).toContain("✔ verifying");
    await using somebody = await otherSession(own.url);
    await somebody.run("begin; lock table files in access exclusive mode");
    await using again = onTerminal(["migrate", "--source", source, "--target", own.url]);
    await again.shows("waiting for table");
    await ends(again);
  });

  it.each([
    ["a database", (port: number) => ["migrate", "--source", source, "--target", `postgres://u@127.0.0.1:${port}/x`]],
    [
      "a source",
      (port: number) => [
        ...["migrate", "--source", `dynamodb:things?endpoint=http://127.0.0.1:${port}&region=local`],
        ...["--target", database.url],
      ],
    ],
    ["what it only looks at", (port: number) => ["status", "--target", `postgres://u@127.0.0.1:${port}/x`]],
  ])("while %s does not answer", async (_, words) => {
    await using server = await silence();
    await using terminal = onTerminal(words(server.port));
    await Promise.race([server.visited(), terminal.ended().then(() => expect.fail(terminal.screen()))]);
    await ends(terminal);
  });

  it.each(["starting PostgreSQL", "filling the sample table"])(
    "in a rehearsal that is %s, and no engine stays",
    async (step) => {
      const own = await ownFolder();
      await using terminal = onTerminal(["rehearse", "--items", "1500"], { TMPDIR: own });
      await terminal.shows(step);
      await ends(terminal);
      expect(terminal.screen()).not.toContain(`✔ ${step}`);
      await expect.poll(() => readdir(own)).toEqual([]);
    },
  );

  it("pressed again it ends at once", async () => {
    await using server = await silence();
    await using terminal = onTerminal([
      "migrate",
      "--source",
      source,
      "--target",
      `postgres://u@127.0.0.1:${server.port}/x`,
    ]);
    await server.visited();
    expect(await terminal.interrupt()).toBe(true);
    await terminal.shows(FIRST);
    while (await terminal.interrupt()) await sleep(100);
    expect(await terminal.ended(), terminal.screen()).toBe(2);
    expect(terminal.screen()).toContain("INCOMPLETE  ended at once by SIGINT");
  });

  it("a terminal that is closed ends it, too, and no engine stays", async () => {
    const own = await ownFolder();
    await using terminal = onTerminal(["rehearse", "--items", "100", "--keep"], { TMPDIR: own });
    await terminal.shows("until you press Ctrl-C");
    terminal.hangUp();
    await expect.poll(() => readdir(own)).toEqual([]);
  });

  it("where only Ctrl-C is waited for it is the end of what went well", async () => {
    const own = await ownFolder();
    await using terminal = onTerminal(["rehearse", "--items", "100", "--keep"], { TMPDIR: own });
    await terminal.shows("until you press Ctrl-C");
    await terminal.interrupt();
    expect(await terminal.ended(), terminal.screen()).toBe(0);
    expect(terminal.screen()).not.toMatch(/INCOMPLETE|stopping after|✖/);
    await expect.poll(() => readdir(own)).toEqual([]);
  });
});

it.each([
  ["SIGTERM", ["SIGTERM"]],
  ["SIGHUP", ["SIGHUP"]],
  ["SIGINT, of which npm hands on what comes to it", ["SIGINT", "SIGTERM"]],
] as const)("%s, to all of the group, is like one Ctrl-C", async (_, signals) => {
  await using server = await silence();
  const words = ["bin/cli.ts", "migrate", "--source", source, "--target", `postgres://u@127.0.0.1:${server.port}/x`];
  const child = spawn(process.execPath, [...process.execArgv, ...words], {
    cwd: resolve(import.meta.dirname, "../.."),
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await server.visited();
  for (const each of signals) process.kill(-must(child.pid, "it was started"), each);
  expect(await once(child, "close")).toEqual([2, null]);
  expect(said).toContain(FIRST);
  expect(said).toMatch(new RegExp(`INCOMPLETE {2}ended by (${signals.join("|")})\n`));
});

it("the database of the silent source was never begun", async () => {
  expect(await query(database.url, "select from pg_namespace where nspname = 'migration_ledger'")).toEqual([]);
});
