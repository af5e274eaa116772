/** A DynamoDB table → pages of items, by parallel Scan with strongly consistent reads. A unit is a segment. */
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ScanCommand,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import type { Finding } from "../../domain/migration-error.ts";
import type { Allowances } from "../../ports/allowance.ts";
import type { ItemSource, SourceFacts, SourcePage } from "../../ports/source.ts";
import { answerAsWritten } from "./answer.ts";
import { readCursor, unitsIn, writeCursor } from "./attribute-codec.ts";
import { type ClientEvents, openClient, regionOf, type TablePlace } from "./client.ts";
import { isNoTable, isNotTold, notReady, type Place, toMigrationError } from "./errors.ts";
import { getItems } from "./get-items.ts";
import { itemsIn } from "./items-in.ts";
import { ReadBudget, type Turn } from "./read-budget.ts";
import { isOwn, type ReadLimit, type SaidLimit, usualLimit } from "./read-limit.ts";
import { tablesLike } from "./tables-like.ts";

export interface DynamoDbSettings extends TablePlace {
  /** Read capacity units a second, over all that read this table; where it is not said, half of what is certain. */
  readonly maxReadUnits?: SaidLimit;
  /** What those in other processes read counts, too, where it is kept. */
  readonly allowances?: Allowances;
  readonly connecting?: ClientEvents["connecting"];
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
  const { table, maxReadUnits, allowances, connecting } = settings;
  const place = placeOf(settings);
  const { name } = place;
  const isUsual = maxReadUnits === undefined && !isOwn(settings.endpoint);
  const limit = async () => {
    if (isUsual) return usualLimit(await describe(client, table).catch(told)).unitsPerSecond;
    return maxReadUnits === "none" ? undefined : maxReadUnits;
  };
  const budget = new ReadBudget(limit, allowances?.(name));
  const client =
    settings.client ?? openClient(settings, { onRetry: (isThrottled) => budget.again(isThrottled), connecting });
  const told = async (error: unknown): Promise<never> => {
    throw toMigrationError(error, place, isNoTable(error) ? await tablesLike(client, table) : []);
  };
  return {
    name,
    keys: "unique",
    reread: { how: "by-key", get: (keys) => getItems(client, table, keys, budget).catch(told) },
    spent: budget.spent,
    inspect: () => inspect(client, place, isUsual).catch(told),
    plan: async (units) =>
      Array.from({ length: units }, (_, segment) => JSON.stringify({ segment, of: units } satisfies Segment)),
    async *read(unit, cursor, signal, only) {
      const segment: Segment = JSON.parse(unit);
      let next = cursor;
      do {
        const turn = await budget.turn(signal);
        if (signal.aborted) return;
        const read = await scan(client, { table, only }, segment, next, turn, signal).catch((error: unknown) =>
          signal.aborted ? undefined : told(error),
        );
        if (read === undefined) return;
        budget.spend(turn, read.units, read.page.records.length);
        next = read.page.next;
        yield read.page;
      } while (next !== undefined);
    },
    [Symbol.asyncDispose]: async () => {
      if (settings.client === undefined) client.destroy();
    },
  };
}

export const placeOf = (place: TablePlace): Place => ({
  ...place,
  name: tableSource(place),
  region: regionOf(place),
});

/** In the words of the command line, so that a run can find its source again. */
export function tableSource(place: TablePlace): string {
  const { table, endpoint } = place;
  return `dynamodb:${table}?${new URLSearchParams({ region: regionOf(place), ...(endpoint === undefined ? {} : { endpoint }) })}`;
}

/** Names may be reserved words, or hold any character: they are always given as placeholders. */
const projection = (only: readonly string[]) => ({
  ProjectionExpression: only.map((_, at) => `#${at}`).join(", "),
  ExpressionAttributeNames: Object.fromEntries(only.map((name, at) => [`#${at}`, name])),
});

async function describe(client: DynamoDBClient, table: string): Promise<TableDescription> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  return Table ?? {};
}

async function inspect(client: DynamoDBClient, place: Place, isUsual: boolean): Promise<SourceFacts> {
  const { table, name: source } = place;
  const described = await describe(client, table);
  const { TableStatus: status = "ACTIVE", KeySchema = [] } = described;
  if (!READABLE.has(status)) throw notReady(place, status);
  const named = (type: string) => KeySchema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const [pk, sk] = [named("HASH"), named("RANGE")];
  const ttlAttribute = await ttlOf(client, table);
  const warnings = [
    ...(isUsual ? [limited(source, usualLimit(described))] : []),
    ...(await backupWarnings(client, table, source)),
  ];
  const { ItemCount: items } = described;
  return {
    ...(warnings.length === 0 ? {} : { warnings }),
    // As of some hours ago: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
    ...(items === undefined || items === 0 ? {} : { size: { items, isExact: false } }),
    ...(pk === undefined ? {} : { keys: sk === undefined ? { pk } : { pk, sk } }),
    ...(ttlAttribute === undefined ? {} : { ttlAttribute }),
  };
}

/** Who wonders why it takes so long should not have to look it up. */
const limited = (source: string, { unitsPerSecond, of }: ReadLimit): Finding => ({
  where: source,
  problem: `reads keep to ${unitsPerSecond} capacity units a second, half of ${of}, so that nobody else who reads it is slowed`,
  remedy: "say --max-read-units R for another number; or none, where nobody else reads the table",
});

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
  { limit }: Turn,
  signal: AbortSignal,
): Promise<{ readonly page: SourcePage; readonly units: number }> {
  const command = new ScanCommand({
    TableName: table,
    Segment: segment,
    TotalSegments: of,
    ConsistentRead: true,
    ReturnConsumedCapacity: "TOTAL",
    ...(limit === undefined ? {} : { Limit: limit }),
    ...(only === undefined ? {} : projection(only)),
    ...(cursor === undefined ? {} : { ExclusiveStartKey: readCursor(cursor) }),
  });
  const answer = answerAsWritten(command, isPage);
  await client.send(command, { abortSignal: signal });
  const { Items, LastEvaluatedKey, ConsumedCapacity } = answer().json;
  const records = itemsIn(answer(), Items).map((item) => ({ item }));
  // An empty page with a key to go on from is not the end; a page without one is, however many items it has.
  const page = LastEvaluatedKey === undefined ? { records } : { records, next: writeCursor(LastEvaluatedKey) };
  return { page, units: unitsIn(ConsumedCapacity) };
}
