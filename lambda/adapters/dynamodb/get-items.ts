/** Keys → the items a table has now, strongly consistent, whatever the service leaves unprocessed on the way. */
import { setTimeout as sleep } from "node:timers/promises";
import { BatchGetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Item } from "../../domain/decode/attribute.ts";
import { pauseMs } from "../../domain/pause.ts";
import { answerAsWritten } from "./answer.ts";
import { keyFrom, keyToSdk, unitsIn } from "./attribute-codec.ts";
import { unreachable } from "./errors.ts";
import { itemsIn } from "./items-in.ts";
import type { ReadBudget } from "./read-budget.ts";

/** What one request may ask for. */
const BATCH = 100;
/** Rounds without a single item before giving up: with doubling pauses, about a minute. */
const FRUITLESS = 12;
const PAUSES = { firstMs: 50, longestMs: 100_000 };

interface Batch {
  /** One list: one table is asked. */
  readonly Responses: Readonly<Record<string, readonly unknown[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys: readonly unknown[] }>>;
  readonly ConsumedCapacity?: unknown;
}

const isRecord = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === "object" && json !== null && !Array.isArray(json);

const isBatch = (json: unknown): json is Batch =>
  isRecord(json) &&
  isRecord(json.Responses) &&
  Object.values(json.Responses).every(Array.isArray) &&
  (json.UnprocessedKeys === undefined ||
    (isRecord(json.UnprocessedKeys) &&
      Object.values(json.UnprocessedKeys).every((open) => isRecord(open) && Array.isArray(open.Keys))));

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
  let open: readonly Item[] = keys;
  for (let fruitless = 0; open.length > 0; ) {
    const turn = await budget.turn();
    const RequestItems = { [table]: { ConsistentRead: true, Keys: open.map(keyToSdk) } };
    const command = new BatchGetItemCommand({ RequestItems, ReturnConsumedCapacity: "TOTAL" });
    const answer = answerAsWritten(command, isBatch);
    await client.send(command);
    const { Responses, UnprocessedKeys = {}, ConsumedCapacity } = answer().json;
    const items = Object.values(Responses).flatMap((list) => itemsIn(answer(), list));
    budget.spend(turn, unitsIn(ConsumedCapacity), items.length);
    found.push(...items);
    open = Object.values(UnprocessedKeys).flatMap(({ Keys }) => Keys.map(keyFrom));
    fruitless = items.length === 0 ? fruitless + 1 : 0;
    if (fruitless > FRUITLESS) throw unreachable(table, "every key left unprocessed", fruitless);
    if (items.length === 0 && open.length > 0) await sleep(pauseMs(PAUSES, fruitless - 1));
  }
  return found;
}
