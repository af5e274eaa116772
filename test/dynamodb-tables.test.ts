/** What the tests leave behind on a DynamoDB-compatible server of somebody's own: nothing. */
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { expect, it } from "vitest";
import { startDynamoDb } from "../bin/embedded/dynamodb.ts";
import { createSampleTable } from "../bin/rehearse/seed.ts";
import { newRunName, removeTables } from "./support/dynamodb-tables.ts";
import { tableName } from "./support/table-name.ts";

it("no two tests, and no two runs, have a table name in common", () => {
  const names = Array.from({ length: 100 }, () => tableName("things"));
  expect(new Set(names).size).toBe(100);
  expect(newRunName()).not.toBe(newRunName());
});

it("at its end a run removes its own tables, however many, and nobody else's", async () => {
  await using stack = new AsyncDisposableStack();
  const { endpoint } = stack.adopt(await startDynamoDb(), (server) => server.stop());
  const client = stack.adopt(new DynamoDBClient({ endpoint, region: "local" }), (each) => each.destroy());
  const [mine, theirs] = [newRunName(), newRunName()];
  // More than one answer of ListTables holds.
  const own = Array.from({ length: 101 }, (_, at) => `${mine}-${at}`);
  for (const name of [...own, `${theirs}-1`, "legacy"]) await createSampleTable(client, name);
  expect((await removeTables(endpoint, mine)).sort()).toEqual(own.sort());
  expect((await client.send(new ListTablesCommand({}))).TableNames?.sort()).toEqual([`${theirs}-1`, "legacy"].sort());
});
