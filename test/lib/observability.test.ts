/** Alarms, dashboard, saved questions and outputs: whether what they name exists, and what they say can be typed. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { METRICS } from "../../lambda/contract.ts";
import { ACTIONS, eventSchema } from "../../lambda/event.ts";
import { WRITES } from "../../lib/commands.ts";
import { ofType, resolved, type Synthesized, synthesize, the } from "./synthesized.ts";

/** Those of AWS that are looked at: a misspelt one would stay silent for ever. */
const OF_SERVICES: Readonly<Record<string, readonly [dimensions: string, ...names: string[]]>> = {
  "AWS/Lambda": ["FunctionName", "ConcurrentExecutions", "Duration", "Errors"],
  "AWS/States": [
    "StateMachineArn",
    "ExecutionsAborted",
    "ExecutionsFailed",
    "ExecutionsStarted",
    "ExecutionsSucceeded",
    "ExecutionsTimedOut",
  ],
  "AWS/DynamoDB": ["TableName", "ConsumedReadCapacityUnits"],
  "AWS/DynamoDB of one operation": ["Operation,TableName", "ThrottledRequests"],
  "AWS/RDS": ["DBClusterIdentifier", "CommitLatency", "ServerlessDatabaseCapacity"],
};

/** As the service authorization reference lists them: access level Write, on a table, of items. */
const WRITING = [
  "BatchWriteItem",
  "DeleteItem",
  "PartiQLDelete",
  "PartiQLInsert",
  "PartiQLUpdate",
  "PutItem",
  "UpdateItem",
];

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

let stack: Synthesized;
let inAlarms: readonly Named[];
let inWidgets: readonly Named[];
// biome-ignore lint/suspicious/noExplicitAny: a dashboard is JSON of many shapes
let widgets: readonly any[];

beforeAll(() => {
  stack = synthesize({ alarmEmail: "team@example.org" });
  inAlarms = ofType(stack, "AWS::CloudWatch::Alarm").flatMap(([, { Properties }]) =>
    [Properties, ...(Properties.Metrics ?? []).map((each: { MetricStat?: object }) => each.MetricStat)]
      .filter((each) => each !== undefined)
      .map((each) => ({ ...each, ...each.Metric, Statistic: each.Statistic ?? each.Stat }))
      .filter(({ MetricName }) => MetricName !== undefined)
      .map(({ Namespace, MetricName, Dimensions, Statistic }) => ({
        namespace: Namespace,
        name: MetricName,
        dimensions: Object.fromEntries(
          Dimensions.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, resolved(Value)]),
        ),
        statistic: Statistic,
      })),
  );
  widgets = JSON.parse(String(resolved(the(stack, "AWS::CloudWatch::Dashboard").Properties.DashboardBody))).widgets;
  inWidgets = widgets.flatMap(({ properties }) =>
    (properties.metrics ?? []).map((metric: unknown[]) => {
      const texts = metric.filter((each) => typeof each === "string");
      const options = Object.assign({}, ...metric.filter((each) => typeof each === "object"));
      const [namespace = "", name = "", ...pairs] = texts;
      const dimensions = Object.fromEntries(pairs.flatMap((each, at) => (at % 2 === 0 ? [[each, pairs[at + 1]]] : [])));
      return { namespace, name, dimensions, statistic: options.stat ?? "Average" };
    }),
  );
});

describe.each(["alarms", "widgets"])("the metrics of the %s", (which) => {
  const all = () => (which === "alarms" ? inAlarms : inWidgets);

  it("exist: the function emits them, or the service does", () => {
    expect(all().length).toBeGreaterThan(6);
    for (const { namespace, name, dimensions } of all()) {
      const names = Object.keys(dimensions).join(",");
      if (namespace === METRICS.namespace) {
        expect(Object.keys(METRICS.units)).toContain(name);
        expect(names).toBe(METRICS.dimension);
      } else {
        const known = Object.entries(OF_SERVICES).filter(
          ([service, [of]]) => service.startsWith(namespace) && of === names,
        );
        expect(
          known.flatMap(([, [, ...each]]) => each),
          `${namespace} ${name} by ${names}`,
        ).toContain(name);
      }
    }
  });

  it("are of this function, by the name it goes by itself", () => {
    const own = all().filter(({ namespace }) => [METRICS.namespace, "AWS/Lambda"].includes(namespace));
    for (const { dimensions } of own) expect(dimensions.FunctionName).toMatch(/^MigratorFunction/);
  });

  it("are never summed where a count is of the whole pass", () => {
    const own = all().filter(({ namespace }) => namespace === METRICS.namespace);
    expect(new Set(own.map(({ statistic }) => statistic)).difference(new Set(["Maximum"]))).toEqual(new Set());
  });
});

describe("the alarms", () => {
  const metricsOf = (prefix: string) =>
    JSON.stringify(the(stack, "AWS::CloudWatch::Alarm", `ObservabilityAlarms${prefix}`).Properties);

  it.each([
    ["Discrepancy", ["Discrepancies"]],
    ["Quarantine", ["ItemsQuarantined"]],
    ["Failure", ["Errors"]],
    ["WorkflowFailure", ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"]],
    ["Stall", ["ConcurrentExecutions", "Duration", "Errors"]],
  ])("%s looks at %j, is told to the topic, and is quiet while nothing runs", (name, metrics) => {
    const { Properties } = the(stack, "AWS::CloudWatch::Alarm", `ObservabilityAlarms${name}`);
    for (const metric of metrics) expect(metricsOf(name)).toContain(`"${metric}"`);
    expect(Properties).toMatchObject({
      TreatMissingData: "notBreaching",
      Threshold: 0,
      ComparisonOperator: "GreaterThanThreshold",
    });
    expect(resolved(Properties.AlarmActions)).toEqual([expect.stringMatching(/^ObservabilityAlarmsTopic/)]);
  });

  it("fill in what was not measured: a sum with a gap in it is a gap, and would never fire", () => {
    const calculated = ofType(stack, "AWS::CloudWatch::Alarm").flatMap(
      ([, { Properties }]) => Properties.Metrics ?? [],
    );
    const expressions = calculated.filter(({ Expression }) => Expression !== undefined);
    expect(expressions).toHaveLength(2);
    for (const { Expression } of expressions) {
      const filled = Expression.replaceAll(/FILL\(\w+, 0\)/g, "");
      for (const { Id, MetricStat } of calculated)
        if (MetricStat !== undefined) expect(filled).not.toMatch(new RegExp(`\\b${Id}\\b`));
    }
  });

  it("may publish, and nobody without TLS", () => {
    const { Statement } = the(stack, "AWS::SNS::TopicPolicy").Properties.PolicyDocument;
    expect(Statement).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
        }),
        expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      ]),
    );
  });

  it("reach the address that was given, and nobody where none was", () => {
    expect(the(stack, "AWS::SNS::Subscription").Properties).toMatchObject({
      Protocol: "email",
      Endpoint: "team@example.org",
    });
    expect(ofType(synthesize(), "AWS::SNS::Subscription")).toEqual([]);
  });
});

it("every metric the function emits is somewhere on the dashboard", () => {
  const shown = new Set(inWidgets.filter(({ namespace }) => namespace === METRICS.namespace).map(({ name }) => name));
  expect(shown).toEqual(new Set(Object.keys(METRICS.units)));
});

it("the dashboard shows the alarms, the verdicts, and no two widgets in one place", () => {
  expect(widgets.map(({ type }) => type)).toEqual(expect.arrayContaining(["alarm", "log", "metric"]));
  const corners = widgets.map(({ x, y }) => `${x},${y}`);
  expect(new Set(corners).size).toBe(corners.length);
});

it("saved questions are asked of the function's log", () => {
  const saved = ofType(stack, "AWS::Logs::QueryDefinition").map(([, { Properties }]) => Properties);
  expect(saved.map(({ Name }) => Name).sort()).toEqual([
    "DynamoDbToPostgres/Invocations and their memory",
    "DynamoDbToPostgres/Parity reports",
    "DynamoDbToPostgres/Progress",
    "DynamoDbToPostgres/Refusals and failures",
    "DynamoDbToPostgres/Verdict per table",
  ]);
  for (const { LogGroupNames, QueryString } of saved) {
    expect(resolved(LogGroupNames)).toEqual([expect.stringMatching(/^MigratorLog/)]);
    expect(QueryString).toMatch(/^fields .+\n\| filter .+\n\| sort @timestamp desc\n\| limit \d+$/s);
  }
});

describe("the outputs", () => {
  const outputs = (): Record<string, string> =>
    Object.fromEntries(Object.entries(stack.outputs).map(([name, { Value }]) => [name, String(resolved(Value))]));
  /** A command as a shell takes it apart. */
  const words = (command = ""): string[] =>
    execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
      .trimEnd()
      .split("\n");

  it.each([
    ["InvokeCommand", {}],
    ["StatusCommand", { action: "status" }],
    ["RollbackCommand", { action: "rollback" }],
  ])("%s invokes the live version with an event it takes, and waits as long as it may take", (name, event) => {
    const typed = words(outputs()[name]);
    expect(typed.slice(0, 5)).toEqual(["aws", "lambda", "invoke", "--region", "eu-west-1"]);
    expect(typed[typed.indexOf("--function-name") + 1]).toBe(outputs().FunctionName);
    expect(outputs().FunctionName).toMatch(/^MigratorFunction\w+:live$/);
    expect(typed[typed.indexOf("--cli-read-timeout") + 1]).toBe("0");
    const payload = JSON.parse(typed[typed.indexOf("--payload") + 1] ?? "");
    expect(payload).toEqual(event);
    expect(eventSchema.safeParse(payload).success).toBe(true);
    expect([...ACTIONS.keys()]).toContain("status");
  });

  it("StartCommand and FollowCommand name the workflow", () => {
    const { StartCommand, FollowCommand, StateMachineArn } = outputs();
    expect(words(StartCommand)).toEqual([
      "aws",
      "stepfunctions",
      "start-execution",
      "--region",
      "eu-west-1",
      "--state-machine-arn",
      StateMachineArn,
    ]);
    expect(words(FollowCommand)).toContain(StateMachineArn);
  });

  it("ReportCommand keeps the function's answer, and prints the summary in it", async () => {
    const [invoke = "", print = ""] = String(outputs().ReportCommand).split(" && ");
    const typed = words(invoke);
    const event = JSON.parse(typed[typed.indexOf("--payload") + 1] ?? "");
    expect([eventSchema.parse(event), typed.at(-1)]).toEqual([{ action: "report" }, "report.json"]);
    const folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-report-"));
    await writeFile(
      join(folder, "report.json"),
      JSON.stringify({ action: "report", summary: ["VERIFIED  all", "run 1"] }),
    );
    expect(execFileSync("sh", ["-c", print], { encoding: "utf8", cwd: folder })).toBe("VERIFIED  all\nrun 1\n");
    await rm(folder, { recursive: true });
  });

  it("FreezeCommand denies everybody what writes items to this table, where it has no policy yet; ThawCommand takes that away", () => {
    const typed = words(outputs().FreezeCommand);
    const table = "arn:aws:dynamodb:eu-west-1:123456789012:table/legacy";
    const behind = (flag: string) => typed[typed.indexOf(flag) + 1] ?? "";
    expect([behind("--resource-arn"), behind("--expected-revision-id")]).toEqual([table, "NO_POLICY"]);
    const { Statement } = JSON.parse(behind("--policy"));
    expect(Statement).toEqual([{ Sid: "Frozen", Effect: "Deny", Principal: "*", Action: WRITES, Resource: table }]);
    // An action that does not exist would deny nothing, in silence.
    expect(WRITES.map((action) => action.replace("dynamodb:", ""))).toEqual(WRITING);
    expect(words(outputs().ThawCommand).slice(0, 3)).toEqual(["aws", "dynamodb", "delete-resource-policy"]);
    expect(words(outputs().ThawCommand)).toContain(table);
  });

  it("DashboardUrl leads to the dashboard", () => {
    const url = new URL(outputs().DashboardUrl ?? "");
    expect(url.host).toBe("eu-west-1.console.aws.amazon.com");
    expect(url.hash).toMatch(/^#dashboards:name=ObservabilityDashboard/);
  });

  it("without the migrator there is nothing to type", () => {
    expect(Object.keys(synthesize({ migrator: "off" }).outputs).sort()).toEqual([
      "ClusterEndpoint",
      "DatabaseName",
      "MasterSecretArn",
    ]);
  });
});
