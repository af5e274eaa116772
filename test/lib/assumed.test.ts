/** A table of another account: its role is assumed to read it, by what is bundled, and the stack asks for no more than that. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, inject, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { ENVIRONMENT } from "../../lambda/contract.ts";
import { APP, cdkFolder } from "../support/cdk.ts";
import { createDatabase } from "../support/database.ts";
import { dynamoDbProxy } from "../support/dynamodb-proxy.ts";
import { LambdaService } from "../support/lambda-service.ts";
import { listening } from "../support/listening.ts";
import { tableName } from "../support/table-name.ts";
import { allows, needless, policyOf, refused, statementsOf } from "./policies.ts";
import { requestsOf } from "./requests.ts";
import { CLUSTER, NETWORK, ofType, resolved, synthesize, the } from "./synthesized.ts";

const ROLE = "arn:aws:iam::210987654321:role/teams/reader";
const TABLE = "arn:aws:dynamodb:eu-west-1:210987654321:table/legacy";
const READ = { action: "dynamodb:Scan", resource: TABLE };

/** STS, which hands out one pair of keys. */
async function standIn() {
  const asked: { readonly role: string | null; readonly signer: string }[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const parameters = new URLSearchParams(Buffer.concat(await incoming.toArray()).toString());
    const [, signer = ""] = /Credential=([^/]+)/.exec(incoming.headers.authorization ?? "") ?? [];
    asked.push({ role: parameters.get("RoleArn"), signer });
    outgoing.end(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
      <AccessKeyId>assumed</AccessKeyId><SecretAccessKey>assumed</SecretAccessKey><SessionToken>assumed</SessionToken>
      <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`);
  });
  const port = await listening(server);
  return { asked, endpoint: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void server.close() };
}

it("what is bundled reads the table as the role it has assumed, and as itself where there is none", async () => {
  await using stack = new AsyncDisposableStack();
  const typed = stack.use(await cdkFolder({ legacy: { tableName: "legacy", tableRoleArn: ROLE } }));
  const { status, output } = await typed.run(APP);
  expect(status, output).toBe(0);
  const out = join(typed.folder, "cdk.out");
  const { Resources: resources } = JSON.parse(await readFile(join(out, "legacy.template.json"), "utf8"));
  const { Code, Environment } = the({ resources }, "AWS::Lambda::Function", "Migrator").Properties;
  const folder = join(out, `asset.${String(resolved(Code.S3Key)).replace(".zip", "")}`);
  const { AWS_CONFIG_FILE: file, [ENVIRONMENT.sourceProfile]: profile } = Environment.Variables;
  expect(file).toBe("/var/task/aws-config");

  const client = stack.adopt(new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" }), (each) =>
    each.destroy(),
  );
  const name = tableName("assumed");
  await createSampleTable(client, name);
  await fillTable(client, name, sampleItems({ items: 60, seed: 5, now: new Date() }));
  const [proxy, sts] = [stack.use(await dynamoDbProxy(inject("dynamoDbEndpoint"))), stack.use(await standIn())];
  const run = async (environment: Record<string, string>) => {
    await using database = await createDatabase();
    await using service = await LambdaService.start({
      folder,
      environment: {
        [ENVIRONMENT.source]: `dynamodb:${name}?endpoint=${proxy.endpoint}&region=local`,
        [ENVIRONMENT.target]: database.url,
        AWS_ACCESS_KEY_ID: "itself",
        AWS_SECRET_ACCESS_KEY: "itself",
        AWS_ENDPOINT_URL_STS: sts.endpoint,
        AWS_CONFIG_FILE: file.replace("/var/task", folder),
        ...environment,
      },
    });
    for (const event of [{}, { action: "verify", recount: true }])
      expect((await service.invoke(event, 120_000)).payload).toMatchObject({ verdict: "verified" });
  };
  await run({ [ENVIRONMENT.sourceProfile]: profile });
  expect([...proxy.signers]).toEqual(["assumed"]);
  expect(new Set(sts.asked.map((each) => JSON.stringify(each)))).toEqual(
    new Set([JSON.stringify({ role: ROLE, signer: "itself" })]),
  );
  proxy.signers.clear();
  await run({});
  expect([...proxy.signers]).toEqual(["itself"]);
});

it("the function may assume that role, and read no table itself; the way to its table and to STS goes with the migrator", async () => {
  const made = synthesize({ tableRoleArn: ROLE });
  const existing = synthesize({ tableRoleArn: ROLE, network: NETWORK, cluster: CLUSTER });
  const policy = policyOf(existing, "MigratorRole");
  const requests = [...requestsOf(existing, []), { action: "sts:AssumeRole", resource: ROLE }];
  expect(await refused(policy, requests)).toEqual([]);
  expect(await needless(policy, requests)).toEqual([]);
  const others = [
    READ,
    { ...READ, resource: TABLE.replace("2109", "1234") },
    { action: "sts:AssumeRole", resource: `${ROLE}2` },
  ];
  expect(await refused(policy, others)).toHaveLength(others.length);

  const endpoints = ofType(made, "AWS::EC2::VPCEndpoint");
  const names = endpoints.map(([, { Properties }]) => String(resolved(Properties.ServiceName)).split(".").at(-1));
  expect(names.sort()).toEqual(["dynamodb", "sts"]);
  const [, dynamoDb] = endpoints.find(([id]) => id.includes("DynamoDb")) ?? [];
  const bounds = statementsOf(dynamoDb?.Properties.PolicyDocument, made);
  const anything = [{ effect: "Allow", actions: ["*"], resources: ["*"], conditions: {} }];
  expect(await allows(anything, READ, bounds)).toBe(true);
  expect(ofType(existing, "AWS::EC2::VPCEndpoint")).toEqual([]);
  const off = ofType(synthesize({ tableRoleArn: ROLE, migrator: "off" }), "AWS::EC2::VPCEndpoint");
  expect(off).toEqual([]);
});

it("the operator has no part in another account's table", () => {
  const shape = synthesize({ tableRoleArn: ROLE, network: NETWORK, cluster: CLUSTER });
  const { Statement } = the(shape, "AWS::IAM::ManagedPolicy").Properties.PolicyDocument;
  expect(JSON.stringify(Statement)).not.toContain("dynamodb:");
});
