/** A real DynamoDB-compatible server, with and without something bad happening in between. */
import { Agent } from "node:http";
import type { LookupFunction } from "node:net";
import { CreateTableCommand, DynamoDBClient, type ScalarAttributeType } from "@aws-sdk/client-dynamodb";
import { afterAll, expect, inject, it } from "vitest";
import { createSampleTable, fillTable } from "../../../bin/rehearse/seed.ts";
import { patientRetries } from "../../../lambda/adapters/dynamodb/retries.ts";
import { type DynamoDbSettings, dynamoDbSource } from "../../../lambda/adapters/dynamodb/source.ts";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { ATTEMPTS } from "../../../lambda/domain/patience.ts";
import type { ItemSource } from "../../../lambda/ports/source.ts";
import { describeItemSource } from "../../contracts/describe-item-source.ts";
import type { Fill } from "../../contracts/item-source.ts";
import { dynamoDbProxy, type Fault } from "../../support/dynamodb-proxy.ts";
import { tableName } from "../../support/table-name.ts";

const region = "local";
const client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region });
const opened: AsyncDisposable[] = [{ [Symbol.asyncDispose]: async () => client.destroy() }];
afterAll(async () => {
  for (const each of opened) await each[Symbol.asyncDispose]();
});

async function createTable(items: readonly Item[]): Promise<string> {
  const table = tableName("source");
  await createSampleTable(client, table);
  await fillTable(client, table, items);
  return table;
}

/** Keys of any type; the sample's are text. */
async function createKeyedTable(pk: ScalarAttributeType, sk: ScalarAttributeType): Promise<string> {
  const table = tableName("source");
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "PK", AttributeType: pk },
        { AttributeName: "SK", AttributeType: sk },
      ],
      KeySchema: [
        { AttributeName: "PK", KeyType: "HASH" },
        { AttributeName: "SK", KeyType: "RANGE" },
      ],
    }),
  );
  return table;
}

/**
 * A client that makes as many attempts as a source's own, in a hundredth of the time. Names are looked up in vain, whatever
 * this machine's resolver would say, where `unknown` says so.
 */
function hasty(endpoint: string, unknown?: "ENOTFOUND" | "EAI_AGAIN"): DynamoDBClient {
  const lookup: LookupFunction = (name, _, done) =>
    done(Object.assign(new Error(`getaddrinfo ${unknown} ${name}`), { code: unknown }), []);
  const requestHandler = unknown === undefined ? {} : { requestHandler: { httpAgent: new Agent({ lookup }) } };
  const retryStrategy = patientRetries(100);
  return new DynamoDBClient({ endpoint, region, maxAttempts: ATTEMPTS, retryStrategy, ...requestHandler });
}

function open(settings: DynamoDbSettings, place: object | null = { endpoint: inject("dynamoDbEndpoint"), region }) {
  const source = dynamoDbSource({ ...place, ...settings });
  opened.push(source);
  return source;
}

const fill: Fill = async (items) => {
  const table = await createTable(items);
  return { open: () => open({ table }) };
};
describeItemSource("a DynamoDB table", fill);

const never = new AbortController().signal;
const some: Item[] = Array.from({ length: 50 }, (_, at) => ({ PK: { S: `P${at}` }, SK: { S: "x" } }));
/** Twelve pages of a megabyte. */
const big: Item[] = Array.from({ length: 40 }, (_, at) => ({
  PK: { S: `P${at % 7}` },
  SK: { S: `S${at}` },
  body: { S: "x".repeat(300_000) },
}));

async function readAll(source: ReturnType<typeof dynamoDbSource>): Promise<number> {
  const [unit = ""] = await source.plan(1);
  const pages = await Array.fromAsync(source.read(unit, undefined, never));
  return pages.reduce((sum, { records }) => sum + records.length, 0);
}

it("tells its key attributes", async () => {
  expect(await open({ table: await createTable([]) }).inspect()).toEqual({ keys: { pk: "PK", sk: "SK" } });
});

it.each([
  [{ table: "nowhere" }, "ResourceNotFoundException"],
  [{ table: "x" }, "ValidationException"],
  [{ table: "t", region: "eu-nowhere-1", client: hasty("http://dynamodb.invalid", "ENOTFOUND") }, "ENOTFOUND"],
])("a place without the table is refused: %o", async (settings, name) => {
  await expect(open(settings).inspect()).rejects.toMatchObject({
    code: "source-unusable",
    message: expect.stringContaining(name),
    cause: expect.anything(),
  });
});

it("a machine that cannot look names up is told apart from a name that nobody knows", async () => {
  const client = hasty("http://dynamodb.invalid", "EAI_AGAIN");
  await expect(open({ table: "t", region: "eu-nowhere-1", client }).inspect()).rejects.toMatchObject({
    code: "source-unreachable",
    message: expect.stringContaining("EAI_AGAIN"),
  });
});

it("a user who may not read is told so, and one who may not ask for the time to live reads without it", async () => {
  const table = await createTable([]);
  await using proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
  proxy.faults.set("DescribeTable", ["denied"]).set("DescribeTimeToLive", ["denied"]);
  const source = open({ table, endpoint: proxy.endpoint });
  await expect(source.inspect()).rejects.toMatchObject({ code: "source-unusable" });
  expect(await source.inspect()).toEqual({ keys: { pk: "PK", sk: "SK" } });
});

it("the region is part of the name: it comes from the settings, the ARN or the environment", () => {
  const names = [
    open({ table: "orders", region: "eu-central-1" }).name,
    open({ table: "arn:aws:dynamodb:eu-west-3:111122223333:table/orders" }, null).name,
    open({ table: "orders" }, null).name,
  ];
  expect(names.map((name) => new URLSearchParams(name.split("?")[1]).get("region"))).toEqual([
    "eu-central-1",
    "eu-west-3",
    process.env.AWS_REGION,
  ]);
  expect(() => open({ table: "orders", region: "eu central" })).toThrow("region");
});

it.each<[ScalarAttributeType, ScalarAttributeType]>([
  ["B", "N"],
  ["N", "B"],
])("a table whose keys are %s and %s is read on from every page", async (pkType, skType) => {
  const table = await createKeyedTable(pkType, skType);
  const key = (type: ScalarAttributeType, at: number): AttributeValue =>
    type === "N" ? { N: `${at}.000000000000000000000000000000001` } : { B: new Uint8Array([at, 0, 255, 10, 128]) };
  const items = Array.from({ length: 30 }, (_, at) => ({
    PK: key(pkType, at % 5),
    SK: key(skType, at),
    body: { S: "x".repeat(100_000) },
  }));
  await fillTable(client, table, items);
  const [unit = ""] = await open({ table }).plan(1);
  const pages = await Array.fromAsync(open({ table }).read(unit, undefined, never));
  expect(pages.length).toBeGreaterThan(2);
  for (const [at, { next }] of pages.entries()) {
    if (next === undefined) continue;
    const rest = await Array.fromAsync(open({ table }).read(unit, next, never));
    expect(rest).toEqual(pages.slice(at + 1));
  }
  const again = open({ table }).reread;
  if (again.how === "none") throw new Error("a table can be read again");
  expect(await again.get(items.map(({ PK, SK }) => ({ PK, SK })))).toHaveLength(30);
});

it.each<[Fault[]]>([
  [["throttle", "error", "reset", "throttle"]],
  [["gateway", "cut"]],
  [
    [
      { status: 400, name: "ThrottlingException" },
      { status: 400, name: "RequestLimitExceeded" },
    ],
  ],
])("%s: all is read in the end", async (faults) => {
  const table = await createTable(some);
  await using proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
  proxy.faults.set("Scan", [...faults]);
  expect(await readAll(open({ table, endpoint: proxy.endpoint }))).toBe(50);
  expect(proxy.seen.get("Scan")).toBe(faults.length + 1);
});

it("an empty page with a key to go on from is not the end", async () => {
  const table = await createTable(big);
  await using proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
  const source = open({ table, endpoint: proxy.endpoint });
  const [unit = ""] = await source.plan(1);
  const sizes: number[] = [];
  for await (const { records } of source.read(unit, undefined, never)) {
    if (sizes.length === 0) proxy.faults.set("Scan", ["empty", "empty"]);
    sizes.push(records.length);
  }
  expect(sizes.slice(1, 3)).toEqual([0, 0]);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(big.length);
});

it.each<[Fault]>([["error"], ["throttle"], ["gateway"], ["reset"], ["cut"]])(
  "a service that only ever answers with %s ends in an error that says how to go on",
  async (fault) => {
    const table = await createTable(some);
    await using proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
    const faults = Array.from({ length: 11 }, () => fault);
    proxy.faults.set("Scan", faults);
    const source = open({ table, client: hasty(proxy.endpoint) });
    await expect(readAll(source)).rejects.toMatchObject({
      code: "source-unreachable",
      message: expect.stringContaining("in 10 attempts"),
      cause: expect.anything(),
    });
    expect(faults).toHaveLength(1);
  },
);

it("an abort ends a request that hangs, and a pause before the next try", async () => {
  const table = await createTable(some);
  await using proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
  const source = open({ table, endpoint: proxy.endpoint });
  const [unit = ""] = await source.plan(1);
  for (const faults of [["hang"], Array.from({ length: 8 }, () => "throttle")] satisfies Fault[][]) {
    proxy.faults.set("Scan", faults);
    expect(await Array.fromAsync(source.read(unit, undefined, AbortSignal.timeout(100)))).toEqual([]);
  }
});

it("a limit on read units holds over all units read at a time, and loses nothing", async () => {
  const table = await createTable(big);
  const read = async (source: ItemSource) => {
    const units = await source.plan(4);
    const began = performance.now();
    const pages = await Promise.all(units.map((unit) => Array.fromAsync(source.read(unit, undefined, never))));
    expect(pages.flat().reduce((sum, { records }) => sum + records.length, 0)).toBe(big.length);
    return (performance.now() - began) / 1000;
  };
  // What the machine is busy with holds up both.
  const unlimited = await read(open({ table }));
  const seconds = await read(open({ table, maxReadUnits: 1_000 }));
  // 2,960 units, less a full bucket at first, less the 256 by which the last request of each reader may overdraw it.
  expect(seconds).toBeGreaterThan(0.9);
  expect(seconds).toBeLessThan(5 + 3 * unlimited);
});

it("a limit on read units does not hold up an abort", async () => {
  const source = open({ table: await createTable(big), maxReadUnits: 0.01 });
  const [unit = ""] = await source.plan(1);
  const pages = await Array.fromAsync(source.read(unit, undefined, AbortSignal.timeout(500)));
  expect(pages).toHaveLength(1);
});
