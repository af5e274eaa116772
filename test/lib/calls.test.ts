/** What the deployed bundle asks of DynamoDB in a whole migration, counted on the way, against what its role may ask. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, inject, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { ENVIRONMENT } from "../../lambda/contract.ts";
import { bundleFunction } from "../support/bundle.ts";
import { createDatabase } from "../support/database.ts";
import { dynamoDbProxy } from "../support/dynamodb-proxy.ts";
import { LambdaService } from "../support/lambda-service.ts";
import { tableName } from "../support/table-name.ts";
import { actionsOf, needless, policyOf, refused } from "./policies.ts";
import { requestsOf, TABLE } from "./requests.ts";
import { CLUSTER, NETWORK, synthesize } from "./synthesized.ts";

const NAME = tableName("calls");

it("what the function calls and what its role allows are the same, each statement is needed, and none is for another table", async () => {
  await using stack = new AsyncDisposableStack();
  const bundle = await bundleFunction();
  const client = stack.adopt(new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" }), (each) =>
    each.destroy(),
  );
  await createSampleTable(client, NAME);
  await fillTable(client, NAME, sampleItems({ items: 200, seed: 5, now: new Date() }));
  const database = stack.use(await createDatabase());
  const proxy = stack.use(await dynamoDbProxy(inject("dynamoDbEndpoint")));
  const service = stack.use(
    await LambdaService.start({
      folder: bundle.folder,
      environment: {
        [ENVIRONMENT.source]: `dynamodb:${NAME}?endpoint=${proxy.endpoint}&region=local`,
        [ENVIRONMENT.target]: database.url,
        AWS_ACCESS_KEY_ID: "embedded",
        AWS_SECRET_ACCESS_KEY: "embedded",
      },
    }),
  );
  for (const event of [{}, { action: "verify", recount: true }, { action: "repair" }])
    expect((await service.invoke(event, 120_000)).payload).toMatchObject({ verdict: "verified" });
  const called = new Set([...proxy.seen.keys()].map((operation) => `dynamodb:${operation}`));
  const shape = synthesize({ network: NETWORK, cluster: CLUSTER });
  const policy = policyOf(shape, "MigratorRole");
  const allowed = new Set(actionsOf(policy).filter((action) => action.startsWith("dynamodb:")));
  expect([...called].sort()).toEqual([...allowed].sort());
  const requests = requestsOf(shape, called);
  expect(await refused(policy, requests)).toEqual([]);
  expect(await needless(policy, requests)).toEqual([]);
  const elsewhere = requests
    .filter(({ resource }) => resource === TABLE)
    .flatMap((request) =>
      [`${TABLE}2`, `${TABLE}-copy`, TABLE.replace("1234", "4321")].map((resource) => ({ ...request, resource })),
    );
  expect(await refused(policy, elsewhere)).toHaveLength(elsewhere.length);
});
