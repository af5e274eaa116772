/** One Postgres and one DynamoDB-compatible server for a whole test run, or the ones the environment names. */
import type { TestProject } from "vitest/node";
import { startDynamoDb } from "../../bin/embedded/dynamodb.ts";
import { startPostgres } from "../../bin/embedded/postgres.ts";
import { HOSTILE_SETTINGS } from "./hostile-settings.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly postgresUrl: string;
    readonly dynamoDbEndpoint: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using started = new AsyncDisposableStack();
  const { TEST_POSTGRES_URL: postgresUrl, TEST_DYNAMODB_ENDPOINT: endpoint } = process.env;
  const postgres =
    postgresUrl ?? started.adopt(await startPostgres({ settings: HOSTILE_SETTINGS }), (server) => server.stop()).url;
  const dynamoDb = endpoint ?? started.adopt(await startDynamoDb(), (server) => server.stop()).endpoint;
  project.provide("postgresUrl", postgres);
  project.provide("dynamoDbEndpoint", dynamoDb);
  const stop = started.move();
  return () => stop.disposeAsync();
}
