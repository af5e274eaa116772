/** What alarms and widgets look at is what a run produces, and while it runs: the deployed bundle is at work, and its log is read as CloudWatch would. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { z } from "zod";
import { soiled } from "../../bin/rehearse/dirt.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { METRICS } from "../../lambda/contract.ts";
import { type Bundle, bundleFunction } from "../support/bundle.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type Execution, migrate } from "./chained.ts";
import { inAlarms, inWidgets, type Named, nowhere } from "./named-metrics.ts";
import { type Synthesized, synthesize } from "./synthesized.ts";

/** So few that reading takes some seconds, and a quarter of that where each worker had as many. */
const UNITS_A_SECOND = 10;

let bundle: Bundle;
let client: DynamoDBClient;
let database: TestDatabase;
let stack: Synthesized;
let execution: Execution;
beforeAll(async () => {
  bundle = await bundleFunction();
  client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
  database = await createDatabase();
  stack = synthesize();
  const items = soiled(sampleItems({ items: 400, seed: 5, now: new Date() }));
  const input = { copy: { maxReadUnits: UNITS_A_SECOND } };
  execution = await migrate({ bundle, client }, "measured", items, { workers: 4, database, input });
});
afterAll(async () => {
  client.destroy();
  await database.drop();
});

const line = z.looseObject({
  _aws: z.object({ CloudWatchMetrics: z.array(z.object({ Metrics: z.array(z.object({ Name: z.string() })) })) }),
});

/** Readings in the order they were written: metrics by name. */
const readingsIn = (lines: readonly string[]): Readonly<Record<string, number>>[] =>
  lines
    .filter((each) => each.includes('"_aws"'))
    .map((each) => line.parse(JSON.parse(each)))
    .map(({ _aws, ...values }) =>
      Object.fromEntries(
        _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => [Name, Number(values[Name])])),
      ),
    );
const namesIn = (lines: readonly string[]): Set<string> => new Set(readingsIn(lines).flatMap(Object.keys));
const own = (named: readonly Named[]) => named.filter(({ namespace }) => namespace === METRICS.namespace);

/** What only a proof can tell, and what only a report does. */
const AT_THE_END = [
  ...["Discrepancies", "UnmappedAttributes", "ItemsUnchanged", "ItemsIgnored", "ItemsExpired"],
  ...["CopyMilliseconds", "BuildMilliseconds", "VerifyMilliseconds"],
];

it("each metric that an alarm or a widget names is produced by the run, or by a service", () => {
  // A worker of the workflow times no copy: one invocation that does all of it does.
  const emitted = namesIn(execution.lines.all).union(new Set(["CopyMilliseconds", "BuildMilliseconds"]));
  for (const named of [inAlarms(stack), inWidgets(stack)]) {
    expect(named.length).toBeGreaterThan(8);
    expect(nowhere(named, emitted)).toEqual([]);
  }
});

it("a widget that named another one would be found", () => {
  const [first] = own(inWidgets(stack));
  if (first === undefined) expect.unreachable();
  const emitted = namesIn(execution.lines.all);
  for (const planted of [
    { ...first, name: "ItemsRed" },
    { ...first, dimensions: { Table: "legacy" } },
    { ...first, namespace: "DynamoDBToPostgres" },
    { ...first, namespace: "AWS/RDS", name: "ACUUtilisation", dimensions: { DBClusterIdentifier: "c" } },
  ])
    expect(nowhere([planted], emitted)).toHaveLength(1);
});

it("all but what only a proof can tell is produced while it copies", () => {
  const copying = namesIn(execution.lines.copying);
  const expected = new Set(Object.keys(METRICS.units)).difference(new Set(AT_THE_END));
  expect([...copying].sort()).toEqual([...expected].sort());
  const looked = own([...inAlarms(stack), ...inWidgets(stack)]).map(({ name }) => name);
  expect(looked.filter((name) => !copying.has(name) && !AT_THE_END.includes(name))).toEqual([]);
});

it("quarantine is told while it fills, and no verdict stands until there is one", () => {
  const copying = readingsIn(execution.lines.copying);
  expect(Math.max(...copying.map(({ ItemsQuarantined = 0 }) => ItemsQuarantined))).toBeGreaterThan(5);
  expect(copying.filter(({ Verified }) => Verified !== 0)).toEqual([]);
  expect(copying.some((reading) => "Discrepancies" in reading)).toBe(false);
  expect(readingsIn(execution.lines.all).some(({ Discrepancies = 0 }) => Discrepancies > 0)).toBe(true);
});

it("four workers together read what was said, and not each of them", () => {
  const units = readingsIn(execution.lines.copying).reduce((sum, { ReadUnits = 0 }) => sum + ReadUnits, 0);
  expect(units).toBeGreaterThan(5 * UNITS_A_SECOND);
  // A second's worth is there at first; and the last turns need not have come to their end.
  expect(execution.copySeconds).toBeGreaterThan(units / UNITS_A_SECOND - 2);
});

it("what is of a minute is summed, and nothing else is", () => {
  for (const { name, statistic } of own([...inAlarms(stack), ...inWidgets(stack)]))
    expect([name, statistic]).toEqual([name, METRICS.sums.some((each) => each === name) ? "Sum" : "Maximum"]);
  const steps = readingsIn(execution.lines.copying).map(({ Steps = 0 }) => Steps);
  expect(steps.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(4);
});
