/**
 * Every test, on the official images of PostgreSQL and DynamoDB Local in place of the embedded engines. Without a container
 * engine nothing has been tested, and the exit status says so.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { GenericContainer, getContainerRuntimeClient, ImageName, Wait } from "testcontainers";
import { HOSTILE_SETTINGS } from "./hostile-settings.ts";
import { type Engine, runLane, type Server, Untested, untilSignalled } from "./lane.ts";

const {
  TEST_POSTGRES_IMAGE: postgresImage = "postgres:17",
  TEST_DYNAMODB_IMAGE: dynamoDbImage = "amazon/dynamodb-local:latest",
} = process.env;
const VITEST = resolve(import.meta.dirname, "../../node_modules/vitest/vitest.mjs");
const DYNAMODB_PORT = 8000;

async function engine(): Promise<Engine> {
  const { image } = await getContainerRuntimeClient();
  return {
    pull: async (text) => {
      const name = ImageName.fromString(text);
      await image.pull(name);
      // What goes wrong while it is fetched is only in what is said on the way.
      if (!(await image.exists(name))) throw new Error("it was not found, or fetching it broke off");
    },
  };
}

async function startPostgres(): Promise<Server> {
  const settings = Object.entries(HOSTILE_SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const started = await new PostgreSqlContainer(postgresImage).withCommand(["postgres", ...settings]).start();
  const url = new URL(started.getConnectionUri());
  // The image has no certificate, and its host need not be this machine.
  url.searchParams.set("sslmode", "disable");
  return { environment: { TEST_POSTGRES_URL: url.href }, stop: async () => void (await started.stop()) };
}

async function startDynamoDb(): Promise<Server> {
  const started = await new GenericContainer(dynamoDbImage)
    .withCommand(["-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb"])
    .withExposedPorts(DYNAMODB_PORT)
    // It is up when it refuses a request that is not signed.
    .withWaitStrategy(Wait.forHttp("/", DYNAMODB_PORT).forStatusCode(400))
    .start();
  const endpoint = `http://${started.getHost()}:${started.getMappedPort(DYNAMODB_PORT)}`;
  return { environment: { TEST_DYNAMODB_ENDPOINT: endpoint }, stop: async () => void (await started.stop()) };
}

async function runTests(environment: Readonly<Record<string, string>>, signal: AbortSignal): Promise<number> {
  const vitest = spawn(process.execPath, [VITEST, "run", ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  signal.addEventListener("abort", () => vitest.kill());
  const [code] = await once(vitest, "exit");
  return typeof code === "number" ? code : 1;
}

const images = [
  { image: postgresImage, variable: "TEST_POSTGRES_IMAGE", start: startPostgres },
  { image: dynamoDbImage, variable: "TEST_DYNAMODB_IMAGE", start: startDynamoDb },
];
try {
  // Stopped here; where even this process is killed outright, the library's own reaper removes them.
  process.exitCode = await untilSignalled((signal) => runLane({ engine, images, tests: runTests, signal }));
} catch (error) {
  if (!(error instanceof Untested)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
