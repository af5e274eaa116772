/**
 * The runbook in its order: roles made, a pass over the live table, a second one behind the freeze, report, seal, ledger dropped,
 * migrator off, hand-over, and the application at work. Each step by what the deployment has for it, as the role that does it.
 */
import { DeleteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, inject, it, vi } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { ENVIRONMENT } from "../../lambda/contract.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { type Bundle, bundleFunction } from "../support/bundle.ts";
import { LambdaService } from "../support/lambda-service.ts";
import { VERDICTS } from "../support/ledger.ts";
import { blocksOfPage } from "../support/pages.ts";
import { tableName } from "../support/table-name.ts";
import { type DataApi, startDataApi } from "./data-api.ts";
import { definitionOf, execute, Failed, type Task } from "./executed.ts";
import { type Rds, startRds } from "./rds.ts";
import { CLUSTER, NETWORK, type Resource, resolved, type Synthesized, synthesize, the } from "./synthesized.ts";

const ITEMS = [...sampleItems({ items: 150, seed: 9, now: new Date() })];
const AMPLE = 120_000;

const textOf = (value: Item[string] | undefined): string => (value !== undefined && "S" in value ? value.S : "");

let rds: Rds;
let api: DataApi;
let bundle: Bundle;
let client: DynamoDBClient;
let stack: Synthesized;
beforeAll(async () => {
  rds = await startRds();
  api = await startDataApi(rds.urlOf("app", "master"));
  bundle = await bundleFunction();
  client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
  stack = synthesize({ network: NETWORK, cluster: CLUSTER });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  client.destroy();
  await api[Symbol.asyncDispose]();
  await rds.stop();
});

/** What CloudFormation asks of the role's maker when a stack is deployed, and when its migrator is switched off. */
async function cloudFormation(RequestType: "Create" | "Delete", { Properties }: Resource): Promise<void> {
  vi.stubEnv("AWS_ENDPOINT_URL_RDS_DATA", api.url);
  const { handler } = await import("../../lib/role-handler.ts");
  const request = {
    StackId: "stack",
    RequestId: RequestType,
    LogicalResourceId: "role",
    ResponseURL: `${api.url}/answer`,
  };
  await handler({ RequestType, ...request, ResourceProperties: resolved(Properties) });
  expect(api.answers.at(-1)?.body).toMatchObject({ Status: "SUCCESS" });
}

/** As the function of the template signs in, but for the host and the token. */
function targetOf(): string {
  const { Variables } = the(stack, "AWS::Lambda::Function", "Migrator").Properties.Environment;
  const deployed = new URL(String(resolved(Variables[ENVIRONMENT.target])));
  const target = new URL(rds.urlOf("app", deployed.username));
  target.searchParams.set("options", must(deployed.searchParams.get("options"), "it acts as the owner"));
  return target.href;
}

it("ends with an application that reads and writes tables which nobody else may", async () => {
  const table = tableName("runbook");
  await createSampleTable(client, table);
  await fillTable(client, table, ITEMS);
  await cloudFormation("Create", the(stack, "Custom::DatabaseRole"));

  const environment = {
    [ENVIRONMENT.source]: `dynamodb:${table}?endpoint=${inject("dynamoDbEndpoint")}&region=local`,
    [ENVIRONMENT.target]: targetOf(),
    AWS_ACCESS_KEY_ID: "embedded",
    AWS_SECRET_ACCESS_KEY: "embedded",
  };
  await using lambda = await LambdaService.start({ folder: bundle.folder, environment });
  const invoke = async (event: unknown): Promise<unknown> => {
    const { payload, error } = await lambda.invoke(event, AMPLE);
    if (error !== undefined) throw new Failed(error);
    return payload;
  };
  const answers: { readonly task: Task; readonly answer: unknown }[] = [];
  const pass = async (input: Parameters<typeof execute>[2] = {}) => {
    const work = async (event: unknown, task: Task) => {
      const answer = await invoke(event);
      answers.push({ task, answer });
      return answer;
    };
    expect(JSON.stringify(await execute(definitionOf(1), work, input))).toContain("succeeded");
    return answers.at(-1)?.answer;
  };

  // The live pass; the master looks at it while the application may only read.
  expect(await pass()).toMatchObject({ verdict: "verified", pass: 1 });
  const [before] = await rds.as("master", "select count(*)::int as users from users");
  for (const { text } of (await blocksOfPage("lib/README.md")).filter(({ language }) => language === "sql"))
    await rds.as("master", ...text.split(";").filter((statement) => statement.trim() !== ""));
  expect(await rds.as("shop", "select count(*)::int as users from users")).toEqual([before]);
  const write =
    "update users set about = 'written by the application' where user_id = (select min(user_id) from users)";
  await expect(rds.as("shop", write)).rejects.toThrow(/permission denied/);

  // The last writes before the freeze, and the second pass behind it.
  const profile = must(
    ITEMS.find((item) => textOf(item.SK) === "PROFILE"),
    "somebody has one",
  );
  await fillTable(client, table, [{ ...profile, About: { S: "the last word" } }]);
  const share = must(
    ITEMS.find((item) => textOf(item.SK).startsWith("SHARE#")),
    "somebody shares something",
  );
  const Key = { PK: { S: textOf(share.PK) }, SK: { S: textOf(share.SK) } };
  await client.send(new DeleteItemCommand({ TableName: table, Key }));
  const shares = "select count(*)::int as n from file_shares";
  const [shared] = await rds.as("master", shares);
  expect(await pass({ finalize: { prune: true } })).toMatchObject({ verdict: "verified", pass: 2 });
  expect(await rds.as("master", "select count(*)::int as n from users where about = 'the last word'")).toEqual([
    { n: 1 },
  ]);

  expect(await rds.as("master", shares)).toEqual([{ n: Number(shared?.n) - 1 }]);

  expect(await invoke({ action: "report" })).toMatchObject({
    action: "report",
    report: { verdict: "verified", pass: 2 },
  });
  const [told] = await rds.as("master", VERDICTS);
  expect(told).toEqual({ verdict: "verified" });
  await expect(rds.as("shop", VERDICTS)).rejects.toThrow(/permission denied/);
  expect(await invoke({ action: "seal" })).toMatchObject({ action: "seal" });
  expect(await invoke({ action: "drop-ledger" })).toMatchObject({ action: "drop-ledger" });
  expect(await rds.as("master", "select to_regnamespace('migration_ledger') as ledger")).toEqual([{ ledger: null }]);

  await cloudFormation("Delete", the(stack, "Custom::DatabaseRole"));
  expect(await invoke({ action: "status" })).toMatchObject({ verdict: "refused" });

  await rds.as("master", String(stack.outputs.HandOverSql?.Value));
  await rds.as("shop", write);
  expect(await rds.as("shop", "select count(*)::int as n from users where about like 'written%'")).toEqual([{ n: 1 }]);
  const owners = "select distinct tableowner as is from pg_tables where schemaname = 'public'";
  expect(await rds.as("master", owners)).toEqual([{ is: "app_owner" }]);
  // Whose they are is who changes them from now on.
  await rds.as("master", "alter table users add column nickname text");
});
