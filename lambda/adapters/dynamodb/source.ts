/** A DynamoDB table → pages of items, by parallel Scan with strongly consistent reads. A unit is a segment. */
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import type { Finding } from "../../domain/migration-error.ts";
import type { ItemSource, SourceFacts, SourcePage } from "../../ports/source.ts";
import { answerAsWritten } from "./answer.ts";
import { readCursor, unitsIn, writeCursor } from "./attribute-codec.ts";
import { openClient, regionOf, type TablePlace } from "./client.ts";
import { isNotTold, notReady, toMigrationError } from "./errors.ts";
import { getItems } from "./get-items.ts";
import { itemsIn } from "./items-in.ts";
import { type ReadBudget, readBudget } from "./read-budget.ts";

export interface DynamoDbSettings extends TablePlace {
  /** Read capacity units a second, over all units read by this process. */
  readonly maxReadUnits?: number;
  /** Instead of one of the source's own; whoever gives it closes it. */
  readonly client?: DynamoDBClient;
}

/** A table in any other state cannot be read. */
const READABLE = new Set(["ACTIVE", "UPDATING"]);

interface Segment {
  readonly segment: number;
  readonly of: number;
}

export function dynamoDbSource(settings: DynamoDbSettings): ItemSource & AsyncDisposable {
  const { table, maxReadUnits } = settings;
  const budget = readBudget(maxReadUnits);
  const client = settings.client ?? openClient(settings, budget.throttled);
  const name = nameOf(settings);
  const told = (error: unknown): never => {
    throw toMigrationError(error, name);
  };
  return {
    name,
    keys: "unique",
    reread: { how: "by-key", get: (keys) => getItems(client, table, keys, budget).catch(told) },
    inspect: () => inspect(client, table, name).catch(told),
    plan: async (units) =>
      Array.from({ length: units }, (_, segment) => JSON.stringify({ segment, of: units } satisfies Segment)),
    async *read(unit, cursor, signal, only) {
      const segment: Segment = JSON.parse(unit);
      let next = cursor;
      do {
        await budget.wait(signal);
        if (signal.aborted) return;
        const page = await scan(client, { table, only }, segment, next, budget, signal).catch((error: unknown) =>
          signal.aborted ? undefined : told(error),
        );
        if (page === undefined) return;
        next = page.next;
        yield page;
      } while (next !== undefined);
    },
    [Symbol.asyncDispose]: async () => {
      if (settings.client === undefined) client.destroy();
    },
  };
}

/** In the words of the command line, so that a run can find its source again. */
function nameOf(place: TablePlace): string {
  const { table, endpoint } = place;
  return `dynamodb:${table}?${new URLSearchParams({ region: regionOf(place), ...(endpoint === undefined ? {} : { endpoint }) })}`;
}

/** Names may be reserved words, or hold any character: they are always given as placeholders. */
const projection = (only: readonly string[]) => ({
  ProjectionExpression: only.map((_, at) => `#${at}`).join(", "),
  ExpressionAttributeNames: Object.fromEntries(only.map((name, at) => [`#${at}`, name])),
});

async function inspect(client: DynamoDBClient, table: string, source: string): Promise<SourceFacts> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const status = Table?.TableStatus ?? "ACTIVE";
  if (!READABLE.has(status)) throw notReady(source, status);
  const named = (type: string) => Table?.KeySchema?.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const [pk, sk] = [named("HASH"), named("RANGE")];
  const ttlAttribute = await ttlOf(client, table);
  const warnings = await backupWarnings(client, table, source);
  return {
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(pk === undefined ? {} : { keys: sk === undefined ? { pk } : { pk, sk } }),
    ...(ttlAttribute === undefined ? {} : { ttlAttribute }),
  };
}

/** Nothing is ever written to a table; its owner may still want the way back that a window should have. */
async function backupWarnings(client: DynamoDBClient, table: string, source: string): Promise<Finding[]> {
  try {
    const command = new DescribeContinuousBackupsCommand({ TableName: table });
    const { ContinuousBackupsDescription } = await client.send(command);
    const status = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
    if (status !== "DISABLED") return [];
    const problem = "point-in-time recovery is off: there is no way back to the table as it is now";
    return [{ where: source, problem, remedy: "switch it on before the window, or make a backup" }];
  } catch (error) {
    if (isNotTold(error)) return [];
    throw error;
  }
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

interface Page {
  readonly Items: readonly unknown[];
  readonly LastEvaluatedKey?: unknown;
  readonly ConsumedCapacity?: unknown;
}

const isPage = (json: unknown): json is Page =>
  typeof json === "object" &&
  json !== null &&
  "Items" in json &&
  Array.isArray(json.Items) &&
  (!("Count" in json) || json.Count === json.Items.length);

async function scan(
  client: DynamoDBClient,
  { table, only }: { readonly table: string; readonly only: readonly string[] | undefined },
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
    ...(only === undefined ? {} : projection(only)),
    ...(cursor === undefined ? {} : { ExclusiveStartKey: readCursor(cursor) }),
  });
  const answer = answerAsWritten(command, isPage);
  await client.send(command, { abortSignal: signal });
  const { Items, LastEvaluatedKey, ConsumedCapacity } = answer().json;
  budget.spend(unitsIn(ConsumedCapacity));
  const records = itemsIn(answer(), Items).map((item) => ({ item }));
  // An empty page with a key to go on from is not the end; a page without one is, however many items it has.
  return LastEvaluatedKey === undefined ? { records } : { records, next: writeCursor(LastEvaluatedKey) };
}
