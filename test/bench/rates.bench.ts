/**
 * What an item takes: a table of the sample is migrated twice, and the processor seconds of each stage are divided by the items. Writes
 * `lambda/domain/estimate/rates.ts`, on which every estimate rests: node test/bench/rates.bench.ts [ITEMS]. Linux.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { startDynamoDb } from "../../bin/embedded/dynamodb.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { dynamoDbSource } from "../../lambda/adapters/dynamodb/source.ts";
import { must } from "../../lambda/domain/must.ts";
import { migrate } from "./contestants/migrate.ts";
import { cannedTable, sourceAt } from "./contestants/scans.ts";
import { writeItems } from "./inputs/sample.ts";
import type { Cost } from "./measure/cost.ts";
import { ask, startEngine } from "./measure/engine.ts";

const ITEMS = Number(process.argv[2] ?? 100_000);
/** Of which the size is asked: the embedded server is slow to fill. */
const SIZED = 2_000;
const UNIT_BYTES = 4_096;

/** An item's bytes as DynamoDB counts them: by what reading takes. */
async function bytesOf(): Promise<number> {
  const server = await startDynamoDb();
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "embedded", AWS_SECRET_ACCESS_KEY: "embedded" });
  const client = new DynamoDBClient(server);
  try {
    await createSampleTable(client, "sized");
    await fillTable(client, "sized", sampleItems({ items: SIZED, seed: 1, now: new Date() }));
    await using source = dynamoDbSource({ table: "sized", ...server });
    const [unit = ""] = await source.plan(1);
    await Array.fromAsync(source.read(unit, undefined, new AbortController().signal));
    return Math.round((must(source.spent, "a table counts").units * UNIT_BYTES) / SIZED);
  } finally {
    client.destroy();
    await server.stop();
  }
}

/** Microseconds of a processor an item. */
const perItem = ({ stages, items }: Cost) =>
  Object.fromEntries(
    Object.entries(stages).map(([stage, { client, postgres }]) => {
      const micros = (seconds: number): number => Number(((seconds / items) * 1e6).toFixed(1));
      return [stage, { client: micros(client), postgres: micros(postgres) }];
    }),
  );

const folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-rates-"));
try {
  const lines = join(folder, "items.jsonl");
  await writeItems(lines, sampleItems({ items: ITEMS, seed: 1, now: new Date() }));
  await using table = await cannedTable(lines);
  await using engine = await startEngine();
  const written = async (): Promise<number> => {
    const [row] = await ask<{ bytes: string }>(engine.url, "select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes");
    return Number(must(row, "a server has a log").bytes);
  };
  const before = await written();
  const first = await migrate(engine, sourceAt(table));
  const log = (await written()) - before;
  const [size] = await ask<{ bytes: string }>(engine.url, "select pg_database_size(current_database()) as bytes");
  const second = await migrate(engine, sourceAt(table));
  const [cpu] = cpus();
  const rates = {
    measured: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpu?.model ?? "a processor"}, Node ${process.versions.node}`,
    items: first.items,
    item: { bytes: await bytesOf(), rows: Number((first.rows / first.items).toFixed(2)) },
    first: perItem(first),
    second: perItem(second),
    stored: Math.round(Number(must(size, "a database has a size").bytes) / first.items),
    logged: Math.round(log / first.items),
  };
  const text = `/**
 * What an item of the sample takes, in microseconds of a processor (the migration's own and Postgres'), stage by stage, and in bytes. Written by
 * \`node test/bench/rates.bench.ts\`: a table in memory read by Scan, PostgreSQL on the same machine.
 */
export const RATES = ${JSON.stringify(rates, undefined, 2)} as const;
`;
  await writeFile(join(import.meta.dirname, "../../lambda/domain/estimate/rates.ts"), text);
  process.stdout.write(text);
} finally {
  await rm(folder, { recursive: true });
}
