/** Alarms, dashboard, saved questions and outputs: whether what they name exists, and what they say can be typed. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { METRICS } from "../../lambda/contract.ts";
import { ALARMS } from "../../lambda/domain/estimate/passes.ts";
import { ACTIONS, eventSchema } from "../../lambda/event.ts";
import { WRITES } from "../../lib/commands.ts";
import { inAlarms, inWidgets, widgetsOf } from "./named-metrics.ts";
import { ofType, resolved, type Synthesized, synthesize, the } from "./synthesized.ts";

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

let stack: Synthesized;
beforeAll(() => {
  stack = synthesize({ alarmEmail: "team@example.org" });
});

describe.each(["alarms", "widgets"])("the metrics of the %s", (which) => {
  const all = () => (which === "alarms" ? inAlarms(stack) : inWidgets(stack));

  it("are of this function, by the name it goes by itself", () => {
    const own = all().filter(({ namespace }) => [METRICS.namespace, "AWS/Lambda"].includes(namespace));
    for (const { dimensions } of own) expect(dimensions.FunctionName).toMatch(/^MigratorFunction/);
  });
});

describe("the alarms", () => {
  const metricsOf = (prefix: string) =>
    JSON.stringify(the(stack, "AWS::CloudWatch::Alarm", `ObservabilityAlarms${prefix}`).Properties);

  const STAYS = "ignore";
  const PASSES = "notBreaching";

  it.each<[string, string[], string, number, number]>([
    ["Discrepancy", ["Discrepancies"], STAYS, 0, 1],
    ["Quarantine", ["ItemsQuarantined"], STAYS, 0, 1],
    ["Failure", ["Errors"], STAYS, 0, 1],
    [
      "WorkflowFailure",
      ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionsSucceeded"],
      STAYS,
      0,
      1,
    ],
    ["Stall", ["Working", "Steps"], PASSES, 0, 2],
    ["ThrottledReads", ["ReadThrottleEvents"], PASSES, 0, 1],
    ["CapacityCeiling", ["ACUUtilization"], PASSES, 99, 3],
  ])(
    "%s looks at %j, is told to the topic, and what is not measured is %s",
    (name, metrics, missing, most, periods) => {
      const { Properties } = the(stack, "AWS::CloudWatch::Alarm", `ObservabilityAlarms${name}`);
      const looked = [...metricsOf(name).matchAll(/"MetricName":"(\w+)"/g)].map(([, metric]) => metric);
      expect(looked.toSorted()).toEqual(metrics.toSorted());
      expect(Properties).toMatchObject({
        TreatMissingData: missing,
        Threshold: most,
        EvaluationPeriods: periods,
        ComparisonOperator: "GreaterThanThreshold",
      });
      expect(resolved(Properties.AlarmActions)).toEqual([expect.stringMatching(/^ObservabilityAlarmsTopic/)]);
    },
  );

  it("that calculate have a value where they should have one: a gap in what is added up would be a gap", () => {
    const expressionOf = (name: string): string =>
      the(stack, "AWS::CloudWatch::Alarm", `ObservabilityAlarms${name}`).Properties.Metrics.find(
        ({ Expression }: { Expression?: string }) => Expression !== undefined,
      ).Expression;
    // Nothing while nothing ends, or an end that was not well would be forgotten after five minutes.
    expect(expressionOf("WorkflowFailure")).toBe("SUM([failed, timedOut, aborted, well * 0])");
    expect(expressionOf("Stall").replaceAll(/FILL\((\w+), 0\)/g, "$1")).toBe("IF(working > 0 AND steps <= 0, 1, 0)");
    expect(expressionOf("Stall").match(/FILL/g)).toHaveLength(2);
  });

  it("Quarantine looks every minute: it is to be told while there is time to stop", () => {
    expect(the(stack, "AWS::CloudWatch::Alarm", "ObservabilityAlarmsQuarantine").Properties.Period).toBe(60);
  });

  it("Stall is not silenced by who only looks: no metric that an invocation makes by being one is in it", () => {
    expect(metricsOf("Stall")).not.toMatch(/Invocations|Duration|ConcurrentExecutions|Errors/);
  });

  it("are as many as an estimate reckons with", () => {
    expect(ofType(stack, "AWS::CloudWatch::Alarm")).toHaveLength(ALARMS);
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
  const shown = new Set(
    inWidgets(stack)
      .filter(({ namespace }) => namespace === METRICS.namespace)
      .map(({ name }) => name),
  );
  expect(shown).toEqual(new Set(Object.keys(METRICS.units)));
});

it("a table's verdict is that of its newest proof: one of before cannot stand beside it", () => {
  const [query = ""] = widgetsOf(stack)
    .filter(({ properties }) => /per table/.test(properties.title))
    .map(({ properties }) => String(properties.query));
  expect(query).toContain("stats latest(pass) as pass, latest(table.expectedRows) as expectedRows");
  expect(query).toMatch(/latest\(table\.agrees\) as agrees by table\.name/);
});

it("what stands for the newest state is of the newest minute, so that no earlier pass stands for this one", () => {
  const single = widgetsOf(stack).filter(({ properties }) => properties.view === "singleValue");
  expect(single.length).toBeGreaterThan(1);
  for (const { properties } of single) {
    expect(properties.setPeriodToTimeRange).toBeUndefined();
    for (const metric of properties.metrics) {
      // What is told every minute of work, and nothing that a proof left behind.
      expect(["Verified", "ItemsQuarantined", "ItemsRead", "ItemsMigrated"]).toContain(metric[1]);
      expect(metric.at(-1).period).toBe(60);
    }
  }
});

it("the dashboard shows the alarms, the verdicts, and no two widgets in one place", () => {
  const widgets = widgetsOf(stack);
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

  it("without the migrator there is nothing to run", () => {
    expect(Object.keys(synthesize({ migrator: "off" }).outputs).sort()).toEqual([
      "ClusterEndpoint",
      "DatabaseName",
      "DatabaseSecurityGroupId",
      "HandOverSql",
      "MasterSecretArn",
      "SnapshotCommand",
      "SubnetIds",
      "VpcId",
    ]);
  });
});
