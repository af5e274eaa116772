/** An endpoint and a stream of items → a DynamoDB table that holds them. What it writes is made up: never point it at real data. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  type DynamoDBClient,
  type WriteRequest,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { pauseMs } from "../../lambda/domain/pause.ts";
import { toSdk } from "./wire.ts";

/** BatchWriteItem takes no more (API reference). */
const BATCH = 25;
const IN_FLIGHT = 8;
/** With the pauses between them, nine seconds in all at the most. */
const TRIES = 10;
const PAUSES = { firstMs: 50, longestMs: 2_000 };

/** Creates the sample's table, `PK` and `SK` with one secondary index, and waits until it can be written. */
export async function createSampleTable(client: DynamoDBClient, table: string): Promise<void> {
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: "S" }) as const;
  const key = (pk: string, sk: string) => [
    { AttributeName: pk, KeyType: "HASH" as const },
    { AttributeName: sk, KeyType: "RANGE" as const },
  ];
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["PK", "SK", "GSI1PK", "GSI1SK"].map(text),
      KeySchema: key("PK", "SK"),
      GlobalSecondaryIndexes: [
        { IndexName: "GSI1", KeySchema: key("GSI1PK", "GSI1SK"), Projection: { ProjectionType: "KEYS_ONLY" } },
      ],
    }),
  );
  await waitUntilTableExists({ client, minDelay: 0.1, maxDelay: 1, maxWaitTime: 60 }, { TableName: table });
}

/** Writes every item. `onProgress` hears how many are written so far; on return all of them are. */
export async function fillTable(
  client: DynamoDBClient,
  table: string,
  items: Iterable<Item>,
  onProgress?: (done: number) => void,
): Promise<void> {
  const batches = inBatches(items);
  let done = 0;
  const write = async () => {
    // The writers share one stream: each takes the next batch when it is free.
    for (const batch of batches) {
      await writeBatch(client, table, batch);
      done += batch.length;
      onProgress?.(done);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, write));
}

function* inBatches(items: Iterable<Item>): Generator<readonly Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

async function writeBatch(client: DynamoDBClient, table: string, batch: readonly Item[]): Promise<void> {
  let requests: WriteRequest[] = batch.map((item) => ({ PutRequest: { Item: toSdk(item) } }));
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    if (attempt > 1) await sleep(pauseMs(PAUSES, attempt - 2));
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    requests = UnprocessedItems?.[table] ?? [];
    if (requests.length === 0) return;
  }
  throw new Error(`${table} still refused ${requests.length} items after ${TRIES} tries`);
}
