/** One Postgres and one DynamoDB-compatible server for a whole test run, or the ones the environment names. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
    /** For files that more than one test file reads; it goes when this run ends. */
    readonly runFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using started = new AsyncDisposableStack();
  const { TEST_POSTGRES_URL: postgresUrl, TEST_DYNAMODB_ENDPOINT: ownEndpoint } = process.env;
  const postgres =
    postgresUrl ?? started.adopt(await startPostgres({ settings: HOSTILE_SETTINGS }), (server) => server.stop()).url;
  const endpoint = ownEndpoint ?? started.adopt(await startDynamoDb(), (server) => server.stop()).endpoint;
  const runName = newRunName();
  const runFolder = started.adopt(await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-tests-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  // A server of somebody's own outlives this run, and the tests may have failed on their way.
  if (ownEndpoint !== undefined) started.defer(async () => void (await removeTables(ownEndpoint, runName)));
  project.provide("postgresUrl", postgres);
  project.provide("dynamoDbEndpoint", endpoint);
  project.provide("runName", runName);
  project.provide("runFolder", runFolder);
  const stop = started.move();
  return () => stop.disposeAsync();
}
