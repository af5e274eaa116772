/**
 * Every test, on the official images of PostgreSQL and DynamoDB Local in place of the embedded engines. Without a container
 * engine nothing has been tested, and the exit status says so.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { GenericContainer, getContainerRuntimeClient, Wait } from "testcontainers";
import { HOSTILE_SETTINGS } from "./hostile-settings.ts";

const {
  TEST_POSTGRES_IMAGE: postgresImage = "postgres:17",
  TEST_DYNAMODB_IMAGE: dynamoDbImage = "amazon/dynamodb-local:latest",
} = process.env;
const VITEST = resolve(import.meta.dirname, "../../node_modules/vitest/vitest.mjs");
const DYNAMODB_PORT = 8000;

async function startPostgres(): Promise<{ readonly url: string }> {
  const settings = Object.entries(HOSTILE_SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const started = await new PostgreSqlContainer(postgresImage).withCommand(["postgres", ...settings]).start();
  const url = new URL(started.getConnectionUri());
  // The image has no certificate, and its host need not be this machine.
  url.searchParams.set("sslmode", "disable");
  return { url: url.href };
}

async function startDynamoDb(): Promise<{ readonly endpoint: string }> {
  const started = await new GenericContainer(dynamoDbImage)
    .withCommand(["-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb"])
    .withExposedPorts(DYNAMODB_PORT)
    // It is up when it refuses a request that is not signed.
    .withWaitStrategy(Wait.forHttp("/", DYNAMODB_PORT).forStatusCode(400))
    .start();
  return { endpoint: `http://${started.getHost()}:${started.getMappedPort(DYNAMODB_PORT)}` };
}

async function runTests(environment: Readonly<Record<string, string>>): Promise<number> {
  const vitest = spawn(process.execPath, [VITEST, "run", ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  const [code] = await once(vitest, "exit");
  return typeof code === "number" ? code : 1;
}

try {
  await getContainerRuntimeClient();
  // Both are removed when this process has gone, whichever way it goes.
  const [postgres, dynamoDb] = await Promise.all([startPostgres(), startDynamoDb()]);
  process.exitCode = await runTests({ TEST_POSTGRES_URL: postgres.url, TEST_DYNAMODB_ENDPOINT: dynamoDb.endpoint });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `No test was run: ${message}. This needs a container engine such as Docker; npm test needs none.\n`,
  );
  process.exitCode = 1;
}
