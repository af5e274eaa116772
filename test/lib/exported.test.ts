/**
 * Exports, by the whole chain: the state machine of a template with them, the deployed bundle, something that makes exports of a table as DynamoDB does,
 * and a bucket they stand in. One start exports all of it and migrates that; the next one what has changed since.
 */
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect, inject, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { ENVIRONMENT } from "../../lambda/contract.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { bundleFunction } from "../support/bundle.ts";
import { createDatabase } from "../support/database.ts";
import { ExportingTable, type ExportMade, exportingServer } from "../support/exporting-table.ts";
import { exportBucket, exportedTable } from "../support/exports/bucket.ts";
import { writeFullExport, writeIncrementalExport } from "../support/exports/export.ts";
import type { WindowChange } from "../support/exports/lines.ts";
import { LambdaService } from "../support/lambda-service.ts";
import { query } from "../support/migration.ts";
import { s3Proxy } from "../support/s3-proxy.ts";
import { CREDENTIALS, startS3 } from "../support/s3-server.ts";
import { tableName } from "../support/table-name.ts";
import { definitionOf, execute, Failed, type Task } from "./executed.ts";
import { actionsOf, policyOf } from "./policies.ts";
import { CLUSTER, NETWORK, synthesize } from "./synthesized.ts";

const AMPLE = 120_000;
const SETTINGS = { exports: "on", network: NETWORK, cluster: CLUSTER };

/** All files of a folder, by their paths in it. */
async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files = await Promise.all(names.map(async (name) => ((await stat(join(folder, name))).isFile() ? [name] : [])));
  return files.flat();
}

it("one start migrates a full export, the next one what has changed since; what is asked of AWS is what the role may", async () => {
  await using stack = new AsyncDisposableStack();
  const bundle = await bundleFunction();
  const client = stack.adopt(new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" }), (each) =>
    each.destroy(),
  );
  const name = tableName("exported");
  await createSampleTable(client, name);
  const items = [...sampleItems({ items: 200, seed: 5, now: new Date() })];
  await fillTable(client, name, items);
  const arn = must((await client.send(new DescribeTableCommand({ TableName: name }))).Table?.TableArn, "it has one");
  const database = stack.use(await createDatabase());

  const s3 = stack.use(await startS3());
  await s3.make("exports");
  // This server lists no folder that holds folders only.
  await s3.put("exports", "legacy/AWSDynamoDB/beside", Buffer.from("x"));
  const bucketProxy = stack.use(await s3Proxy(s3.endpoint));
  const folder = await mkdtemp(join(tmpdir(), "exported-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const bucket = exportBucket(folder, { ...exportedTable(name), arn }, "legacy");
  // Its clock is a little ahead.
  const table = new ExportingTable(new Date(Date.now() + 60_000));
  let changes: readonly WindowChange[] = [];
  const put = new Set<string>();
  table.begun = async ({ ExportTime, IncrementalExportSpecification: window }: ExportMade) => {
    const time = (seconds: unknown) => new Date(Number(seconds) * 1_000);
    if (window === undefined) {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: name }));
      await writeFullExport(bucket, { at: time(ExportTime), items: Items as Item[] });
    } else {
      const { ExportFromTime, ExportToTime } = Object(window);
      await writeIncrementalExport(bucket, { from: time(ExportFromTime), to: time(ExportToTime), changes });
    }
    for (const key of (await filesIn(folder)).filter((each) => !put.has(each))) {
      await s3.put("exports", key, await readFile(join(folder, key)));
      put.add(key);
    }
  };
  const server = stack.use(await exportingServer(table, inject("dynamoDbEndpoint")));
  const live = `dynamodb:${name}?endpoint=${server.endpoint}&region=local`;
  const service = stack.use(
    await LambdaService.start({
      folder: bundle.folder,
      environment: {
        [ENVIRONMENT.source]: `s3://exports/legacy?endpoint=${bucketProxy.endpoint}&region=local`,
        [ENVIRONMENT.live]: live,
        [ENVIRONMENT.target]: database.url,
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      },
    }),
  );
  const answers: { readonly task: Task; readonly answer: unknown }[] = [];
  const start = async (input = {}, timeout = (_: Task, __: number) => AMPLE) => {
    answers.length = 0;
    const work = async (event: unknown, task: Task) => {
      const call = answers.filter((each) => each.task === task).length + 1;
      const { payload, error } = await service.invoke(event, timeout(task, call));
      answers.push({ task, answer: payload });
      if (error !== undefined) throw new Failed(error);
      return payload;
    };
    const { outcome, shown } = await execute(definitionOf(1, SETTINGS), work, input);
    expect([outcome, JSON.stringify(shown)]).toEqual(["succeeded", expect.anything()]);
    return answers.at(-1)?.answer;
  };

  // The first invocation is killed with the export begun, and what is tried again begins no other.
  expect(await start({}, (task, call) => (task === "Export" && call === 1 ? 1_500 : AMPLE))).toMatchObject({
    verdict: "verified",
    items: { read: items.length },
  });
  expect(table.exports).toHaveLength(1);
  expect(answers.filter(({ task }) => task === "Export").at(-1)?.answer).toMatchObject({ done: true });

  const user = must(
    items.find((item) => JSON.stringify(item.SK) === '{"S":"PROFILE"}'),
    "somebody has one",
  );
  const after = { ...user, About: { S: "the last word" } };
  await fillTable(client, name, [after]);
  changes = [
    {
      key: { PK: must(user.PK, "a key"), SK: must(user.SK, "a key") },
      before: user,
      after,
      micros: Date.now() * 1_000,
    },
  ];
  // No window is so short as the time since then: it is waited for until there can be one.
  expect(
    await start({}, () => {
      table.now += 200;
      return AMPLE;
    }),
  ).toMatchObject({ verdict: "verified" });
  expect(answers.filter(({ task }) => task === "Export").length).toBeGreaterThan(3);
  expect(table.exports).toHaveLength(2);
  expect(await query(database.url, "select count(*)::int as n from users where about = 'the last word'")).toEqual([
    { n: 1 },
  ]);

  const policy = policyOf(synthesize(SETTINGS), "MigratorRole");
  const called = new Set(table.seen.map(({ operation }) => `dynamodb:${operation}`));
  for (const { operation } of bucketProxy.seen) called.add(operation === "list" ? "s3:ListBucket" : "s3:GetObject");
  // What is written, DynamoDB writes in the role's name.
  const asked = actionsOf(policy).filter((action) => /^(dynamodb|s3):/.test(action) && !/:Put|:Abort/.test(action));
  expect(called).toEqual(new Set(asked));
});
