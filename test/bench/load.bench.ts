/**
 * How many workers one process should have: the sample copied with 1, 2, 4 and 8 of them in one run, in turns, so that what
 * else the machine does falls on all alike. Prints seconds and the ratio to one worker.
 */
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { startPostgres } from "../../bin/embedded/postgres.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { runMigration } from "../../lambda/verbs/migrate.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";

const ITEMS = 20_000;
const WORKERS = [1, 2, 4, 8];
const ROUNDS = 3;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

await using cleanup = new AsyncDisposableStack();
const folder = cleanup.adopt(await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-bench-")), (path) =>
  rm(path, { recursive: true }),
);
const postgres = cleanup.adopt(await startPostgres(), (server) => server.stop());
const file = join(folder, "items.jsonl");
const sample = sampleItems({ items: ITEMS, seed: 1, now: new Date() });
await pipeline(function* () {
  for (const item of sample) yield `{"Item":${toDynamoDbJson(item)}}\n`;
}, createWriteStream(file));

async function copySeconds(workers: number, name: string): Promise<number> {
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const target = postgres.url.replace(/postgres$/, name);
  const task = {
    source: `file:${file}`,
    target,
    schema: { tables, items },
    options: { concurrency: workers, units: 16, sample: 0 },
  };
  const { report } = await runMigration(task, {
    progress: { tell: () => undefined },
    signal: new AbortController().signal,
  });
  await admin.query(`drop database ${name} with (force)`);
  await admin.end();
  return (report.timings.copy ?? Number.NaN) / 1000;
}

const seconds = new Map<number, number[]>(WORKERS.map((workers) => [workers, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const workers of WORKERS) seconds.get(workers)?.push(await copySeconds(workers, `bench_${round}_${workers}`));
}
const one = median(seconds.get(1) ?? []);
for (const [workers, times] of seconds) {
  const time = median(times);
  process.stdout.write(`${workers} workers: ${time.toFixed(2)} s, ${(time / one).toFixed(2)} of one worker's\n`);
}
