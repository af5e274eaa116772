/**
 * I3, I4: the process is killed outright, wherever it happens to be, again and again; run again until it ends, it leaves the
 * whole database, ledger included, as if nothing had been. `TEST_CRASH_ROUNDS` says how often all of it is done.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { tables } from "../../schema/tables.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { ledgerOf, progressOn } from "../support/ledger.ts";
import { dump, query } from "../support/migration.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";

const root = resolve(import.meta.dirname, "../..");
const ROUNDS = Number(process.env.TEST_CRASH_ROUNDS ?? 1);
const [ITEMS, UNITS] = IS_THOROUGH ? [4_000, 64] : [1_200, 24];
const COPY_KILLS = IS_THOROUGH ? 21 : 7;
/** In every other phase, of every round. */
const PHASE_KILLS = 2;
/** A phase has begun when it is seen; the kill follows within so many milliseconds. */
const SOON = 40;

let folder: string;
let file: string;
let whole: TestDatabase;
let expected: Set<string>;
/** Kills by what the ledger says of the run after them. */
const landed = new Map<string, number>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-kill-"));
  file = join(folder, "items.jsonl");
  const sample = sampleItems({ items: ITEMS, seed: 11, now: new Date() });
  const lines = function* () {
    for (const item of sample) yield `{"Item":${toDynamoDbJson(item)}}\n`;
  };
  await pipeline(lines, createWriteStream(file));
  whole = await createDatabase();
  expect(await ended(start(whole.url, "migrate"))).toBe(0);
  expected = await everything(whole.url);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await whole.drop();
});

const names = Object.keys(tables);
const LEDGER = [
  "runs",
  "units",
  "contributions",
  "passes",
  "parked",
  "seen",
  "quarantine",
  "made tables",
  "built",
  "damage",
] as const;
const CATALOGUE = [
  `select conrelid::regclass::text as at, conname, convalidated from pg_constraint where connamespace = 'public'::regnamespace`,
  "select indexname from pg_indexes where schemaname = 'public'",
];

/** Every row of every table and of the ledger, a line each. */
async function everything(url: string): Promise<Set<string>> {
  const lines = new Set<string>();
  for (const [table, rows] of Object.entries(await dump(url, names)))
    for (const row of rows) lines.add(`${table} ${row}`);
  for (const [part, kept] of Object.entries(await ledgerOf(url, ...LEDGER)))
    for (const line of kept ?? []) lines.add(`${part}: ${JSON.stringify(line)}`);
  for (const sql of CATALOGUE)
    for (const { line } of await query<{ line: string }>(url, `select t::text as line from (${sql}) t`))
      lines.add(`${sql}: ${line}`);
  return lines;
}

/** What one has and the other has not; nothing where they are equal. */
async function differences(url: string): Promise<object> {
  const real = await everything(url);
  return { lost: [...expected.difference(real)], added: [...real.difference(expected)] };
}
const NONE = { lost: [], added: [] };

function start(url: string, verb: "migrate" | "repair" | "rollback"): ChildProcess {
  const copying = ["--source", `file:${file}`, "--units", String(UNITS), "--concurrency", "2"];
  return spawn(
    process.execPath,
    [
      "bin/cli.ts",
      verb,
      "--target",
      url,
      ...(verb === "migrate" ? copying : []),
      ...(verb === "rollback" ? ["--yes"] : ["--seed", "1"]),
    ],
    { cwd: root, stdio: "ignore" },
  );
}

const ended = async (child: ChildProcess): Promise<unknown> => (await once(child, "exit"))[0];

class Watched implements AsyncDisposable {
  readonly #client: pg.Client;
  private constructor(client: pg.Client) {
    this.#client = client;
  }
  static async open(url: string): Promise<Watched> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new Watched(client);
  }

  /** Where the run is, and how many of its pages are committed. */
  async state(): Promise<{ phase: string; pages: number }> {
    return progressOn((sql) => this.#client.query(sql));
  }

  /** Whether the ledger is being made in this moment, under the migrator's lock on one number, or is there. */
  async isMigrating(): Promise<boolean> {
    const { rowCount } = await this.#client.query(
      `select from pg_locks where locktype = 'advisory' and objsubid = 1
         and database = (select oid from pg_database where datname = current_database())
       union all select where to_regnamespace('migration_ledger') is not null`,
    );
    return rowCount !== 0;
  }

  /** Kills a process as soon as something is so, and notes where that was. */
  async kill(child: ChildProcess, isTime: () => Promise<boolean>, soon = SOON): Promise<void> {
    const exit = ended(child);
    while (child.exitCode === null && !(await isTime())) await sleep(4);
    await sleep(Math.random() * soon);
    child.kill("SIGKILL");
    await exit;
    if (child.signalCode !== "SIGKILL") return;
    const { phase, pages } = await this.state();
    const where = phase !== "copy" ? phase : pages === 0 ? "copy, before the first page" : "copy, between two pages";
    landed.set(where, (landed.get(where) ?? 0) + 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}

/** Runs a verb until it is over; each kill leaves something for the next. */
async function killIn(
  watched: Watched,
  url: string,
  verb: "migrate" | "repair" | "rollback",
  phase: string,
): Promise<void> {
  for (let kill = 0; kill < PHASE_KILLS; kill += 1)
    await watched.kill(start(url, verb), async () => (await watched.state()).phase === phase);
}

describe.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))("round %i", (round) => {
  it("I3, I4: killed in every phase, and the database is what an uninterrupted run makes it", async () => {
    await using database = await createDatabase();
    const { url } = database;
    await using watched = await Watched.open(url);
    await watched.kill(start(url, "migrate"), () => watched.isMigrating());
    for (let kill = 0; kill < COPY_KILLS; kill += 1) {
      // Each one is killed when it has moved on by at least a page; the first one of each round by none.
      const { pages: before } = await watched.state();
      const goal = kill === 0 ? before : before + 1 + (kill % 2);
      await watched.kill(start(url, "migrate"), async () => (await watched.state()).pages >= goal, 10);
    }
    await killIn(watched, url, "migrate", "build");
    await killIn(watched, url, "migrate", "verify");
    // A kill behind the last commit ends the pass: going on would begin the next one.
    if ((await watched.state()).phase !== "ended") expect(await ended(start(url, "migrate"))).toBe(0);
    expect(await differences(url)).toEqual(NONE);

    await query(url, "alter table file_versions drop constraint file_versions_file_id_fkey");
    await query(url, "delete from file_versions where position % 2 = 0");
    await query(url, "delete from file_tags");
    await killIn(watched, url, "repair", "repair");
    expect(await ended(start(url, "repair"))).toBe(0);
    expect(await differences(url)).toEqual(NONE);

    await killIn(watched, url, "rollback", "rollback");
    expect([0, 3]).toContain(await ended(start(url, "rollback")));
    const left = await query(url, "select relname from pg_class where relnamespace = 'public'::regnamespace");
    expect(left).toEqual([]);
    expect(await ledgerOf(url, "runs", "contributions")).toEqual({ runs: [], contributions: [] });
    process.stdout.write(`round ${round} of ${ROUNDS}: equal to the uninterrupted run, 0 lost, 0 doubled\n`);
  });
});

it("the kills landed all over", () => {
  const total = [...landed.values()].reduce((sum, kills) => sum + kills, 0);
  const lines = [...landed].map(([where, kills]) => `  ${String(kills).padStart(4)}  ${where}`);
  process.stdout.write(`${total} processes killed, by where the run was then:\n${lines.join("\n")}\n`);
  const between = landed.get("copy, between two pages") ?? 0;
  expect(between).toBeGreaterThanOrEqual(ROUNDS * (COPY_KILLS - 2));
  expect(total).toBeGreaterThanOrEqual(ROUNDS * (COPY_KILLS + 4));
  for (const phase of ["ledger", "build", "verify", "repair", "rollback"]) {
    // The ledger is made in one transaction: a kill in its midst leaves nothing.
    const reached = [...landed.keys()].some((where) => where === phase || (phase === "ledger" && where === "nothing"));
    // One round may miss a phase that takes a few milliseconds; all of them together must not.
    if (ROUNDS > 4) expect([phase, reached]).toEqual([phase, true]);
  }
});
