/** Keys → the items a table has now, strongly consistent, whatever the service leaves unprocessed on the way. */
import { setTimeout as sleep } from "node:timers/promises";
import { BatchGetItemCommand, type DynamoDBClient, type KeysAndAttributes } from "@aws-sdk/client-dynamodb";
import type { Item } from "../../domain/attribute.ts";
import { fromSdk, keyToSdk } from "./attribute-codec.ts";
import { unreachable } from "./errors.ts";
import type { ReadBudget } from "./read-budget.ts";

/** What one request may ask for. */
const BATCH = 100;
/** Rounds without a single item before giving up: with doubling pauses, about a minute. */
const FRUITLESS = 12;

/** No two keys may be alike: the service refuses a request that names one twice. */
export async function getItems(
  client: DynamoDBClient,
  table: string,
  keys: readonly Item[],
  budget: ReadBudget,
): Promise<Item[]> {
  const found: Item[] = [];
  for (let from = 0; from < keys.length; from += BATCH) {
    found.push(...(await getBatch(client, table, keys.slice(from, from + BATCH), budget)));
  }
  return found;
}

async function getBatch(
  client: DynamoDBClient,
  table: string,
  keys: readonly Item[],
  budget: ReadBudget,
): Promise<Item[]> {
  const found: Item[] = [];
  let open: Record<string, KeysAndAttributes> = { [table]: { ConsistentRead: true, Keys: keys.map(keyToSdk) } };
  for (let fruitless = 0; Object.keys(open).length > 0; ) {
    await budget.wait(new AbortController().signal);
    const answer = await client.send(new BatchGetItemCommand({ RequestItems: open, ReturnConsumedCapacity: "TOTAL" }));
    const items = answer.Responses?.[table] ?? [];
    for (const { CapacityUnits = 0 } of answer.ConsumedCapacity ?? []) budget.spend(CapacityUnits);
    found.push(...items.map(fromSdk));
    open = answer.UnprocessedKeys ?? {};
    fruitless = items.length === 0 ? fruitless + 1 : 0;
    if (fruitless > FRUITLESS) throw unreachable(table, "every key left unprocessed", fruitless);
    if (items.length === 0 && Object.keys(open).length > 0) await sleep(Math.random() * 25 * 2 ** fruitless);
  }
  return found;
}
