/** What DynamoDB does on a bad night, in the middle of a run, and what comes of it. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { patientRetries } from "../../lambda/adapters/dynamodb/retries.ts";
import { dynamoDbSource } from "../../lambda/adapters/dynamodb/source.ts";
import { ATTEMPTS } from "../../lambda/domain/patience.ts";
import { type Fault as DynamoDbFault, dynamoDbProxy } from "../support/dynamodb-proxy.ts";
import { tableName } from "../support/table-name.ts";
import { EXPECTED, type Fault, pageOf } from "./expected-faults.ts";
import { expectedOf, nights, SAMPLE } from "./nights.ts";

const table = tableName("faults");
let client: DynamoDBClient;
beforeAll(async () => {
  client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
  await createSampleTable(client, table);
  await fillTable(client, table, SAMPLE);
});
afterAll(() => client.destroy());

const night = nights(() => dynamoDbSource({ table, region: "local", client }));

describe("DynamoDB on a bad night", () => {
  /** Meets the requests of an operation with faults, each so many times. */
  async function met(fault: Fault, operation: string, faults: readonly DynamoDbFault[]): Promise<void> {
    await using between = await dynamoDbProxy(inject("dynamoDbEndpoint"));
    between.faults.set(operation, [...faults]);
    // As patient as a source's own client, in a tenth of the time; and named as one source, whatever stands between.
    const hasty = new DynamoDBClient({
      endpoint: between.endpoint,
      region: "local",
      maxAttempts: ATTEMPTS,
      retryStrategy: patientRetries(10),
    });
    const source = dynamoDbSource({ table, region: "local", client: hasty });
    await night.tried(fault, { source, mend: () => between.faults.clear() });
    hasty.destroy();
    expect(between.seen.get(operation)).toBeGreaterThan(1);
  }

  it.each([
    ["ProvisionedThroughputExceededException", 400],
    ["ThrottlingException", 400],
    ["RequestLimitExceeded", 400],
    ["InternalServerError", 500],
    ["ServiceUnavailable", 503],
  ] as const)("%s", async (name, status) => {
    await met(`DynamoDB: ${name}`, "Scan", Array(6).fill({ status, name }));
  });

  it.each([
    ["a gateway's 503 that is no JSON", "gateway"],
    ["connections reset", "reset"],
    ["answers cut in the middle", "cut"],
    ["slow pages", "slow"],
    ["empty pages with a place to go on from", "empty"],
  ] as const)("%s", async (name, fault) => {
    await met(`DynamoDB: ${name}`, "Scan", ["slow", fault, fault, fault]);
  });

  it("BatchGetItem that answers one key at a time", async () => {
    await met("DynamoDB: BatchGetItem that answers one key at a time", "BatchGetItem", Array(20).fill("partial"));
  });

  it.each([
    "AccessDeniedException",
    "ExpiredTokenException",
    "UnrecognizedClientException",
    "ResourceNotFoundException",
    "ValidationException",
  ] as const)("%s", async (name) => {
    await met(`DynamoDB: ${name}`, "Scan", [
      "slow",
      { status: 400, name },
      { status: 400, name },
      { status: 400, name },
      { status: 400, name },
      { status: 400, name },
    ]);
  });

  it("throttled without end", async () => {
    await met("DynamoDB: throttled without end", "Scan", Array(500).fill("throttle"));
  });
});

it("each fault that stands in the table was tried, and the page has them all", async () => {
  expect(new Map(night.observed)).toEqual(expectedOf("DynamoDB"));
  await expect(pageOf(EXPECTED)).toMatchFileSnapshot("README.md");
});
