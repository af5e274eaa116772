/** The function as it is deployed: its bundle, under Lambda's own runtime client, against real engines; and what it writes. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, inject } from "vitest";
import { z } from "zod";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { ENVIRONMENT, METRICS, type MigrationResult, resultSchema } from "../../lambda/contract.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { ACTIONS } from "../../lambda/event.ts";
import { answered } from "../../lambda/verb.ts";
import { bundleFunction } from "../support/bundle.ts";
import type { TestDatabase } from "../support/database.ts";
import { type Answer, LambdaService } from "../support/lambda-service.ts";
import { tableName } from "../support/table-name.ts";

/** More than any invocation takes. */
export const AMPLE = 120_000;

async function withClient<T>(work: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/** Puts items into a table. */
export const fill = (table: string, items: Iterable<Item>) => withClient((client) => fillTable(client, table, items));

/** A table of these items. */
export async function tableOf(items: Iterable<Item>): Promise<string> {
  const table = tableName("function");
  await withClient((client) => createSampleTable(client, table));
  await fill(table, items);
  return table;
}

export const sourceOf = (table: string): string =>
  `dynamodb:${table}?endpoint=${inject("dynamoDbEndpoint")}&region=local`;

export const environmentOf = (table: string, { url }: TestDatabase) => ({
  [ENVIRONMENT.source]: sourceOf(table),
  [ENVIRONMENT.target]: url,
  AWS_ACCESS_KEY_ID: "embedded",
  AWS_SECRET_ACCESS_KEY: "embedded",
});

/** Lets a function work until it is done with; returns every line it wrote, each of which is as it must be. */
export async function withFunction(
  environment: Readonly<Record<string, string>>,
  work: (service: LambdaService) => Promise<void>,
): Promise<string[]> {
  const { folder } = await bundleFunction();
  const service = await LambdaService.start({ folder, environment });
  try {
    await work(service);
  } finally {
    await service[Symbol.asyncDispose]();
  }
  checkLines(service.lines);
  return service.lines;
}

export function resultOf(answer: Answer): MigrationResult {
  expect(answer).not.toHaveProperty("error");
  return resultSchema.parse(answer.payload);
}

/** Asks something that proves nothing. */
export const asking =
  (service: LambdaService) =>
  async ({ action, ...said }: { action: string; [name: string]: unknown }): Promise<object> =>
    answerOf(action, await service.invoke({ action, ...said }, AMPLE));

/** What an action that proves nothing answers, as its file says. */
function answerOf(action: string, { payload }: Answer): object {
  const { event } = must(ACTIONS.get(action), "an event may ask for it");
  if ("answer" in event) expect(answered(event, payload)).toEqual(expect.anything());
  return z.looseObject({ action: z.literal(action) }).parse(payload);
}

const aws = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.number().int(),
    CloudWatchMetrics: z
      .array(
        z.strictObject({
          Namespace: z.literal(METRICS.namespace),
          Dimensions: z.array(z.array(z.string()).max(30)).length(1),
          Metrics: z.array(
            z.strictObject({ Name: z.enum(Object.keys(METRICS.units)), Unit: z.enum(["Count", "Milliseconds"]) }),
          ),
        }),
      )
      .length(1),
  }),
  message: z.enum(["progress", "metrics"]),
  verdict: z.string().optional(),
  run: z.number().optional(),
  pass: z.number().optional(),
});

export const metricLines = (lines: readonly string[]) =>
  lines.filter((line) => line.includes("_aws")).map((line) => aws.parse(JSON.parse(line)));
/** Those of reports. */
export const reported = (lines: readonly string[]) => metricLines(lines).filter(({ message }) => message === "metrics");
export const metricNames = (lines: readonly string[]) =>
  metricLines(lines).flatMap(({ _aws }) => _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map((m) => m.Name)));

const line = z.looseObject({
  level: z.enum(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]),
  timestamp: z.iso.datetime(),
});

/** JSON, with a level in words and a time as RFC 3339 has it; what holds metrics has them at its root, each a number and each with a name that is known. */
export function checkLines(lines: readonly string[]): void {
  for (const text of lines) expect(() => line.parse(JSON.parse(text)), text).not.toThrow();
  for (const found of metricLines(lines)) {
    const [directive] = found._aws.CloudWatchMetrics;
    for (const { Name } of directive?.Metrics ?? []) expect(found[Name]).toEqual(expect.any(Number));
    for (const name of directive?.Dimensions.flat() ?? []) expect(found[name]).toEqual(expect.any(String));
  }
}
