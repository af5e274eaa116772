/** The SDK's client alone, reading all of a table and keeping nothing. node raw-read.ts ENDPOINT TABLE SEGMENTS AT_ONCE. Prints how many items. */
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { mark } from "../measure/marks.ts";

const [endpoint = "", TableName = "", segments = "", atOnce = ""] = process.argv.slice(2);
const client = new DynamoDBClient({ endpoint, region: "local" });
const TotalSegments = Number(segments);

let items = 0;
async function readSome(open: Iterator<number>): Promise<void> {
  for (let next = open.next(); next.done !== true; next = open.next()) {
    const request = { TableName, TotalSegments, Segment: next.value, ConsistentRead: true };
    for await (const { Items = [] } of paginateScan({ client }, request)) items += Items.length;
  }
}
mark("ready");
const open = Array.from({ length: TotalSegments }, (_, at) => at).values();
await Promise.all(Array.from({ length: Number(atOnce) }, () => readSome(open)));
mark("read");
client.destroy();
process.stdout.write(`${items}\n`);
