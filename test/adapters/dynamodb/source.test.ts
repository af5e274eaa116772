/** A real DynamoDB-compatible server, with and without something bad happening in between. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, expect, inject, it } from "vitest";
import { createSampleTable, fillTable } from "../../../bin/rehearse/seed.ts";
import { type DynamoDbSettings, dynamoDbSource } from "../../../lambda/adapters/dynamodb/source.ts";
import type { Item } from "../../../lambda/domain/attribute.ts";
import { describeItemSource } from "../../contracts/describe-item-source.ts";
import type { Fill } from "../../contracts/item-source.ts";
import { dynamoDbProxy } from "../../support/dynamodb-proxy.ts";

const region = "local";
const client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region });
const opened: AsyncDisposable[] = [{ [Symbol.asyncDispose]: async () => client.destroy() }];
afterAll(async () => {
  for (const each of opened) await each[Symbol.asyncDispose]();
});

let tables = 0;
async function createTable(items: readonly Item[]): Promise<string> {
  tables += 1;
  const table = `source-${process.pid}-${tables}`;
  await createSampleTable(client, table);
  await fillTable(client, table, items);
  return table;
}

function open(settings: Partial<DynamoDbSettings> & { table: string }) {
  const source = dynamoDbSource({ endpoint: inject("dynamoDbEndpoint"), region, ...settings });
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

async function readAll(source: ReturnType<typeof dynamoDbSource>): Promise<number> {
  const [unit = ""] = await source.plan(1);
  const pages = await Array.fromAsync(source.read(unit, undefined, never));
  return pages.reduce((sum, { records }) => sum + records.length, 0);
}

it("tells its key attributes", async () => {
  expect(await open({ table: await createTable([]) }).inspect()).toEqual({ keys: { pk: "PK", sk: "SK" } });
});

it("a table that is not there is refused with what to check", async () => {
  await expect(open({ table: "nowhere" }).inspect()).rejects.toMatchObject({
    code: "source-unusable",
    message: expect.stringContaining("nowhere"),
  });
});

it("throttling, an error of the service and a reset connection are survived", async () => {
  const table = await createTable(some);
  await using proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
  proxy.faults.set("Scan", ["throttle", "error", "reset", "throttle"]);
  expect(await readAll(open({ table, endpoint: proxy.endpoint }))).toBe(50);
  expect(proxy.seen.get("Scan")).toBe(5);
});

it("a service that never answers ends in an error that says how to go on", async () => {
  const table = await createTable(some);
  await using proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
  proxy.faults.set(
    "Scan",
    Array.from({ length: 100 }, () => "error" as const),
  );
  await expect(readAll(open({ table, endpoint: proxy.endpoint }))).rejects.toMatchObject({
    code: "source-unreachable",
  });
});

it("a limit on read units slows reading down and loses nothing", async () => {
  const table = await createTable(some);
  expect(await readAll(open({ table, maxReadUnits: 1 }))).toBe(50);
});
