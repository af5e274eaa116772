/**
 * I8: how much memory the runner takes at its highest, with a table and with one of ten times its items. The runner is a
 * process of its own, as on the night; it migrates the small table ten times and the large one once. Items of nearly 400 KB, DynamoDB's limit, and one with 10,000 children are among
 * them. Exits 1 where the larger table takes more than a quarter more.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import pg from "pg";
import { startDynamoDb } from "../../bin/embedded/dynamodb.ts";
import { startPostgres } from "../../bin/embedded/postgres.ts";
import { Drafts } from "../../bin/rehearse/drafts.ts";
import { Random } from "../../bin/rehearse/random.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { fromSdk } from "../../bin/rehearse/wire.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { peakOf } from "../support/peak.ts";

const [ITEMS = 20_000] = process.argv.slice(2).map(Number);
const TIMES = 10;
const MOST = 1.25;
/** One in so many items is a large one. */
const LARGE_EVERY = 200;
const LARGE_BYTES = 390_000;
const CHILDREN = 10_000;

/** So few that a unit of the smaller table is several full pages too: what is compared is the number of pages, not their size. */
const UNITS = "4";

const now = new Date();
const drafts = new Drafts(new Random(1), now.getTime());
const [owner, folder] = ["bench", "folder-bench"];

function* items(count: number): Generator<Item> {
  const sound = [
    drafts.user(owner, owner),
    drafts.folder(owner, folder, undefined),
    drafts.file(folder, id(0), [owner]),
  ];
  yield* [...sound.slice(0, 2), { ...sound[2], Tags: manyTags() }].map(toItem);
  let made = 0;
  for (const item of sampleItems({ items: count, seed: 1, now })) {
    yield item;
    made += 1;
    if (made % LARGE_EVERY === 0) {
      yield toItem({ ...drafts.file(folder, id(made), [owner]), Description: "x".repeat(LARGE_BYTES) });
    }
  }
}

const id = (number: number): string => `be0c0000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const manyTags = () => new Set(Array.from({ length: CHILDREN }, (_, at) => `tag-${at}`));
const toItem = (draft: object): Item => fromSdk(marshall(draft, { removeUndefinedValues: true }));

// The server wants any; the runner inherits them.
Object.assign(process.env, { AWS_ACCESS_KEY_ID: "embedded", AWS_SECRET_ACCESS_KEY: "embedded" });

/** The highest resident memory of some whole migrations of one table, one after the other, in bytes. */
async function peak(count: number, runs: number): Promise<number> {
  await using engines = new AsyncDisposableStack();
  const postgres = engines.adopt(await startPostgres(), (server) => server.stop());
  const { endpoint } = engines.adopt(await startDynamoDb(), (server) => server.stop());
  const client = engines.adopt(new DynamoDBClient({ endpoint, region: "local" }), (open) => open.destroy());
  const admin = engines.adopt(new pg.Client({ connectionString: postgres.url }), (open) => open.end());
  await admin.connect();
  await createSampleTable(client, "bench");
  await fillTable(client, "bench", items(count));
  const source = `dynamodb:bench?endpoint=${endpoint}&region=local`;
  let highest = 0;
  for (let run = 1; run <= runs; run += 1) {
    const name = `bench_${run}`;
    await admin.query(`create database ${name}`);
    const target = postgres.url.replace(/postgres$/, name);
    highest = Math.max(highest, await peakOf(["migrate", "--source", source, "--target", target, "--units", UNITS]));
    await admin.query(`drop database ${name} with (force)`);
  }
  return highest;
}

// As many pages for the one as for the other: the longer one looks, the higher the highest page is.
const small = await peak(ITEMS, TIMES);
tell(ITEMS, small);
const large = await peak(ITEMS * TIMES, 1);
tell(ITEMS * TIMES, large);
process.stdout.write(`${(large / small).toFixed(2)} times the memory for ${TIMES} times the items\n`);
process.exitCode = large / small <= MOST ? 0 : 1;

function tell(count: number, bytes: number): void {
  process.stdout.write(`${count.toLocaleString("en-US")} items: ${Math.round(bytes / 1e6)} MB at most\n`);
}
