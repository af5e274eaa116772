/**
 * What an item takes: a table of the sample is migrated twice, in a few rounds, and the median of the processor seconds of each stage
 * divided by the items. Writes `lambda/domain/estimate/rates.ts`, on which every estimate rests: node test/bench/rates.bench.ts [ITEMS] [ROUNDS]. Linux.
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
import { type Cost, medianCost } from "./measure/cost.ts";
import { ask, startEngine } from "./measure/engine.ts";

const [, , ITEMS = 100_000, ROUNDS = 3] = process.argv.map(Number);
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

interface Round {
  readonly first: Cost;
  readonly second: Cost;
  /** Bytes of the database when the first pass has ended, and of its log until then. */
  readonly stored: number;
  readonly logged: number;
}

/** Two passes into a fresh cluster. */
async function round(source: string): Promise<Round> {
  await using engine = await startEngine();
  const asked = async (bytes: string): Promise<number> => {
    const [row] = await ask<{ bytes: string }>(engine.url, `select ${bytes} as bytes`);
    return Number(must(row, "a question of one row").bytes);
  };
  const written = () => asked("pg_current_wal_lsn() - '0/0'::pg_lsn");
  const before = await written();
  const first = await migrate(engine, source);
  const logged = (await written()) - before;
  const stored = await asked("pg_database_size(current_database())");
  return { first, second: await migrate(engine, source), stored, logged };
}

const folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-rates-"));
try {
  const lines = join(folder, "items.jsonl");
  await writeItems(lines, sampleItems({ items: ITEMS, seed: 1, now: new Date() }));
  await using table = await cannedTable(lines);
  const rounds: Round[] = [];
  for (let at = 0; at < ROUNDS; at += 1) rounds.push(await round(sourceAt(table)));
  const [one, ...others] = rounds;
  const { stored, logged } = must(one, "there is a round");
  const pass = (which: "first" | "second"): Cost =>
    medianCost([must(one, "there is a round")[which], ...others.map((each) => each[which])]);
  const [first, second] = [pass("first"), pass("second")];
  const [cpu] = cpus();
  const rates = {
    measured: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpu?.model ?? "a processor"}, Node ${process.versions.node}`,
    items: first.items,
    rounds: rounds.length,
    item: { bytes: await bytesOf(), rows: Number((first.rows / first.items).toFixed(2)) },
    first: perItem(first),
    second: perItem(second),
    stored: Math.round(stored / first.items),
    logged: Math.round(logged / first.items),
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
