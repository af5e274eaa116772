/**
 * A file of lines → a table that speaks enough of DynamoDB's protocol to be scanned and spot-checked, its answers cut out of
 * the lines: what is measured is who reads it. node canned-table.ts FILE. Prints its port; ends with its standard input.
 */
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { listening } from "../../support/listening.ts";

/** A page ends after a megabyte (API reference of Scan). */
const PAGE_BYTES = 1_000_000;
const KEYS = ["PK", "SK"] as const;
/** Half a unit for 4 KB, twice that when it is consistent. */
const unitsOf = (bytes: number): number => Math.ceil(bytes / 4_096);

interface Key {
  readonly PK: { readonly S: string };
  readonly SK: { readonly S: string };
}

interface Request {
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly ExclusiveStartKey?: Key;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Key[] }>>;
}

const items: Buffer[] = [];
const keys: Key[] = [];
const places = new Map<string, number>();
const nameOf = ({ PK, SK }: Key): string => `${PK.S}\0${SK.S}`;

const [file = ""] = process.argv.slice(2);
for await (const line of createInterface({ input: createReadStream(file) })) {
  const { PK, SK }: Key = JSON.parse(line).Item;
  places.set(nameOf({ PK, SK }), items.length);
  keys.push({ PK, SK });
  items.push(Buffer.from(line.slice('{"Item":'.length, -1)));
}

/** The items' own bytes, with commas between them. */
const list = (of: readonly Buffer[]): Buffer =>
  Buffer.concat(of.flatMap((item, at) => (at === 0 ? [item] : [Buffer.from(","), item])));
const body = (...parts: readonly (string | Buffer)[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));

function scan({ Segment: segment = 0, TotalSegments: of = 1, ExclusiveStartKey: after }: Request): Buffer {
  const border = (at: number): number => Math.floor((items.length * at) / of);
  const from = after === undefined ? border(segment) : (places.get(nameOf(after)) ?? 0) + 1;
  const end = border(segment + 1);
  let [to, bytes] = [from, 0];
  while (to < end && bytes < PAGE_BYTES) {
    bytes += items[to]?.length ?? 0;
    to += 1;
  }
  const more = to < end ? `,"LastEvaluatedKey":${JSON.stringify(keys[to - 1])}` : "";
  const counts = `"Count":${to - from},"ScannedCount":${to - from}`;
  const capacity = `"ConsumedCapacity":{"TableName":"sample","CapacityUnits":${unitsOf(bytes)}}`;
  return body('{"Items":[', list(items.slice(from, to)), `],${counts},${capacity}${more}}`);
}

function get({ RequestItems = {} }: Request): Buffer {
  const [[table, { Keys }] = ["", { Keys: [] }]] = Object.entries(RequestItems);
  const found = Keys.flatMap((key) => items[places.get(nameOf(key)) ?? -1] ?? []);
  return body(`{"Responses":{${JSON.stringify(table)}:[`, list(found), `]},"UnprocessedKeys":{}}`);
}

const DESCRIBED = {
  Table: {
    TableName: "sample",
    TableStatus: "ACTIVE",
    KeySchema: KEYS.map((AttributeName, at) => ({ AttributeName, KeyType: ["HASH", "RANGE"][at] })),
    AttributeDefinitions: KEYS.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
  },
};
const ANSWERS: Readonly<Record<string, (request: Request) => Buffer>> = {
  DescribeTable: () => body(JSON.stringify(DESCRIBED)),
  DescribeTimeToLive: () => body('{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}'),
  Scan: scan,
  BatchGetItem: get,
};
const UNKNOWN = '{"__type":"com.amazon.coral.service#UnknownOperationException"}';

const server = createServer(async (request, response) => {
  const [, operation = ""] = String(request.headers["x-amz-target"]).split(".");
  const asked: Request = JSON.parse(await text(request));
  const answer = ANSWERS[operation]?.(asked);
  response.writeHead(answer === undefined ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
  response.end(answer ?? UNKNOWN);
});
process.stdout.write(`${await listening(server)}\n`);
process.stdin.resume().on("end", () => process.exit());
