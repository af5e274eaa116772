/** `invoke --stack`, against something that answers as AWS would: its workflow is the template's, its function the bundle. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { soiled } from "../../bin/rehearse/dirt.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { ENVIRONMENT } from "../../lambda/contract.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { type Bundle, bundleFunction } from "../support/bundle.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { LambdaService } from "../support/lambda-service.ts";
import { listening } from "../support/listening.ts";
import { tableName } from "../support/table-name.ts";
import { definitionOf, execute } from "./executed.ts";

const ARN = "arn:aws:states:eu-west-1:123456789012";

let bundle: Bundle;
let client: DynamoDBClient;
let folder: string;
beforeAll(async () => {
  bundle = await bundleFunction();
  client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-invoke-"));
});
afterAll(async () => {
  client.destroy();
  await rm(folder, { recursive: true, force: true });
});

const output = (key: string, value: string) =>
  `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`;

/** CloudFormation, Step Functions and Lambda at one address. */
async function standIn(service: LambdaService, outputs: string) {
  // One environment: who asks while it is at work waits, where Lambda would boot another one.
  let turn: Promise<unknown> = Promise.resolve();
  const ask = (event: object): Promise<unknown> => {
    const answer = turn.then(async () => (await service.invoke(event, 60_000)).payload);
    turn = answer.catch(() => undefined);
    return answer;
  };
  let status = "RUNNING";
  const answerTo = async (incoming: IncomingMessage, body: string): Promise<string> => {
    const operation = String(incoming.headers["x-amz-target"] ?? "").split(".")[1];
    if (operation === "StartExecution") {
      status = "RUNNING";
      void execute(definitionOf(2), ask).then(({ outcome }) => {
        status = outcome === "succeeded" ? "SUCCEEDED" : "FAILED";
      });
      return JSON.stringify({ executionArn: `${ARN}:execution:m:1`, startDate: 1 });
    }
    if (operation === "DescribeExecution")
      return JSON.stringify({
        executionArn: `${ARN}:execution:m:1`,
        stateMachineArn: `${ARN}:stateMachine:m`,
        status,
        startDate: 1,
      });
    if (incoming.url?.includes("/functions/")) return JSON.stringify(await ask(JSON.parse(body)));
    return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
      <StackName>s</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>
      <Outputs>${outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  };
  const server = createServer(async (incoming, outgoing) => {
    const body = Buffer.concat(await incoming.toArray()).toString();
    outgoing.end(await answerTo(incoming, body));
  });
  const port = await listening(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

async function invoked(name: string, items: Iterable<Item>, database: TestDatabase, outputs?: string) {
  const table = tableName(name);
  await createSampleTable(client, table);
  await fillTable(client, table, items);
  await using service = await LambdaService.start({
    folder: bundle.folder,
    environment: {
      [ENVIRONMENT.source]: `dynamodb:${table}?endpoint=${inject("dynamoDbEndpoint")}&region=local`,
      [ENVIRONMENT.target]: database.url,
      AWS_ACCESS_KEY_ID: "embedded",
      AWS_SECRET_ACCESS_KEY: "embedded",
    },
  });
  const both = output("FunctionName", "migrator:live") + output("StateMachineArn", `${ARN}:stateMachine:m`);
  await using aws = await standIn(service, outputs ?? both);
  const json = join(folder, `${name}.json`);
  const child = spawn(
    process.execPath,
    ["bin/cli.ts", "invoke", "--stack", "s", "--region", "eu-west-1", "--json", json],
    {
      env: { ...process.env, AWS_ENDPOINT_URL: aws.endpoint, AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      text += data;
    });
  await once(child, "close");
  return { status: child.exitCode, text, json: await readFile(json, "utf8").catch(() => "") };
}

const clean = () => sampleItems({ items: 200, seed: 5, now: new Date() });

it("starts the workflow, follows it, prints the report and ends with 0 where it is verified", async () => {
  await using database = await createDatabase();
  const { status, text, json } = await invoked("invoke-clean", clean(), database);
  expect([status, text]).toEqual([0, expect.stringMatching(/^VERIFIED {2}/m)]);
  expect(JSON.parse(json)).toMatchObject({ verdict: "verified", items: { read: 200 } });
});

it("I10: ends with 1 where it is discrepant, and shows hashes in place of keys", async () => {
  await using database = await createDatabase();
  const { status, text, json } = await invoked("invoke-dirty", soiled(clean()), database);
  expect([status, text]).toEqual([1, expect.stringMatching(/^DISCREPANT {2}/m)]);
  expect(text).toMatch(/#[0-9a-f]{16}/);
  for (const shown of [text, json]) expect(shown).not.toMatch(/folder-attic|USER#/);
});

it("a stack without a migrator is refused", async () => {
  await using database = await createDatabase();
  const { status, text } = await invoked("invoke-off", clean(), database, output("Other", "x"));
  expect([status, text]).toEqual([3, expect.stringContaining("has no migrator")]);
});
