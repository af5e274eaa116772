/** I3, I4: the process is killed outright, twenty times, wherever it happens to be; run again it ends as if nothing had been. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { toDynamoDbJson } from "../../lambda/domain/dynamodb-json.ts";
import { tables } from "../../schema/tables.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { dump, query } from "../support/migration.ts";

const root = resolve(import.meta.dirname, "../..");
const KILLS = 20;
const UNITS = 64;
const ITEMS = 6_000;

let folder: string;
let file: string;
let killed: TestDatabase;
let whole: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-kill-"));
  file = join(folder, "items.jsonl");
  const sample = sampleItems({ items: ITEMS, seed: 11, now: new Date() });
  const lines = function* () {
    for (const item of sample) yield `{"Item":${toDynamoDbJson(item)}}\n`;
  };
  await pipeline(lines, createWriteStream(file));
  [killed, whole] = [await createDatabase(), await createDatabase()];
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await killed.drop();
  await whole.drop();
});

const start = (url: string) =>
  spawn(
    process.execPath,
    [
      "bin/cli.ts",
      "migrate",
      "--source",
      `file:${file}`,
      "--target",
      url,
      "--units",
      String(UNITS),
      "--concurrency",
      "2",
    ],
    {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
    },
  );

/** Pages committed so far; 0 before there is a ledger. */
async function committed(client: pg.Client): Promise<number> {
  const { rows: found } = await client.query("select to_regclass('migration_ledger.unit') is not null as there");
  if (found[0]?.there !== true) return 0;
  const { rows } = await client.query("select coalesce(sum(pages), 0)::int as pages from migration_ledger.unit");
  return rows[0]?.pages ?? 0;
}

it(`I3, I4: ${KILLS} kills, and the tables are what an uninterrupted run makes them`, {
  timeout: 240_000,
}, async () => {
  const watcher = new pg.Client({ connectionString: killed.url });
  await watcher.connect();
  const landed: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const process_ = start(killed.url);
    const exit = once(process_, "exit");
    // Each one is killed when it has moved on by at least a page, the first ones by none.
    const before = await committed(watcher);
    const goal = kill < 2 ? before : before + 1 + (kill % 2);
    while ((await committed(watcher)) < goal && process_.exitCode === null) await sleep(1);
    process_.kill("SIGKILL");
    await exit;
    landed.push(await committed(watcher));
  }
  await watcher.end();
  const total =
    (await query<{ units: number }>(killed.url, "select count(*)::int as units from migration_ledger.unit"))[0]
      ?.units ?? 0;
  const between = landed.filter((pages) => pages > 0 && pages < total).length;
  process.stdout.write(`pages committed when each kill landed, of ${total}: ${landed.join(" ")}\n`);
  expect(between).toBeGreaterThanOrEqual(15);

  const [exit] = await once(start(killed.url), "exit");
  expect(exit).toBe(0);
  const [uninterrupted] = await once(start(whole.url), "exit");
  expect(uninterrupted).toBe(0);
  const names = Object.keys(tables);
  expect(await dump(killed.url, names)).toEqual(await dump(whole.url, names));
  const audit =
    "select tbl, facet, key, entity, row_fp, item_fp, source from migration_ledger.audit order by 1, 2, 3, 7";
  expect(await query(killed.url, audit)).toEqual(await query(whole.url, audit));
});
