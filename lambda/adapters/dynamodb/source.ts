/** A DynamoDB table → pages of items, by parallel Scan with strongly consistent reads. A unit is a segment. */
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ScanCommand,
  type ScanCommandOutput,
} from "@aws-sdk/client-dynamodb";
import type { ItemSource, SourceFacts, SourcePage } from "../../ports/source.ts";
import { fromSdk, readCursor, writeCursor } from "./attribute-codec.ts";
import { isNotTold, toMigrationError } from "./errors.ts";
import { type ReadBudget, readBudget } from "./read-budget.ts";

export interface DynamoDbSettings {
  readonly table: string;
  readonly endpoint?: string;
  readonly region?: string;
  /** Read capacity units a second, over all units read by this process. */
  readonly maxReadUnits?: number;
}

/** Throttling, 5xx and resets are retried by the SDK, with backoff and jitter: about half a minute in all. */
const MAX_ATTEMPTS = 10;

interface Segment {
  readonly segment: number;
  readonly of: number;
}

export function dynamoDbSource(settings: DynamoDbSettings): ItemSource & AsyncDisposable {
  const { table, endpoint, region, maxReadUnits } = settings;
  const client = new DynamoDBClient({
    maxAttempts: MAX_ATTEMPTS,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  });
  const place = [region ?? process.env.AWS_REGION ?? "default region", ...(endpoint === undefined ? [] : [endpoint])];
  const name = `dynamodb:${table}@${place.join("@")}`;
  const budget = readBudget(maxReadUnits);
  const told = (error: unknown): never => {
    throw toMigrationError(error, name);
  };
  return {
    name,
    consistency: "strong",
    reread: "by-key",
    inspect: () => inspect(client, table).catch(told),
    plan: async (units) =>
      Array.from({ length: units }, (_, segment) => JSON.stringify({ segment, of: units } satisfies Segment)),
    async *read(unit, cursor, signal) {
      const segment: Segment = JSON.parse(unit);
      let next = cursor;
      do {
        await budget.wait(signal);
        if (signal.aborted) return;
        const page = await scan(client, table, segment, next, budget, signal).catch((error: unknown) =>
          signal.aborted ? undefined : told(error),
        );
        if (page === undefined) return;
        next = page.next;
        yield page;
      } while (next !== undefined);
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

async function inspect(client: DynamoDBClient, table: string): Promise<SourceFacts> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const named = (type: string) => Table?.KeySchema?.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const [pk, sk] = [named("HASH"), named("RANGE")];
  const ttlAttribute = await ttlOf(client, table);
  return {
    ...(pk === undefined ? {} : { keys: sk === undefined ? { pk } : { pk, sk } }),
    ...(ttlAttribute === undefined ? {} : { ttlAttribute }),
  };
}

async function ttlOf(client: DynamoDBClient, table: string): Promise<string | undefined> {
  try {
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
    const { TimeToLiveStatus: status, AttributeName } = TimeToLiveDescription ?? {};
    return status === "ENABLED" || status === "ENABLING" ? AttributeName : undefined;
  } catch (error) {
    if (isNotTold(error)) return undefined;
    throw error;
  }
}

async function scan(
  client: DynamoDBClient,
  table: string,
  { segment, of }: Segment,
  cursor: string | undefined,
  budget: ReadBudget,
  signal: AbortSignal,
): Promise<SourcePage> {
  const command = new ScanCommand({
    TableName: table,
    Segment: segment,
    TotalSegments: of,
    ConsistentRead: true,
    ReturnConsumedCapacity: "TOTAL",
    ...(cursor === undefined ? {} : { ExclusiveStartKey: readCursor(cursor) }),
  });
  const page: ScanCommandOutput = await client.send(command, { abortSignal: signal });
  budget.spend(page.ConsumedCapacity?.CapacityUnits ?? 0);
  const records = (page.Items ?? []).map((item) => ({ item: fromSdk(item) }));
  // An empty page with a key to go on from is not the end; a page without one is, however many items it has.
  return page.LastEvaluatedKey === undefined ? { records } : { records, next: writeCursor(page.LastEvaluatedKey) };
}
