/** How much of a live table is read where nobody says, by what the service tells of it. */
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, describe, expect, inject, it } from "vitest";
import { createSampleTable, fillTable } from "../../../bin/rehearse/seed.ts";
import { isOwn, usualLimit } from "../../../lambda/adapters/dynamodb/read-limit.ts";
import { type DynamoDbSettings, dynamoDbSource } from "../../../lambda/adapters/dynamodb/source.ts";
import type { Allowances } from "../../../lambda/ports/allowance.ts";
import { dynamoDbProxy } from "../../support/dynamodb-proxy.ts";
import { tableName } from "../../support/table-name.ts";

const client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
afterAll(() => client.destroy());

describe("the usual limit", () => {
  const throughput = (ReadCapacityUnits: number) => ({ ProvisionedThroughput: { ReadCapacityUnits } });

  it.each([
    ["half of what is provisioned", throughput(400), 200],
    ["never nothing", throughput(1), 1],
    ["on demand half of what a partition gives", throughput(0), 1_500],
    ["the same of a table that does not say", {}, 1_500],
    ["half of what an on-demand table is allowed", { OnDemandThroughput: { MaxReadRequestUnits: 1_000 } }, 500],
    [
      "no more than of a partition where it is allowed more",
      { OnDemandThroughput: { MaxReadRequestUnits: 9_000 } },
      1_500,
    ],
    ["of a limit that was lifted as if there were none", { OnDemandThroughput: { MaxReadRequestUnits: -1 } }, 1_500],
  ])("is %s", (_, table, units) => expect(usualLimit(table).unitsPerSecond).toBe(units));

  it.each([
    ["http://127.0.0.1:8000", true],
    ["http://localhost:4566", true],
    ["http://[::1]:8000", true],
    ["https://dynamodb.eu-west-1.amazonaws.com", false],
    ["https://vpce-1.dynamodb.eu-west-1.vpce.amazonaws.com", false],
    ["http://dynamodb.internal:8000", false],
    [undefined, false],
  ])("is not for a server on this machine: %s", (endpoint, own) => expect(isOwn(endpoint)).toBe(own));
});

/** All of a table, and what was taken of its allowance. */
async function readAll(settings: Omit<DynamoDbSettings, "allowances">) {
  let ways = 0;
  const taken: { units: number; perSecond: number }[] = [];
  const allowances: Allowances = () => ({
    take: async (units, perSecond) => {
      taken.push({ units, perSecond });
      return 0;
    },
    giveWay: async () => {
      ways += 1;
    },
  });
  await using source = dynamoDbSource({ ...settings, allowances });
  const { warnings = [] } = await source.inspect();
  const [unit = ""] = await source.plan(1);
  const pages = await Array.fromAsync(source.read(unit, undefined, new AbortController().signal));
  const items = pages.reduce((sum, { records }) => sum + records.length, 0);
  return {
    items,
    pages: pages.length,
    limits: new Set(taken.map(({ perSecond }) => perSecond)),
    warnings,
    ways,
    spent: source.spent,
  };
}

describe("a table", () => {
  const table = tableName("limit");
  const place = { table, region: "local" };

  it("that is not this machine's own is limited, and says to what; what it took is counted", async () => {
    await createSampleTable(client, table);
    await fillTable(
      client,
      table,
      Array.from({ length: 300 }, (_, at) => ({ PK: { S: `P${at}` }, SK: { S: "x" }, body: { S: "x".repeat(2_000) } })),
    );
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    const { items, limits, warnings, spent } = await readAll({ ...place, client });
    expect([items, [...limits]]).toEqual([300, [usualLimit(Table ?? {}).unitsPerSecond]]);
    expect(warnings[0]?.problem).toContain("capacity units a second");
    expect(spent?.units).toBeGreaterThan(100);
  });

  it.each<[string, Omit<DynamoDbSettings, "allowances">]>([
    ["is on this machine", { ...place, endpoint: inject("dynamoDbEndpoint") }],
    ["is to be read without a limit", { ...place, client, maxReadUnits: "none" }],
  ])("that %s takes no turns, and says nothing", async (_, settings) => {
    const { items, limits, warnings } = await readAll(settings);
    expect([items, [...limits], warnings]).toEqual([300, [], []]);
  });

  it("that throttles makes all its readers give way, and one that only fails does not", async () => {
    await using proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
    proxy.faults.set("Scan", ["error", "throttle"]);
    const { items, ways, spent } = await readAll({ ...place, endpoint: proxy.endpoint, maxReadUnits: 1_000 });
    expect([items, ways, spent?.retries]).toEqual([300, 1, 2]);
  });

  it("is read by as much as was said, in pages of no more than that", async () => {
    await using proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
    const { items, limits, pages, warnings } = await readAll({ ...place, endpoint: proxy.endpoint, maxReadUnits: 20 });
    expect([items, [...limits], warnings]).toEqual([300, [20], []]);
    // 600 KB are 150 units and more.
    expect(pages).toBeGreaterThan(6);
    expect(proxy.seen.get("Scan")).toBe(pages);
  });
});
