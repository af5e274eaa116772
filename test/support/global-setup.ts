/** One Postgres and one DynamoDB-compatible server for a whole test run, or the ones the environment names. */
import type { TestProject } from "vitest/node";
import { startDynamoDb } from "../../bin/embedded/dynamodb.ts";
import { startPostgres } from "../../bin/embedded/postgres.ts";
import { newRunName, removeTables } from "./dynamodb-tables.ts";
import { HOSTILE_SETTINGS } from "./hostile-settings.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly postgresUrl: string;
    readonly dynamoDbEndpoint: string;
    /** What the tables of this run begin with. */
    readonly runName: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using started = new AsyncDisposableStack();
  const { TEST_POSTGRES_URL: postgresUrl, TEST_DYNAMODB_ENDPOINT: ownEndpoint } = process.env;
  const postgres =
    postgresUrl ?? started.adopt(await startPostgres({ settings: HOSTILE_SETTINGS }), (server) => server.stop()).url;
  const endpoint = ownEndpoint ?? started.adopt(await startDynamoDb(), (server) => server.stop()).endpoint;
  const runName = newRunName();
  // A server of somebody's own outlives this run, and the tests may have failed on their way.
  if (ownEndpoint !== undefined) started.defer(async () => void (await removeTables(ownEndpoint, runName)));
  project.provide("postgresUrl", postgres);
  project.provide("dynamoDbEndpoint", endpoint);
  project.provide("runName", runName);
  const stop = started.move();
  return () => stop.disposeAsync();
}
