/** A table → how many items of which size it holds, by what it says of itself and by one request for some of them. */
import { DescribeTableCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { unitsIn } from "./attribute-codec.ts";
import { type ClientEvents, openClient, type TablePlace } from "./client.ts";
import { isNoTable, toMigrationError } from "./errors.ts";
import { type ReadLimit, usualLimit } from "./read-limit.ts";
import { placeOf } from "./source.ts";
import { tablesLike } from "./tables-like.ts";

export interface TableSize {
  readonly items: number;
  /** Of an item, on average. */
  readonly bytes: number;
  /** Where these come from. */
  readonly of: string;
  readonly usual: ReadLimit;
}

/** An eventually consistent read takes a unit for so many bytes: half of what a migration's takes. */
const UNIT_BYTES = 8_192;

/** Throws MigrationError where the table cannot be read. */
export async function tableSize(
  place: TablePlace,
  sample: number,
  connecting?: ClientEvents["connecting"],
): Promise<TableSize> {
  const client = openClient(place, { connecting });
  try {
    const { Table: table = {} } = await client.send(new DescribeTableCommand({ TableName: place.table }));
    const { ItemCount: items = 0, TableSizeBytes: bytes = 0 } = table;
    const { count, average } = sample === 0 ? { count: 0, average: 0 } : await sampled();
    const usual = usualLimit(table);
    // What a table says of itself is up to six hours old, and of a new one nothing.
    const said = items > 0 ? Math.round(bytes / items) : 0;
    const looked = `${count} of its items have ${average} bytes on average`;
    const of =
      count === 0 ? "as the table says, up to six hours ago" : `as the table says, up to six hours ago; ${looked}`;
    return { items, bytes: said === 0 ? average : said, of, usual };
  } catch (error) {
    throw toMigrationError(error, placeOf(place), isNoTable(error) ? await tablesLike(client, place.table) : []);
  } finally {
    client.destroy();
  }

  async function sampled() {
    const scan = new ScanCommand({ TableName: place.table, Limit: sample, ReturnConsumedCapacity: "TOTAL" });
    const { Count: count = 0, ConsumedCapacity } = await client.send(scan);
    return { count, average: count === 0 ? 0 : Math.round((unitsIn(ConsumedCapacity) * UNIT_BYTES) / count) };
  }
}
