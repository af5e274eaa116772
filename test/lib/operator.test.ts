/** The operator's policy: what `invoke`, every command of the outputs and the runbook ask for, and nothing that nobody does. */
import { describe, expect, it } from "vitest";
import { READ_TABLE } from "../../lib/table.ts";
import { actionsOf, allows, needless, type Request, refused, type Statement, statementsOf } from "./policies.ts";
import { TABLE, USERS } from "./requests.ts";
import { CLUSTER, KEY, NETWORK, resolved, type Synthesized, synthesize, the } from "./synthesized.ts";

const shape = synthesize({ network: NETWORK, cluster: CLUSTER, wayIn: "on", tableKmsKeyArn: KEY, exports: "on" });
const policyIn = (of: Synthesized): Statement[] =>
  statementsOf(the(of, "AWS::IAM::ManagedPolicy").Properties.PolicyDocument, of);
const policy = policyIn(shape);

const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:123456789012:${rest}`;
/** What a policy names, where CloudFormation gives it its name. */
const named = (action: string): string =>
  policy.find(({ actions }) => actions.includes(action))?.resources[0] ?? `nothing with ${action}`;
const [fn, machine] = [named("lambda:InvokeFunction"), named("states:StartExecution")];
const execution = named("states:DescribeExecution").replace(/\*$/, "8b0c");
const stack = named("cloudformation:DescribeStacks").replace(/\*$/, "0a1b2c3d");
const [cluster, snapshot] = [arn("rds", "cluster:shop"), arn("rds", "cluster-snapshot:shop-before-cut-over-20261121")];
const log = named("logs:StartQuery").replace(/:\*$/, "");
const instance = named("ssm:StartSession");
const context = { "aws:userid": "AROAEXAMPLE:ada", "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com" };

const on = (resource: string, ...actions: string[]): Request[] =>
  actions.map((action) => ({ action, resource, context: context }));

/** By the commands of the outputs; those that invoke the function ask for nothing else. */
const COMMANDS: Readonly<Record<string, readonly Request[]>> = {
  InvokeCommand: on(fn, "lambda:InvokeFunction"),
  StatusCommand: on(fn, "lambda:InvokeFunction"),
  RollbackCommand: on(fn, "lambda:InvokeFunction"),
  ExportCommand: on(fn, "lambda:InvokeFunction"),
  ReportCommand: on(fn, "lambda:InvokeFunction"),
  StartCommand: on(machine, "states:StartExecution"),
  FollowCommand: on(machine, "states:ListExecutions"),
  FreezeCommand: on(TABLE, "dynamodb:PutResourcePolicy"),
  ThawCommand: on(TABLE, "dynamodb:DeleteResourcePolicy"),
  SnapshotCommand: [...on(cluster, "rds:CreateDBClusterSnapshot"), ...on(snapshot, "rds:CreateDBClusterSnapshot")],
  TunnelCommand: [
    ...on(instance, "ssm:StartSession"),
    ...on(arn("ssm", "document/AWS-StartPortForwardingSessionToRemoteHost"), "ssm:StartSession"),
    ...on(arn("ssm", "session/AROAEXAMPLE:ada-0a1b"), "ssm:ResumeSession", "ssm:TerminateSession"),
  ],
  PsqlCommand: on(`${USERS}/migrator`, "rds-db:connect"),
};

const OTHERS: Readonly<Record<string, readonly Request[]>> = {
  "invoke --stack": [
    ...on(stack, "cloudformation:DescribeStacks"),
    ...on(machine, "states:StartExecution"),
    ...on(execution, "states:DescribeExecution"),
    ...on(fn, "lambda:InvokeFunction"),
  ],
  "check and estimate, from a machine of the operator's": [...on(TABLE, ...READ_TABLE), ...on(KEY, "kms:Decrypt")],
  "freezing a table that has a policy": on(TABLE, "dynamodb:GetResourcePolicy", "dynamodb:PutResourcePolicy"),
  "the console: an execution's steps, and its end": on(execution, "states:GetExecutionHistory", "states:StopExecution"),
  "the console: dashboard, alarms, log and saved questions": [
    ...on(log, "logs:StartQuery", "logs:FilterLogEvents"),
    ...on(`${log}:log-stream:today`, "logs:GetLogEvents"),
    ...on("*", "cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard"),
    ...on("*", "logs:GetQueryResults", "logs:DescribeQueryDefinitions"),
    ...on("*", "cloudwatch:GetMetricData"),
  ],
  "the snapshot is done": on(snapshot, "rds:DescribeDBClusterSnapshots"),
};

const REQUESTS = [...Object.values(COMMANDS), ...Object.values(OTHERS)].flat();

it.each(Object.entries({ ...COMMANDS, ...OTHERS }))("may: %s", async (_, requests) => {
  expect(await refused(policy, requests)).toEqual([]);
});

it("every command of the outputs is looked at here", () => {
  const printed = Object.keys(shape.outputs).filter((name) => name.endsWith("Command"));
  expect(printed.filter((name) => COMMANDS[name] === undefined)).toEqual([]);
  expect(printed.length).toBeGreaterThan(6);
});

it("no statement and no action is there that nothing of this needs", async () => {
  const asked = new Set(REQUESTS.map(({ action }) => action));
  expect(actionsOf(policy).filter((action) => !asked.has(action))).toEqual([]);
  expect(await needless(policy, REQUESTS)).toEqual([]);
});

describe("may not", () => {
  const ELSEWHERE: Readonly<Record<string, readonly Request[]>> = {
    "another stack's": on(stack.replace("DynamoDbToPostgres", "other"), "cloudformation:DescribeStacks"),
    "another function, or another version of this": [
      ...on(fn.replace("Migrator", "Other"), "lambda:InvokeFunction"),
      ...on(fn.replace(/live$/, "7"), "lambda:InvokeFunction"),
    ],
    "another workflow": [
      ...on(`${machine}2`, "states:StartExecution"),
      ...on(execution.replace("Workflow", "Other"), "states:StopExecution", "states:DescribeExecution"),
    ],
    "another table": on(`${TABLE}2`, "dynamodb:Scan", "dynamodb:PutResourcePolicy"),
    "writing items": on(TABLE, "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:DeleteTable"),
    "another cluster": on(`${cluster}2`, "rds:CreateDBClusterSnapshot"),
    "changing or deleting this one": on(cluster, "rds:ModifyDBCluster", "rds:DeleteDBCluster"),
    "a snapshot under another name": on(arn("rds", "cluster-snapshot:other"), "rds:CreateDBClusterSnapshot"),
    "deleting a snapshot": on(snapshot, "rds:DeleteDBClusterSnapshot"),
    "another instance": on(arn("ec2", "instance/i-0123456789abcdef0"), "ssm:StartSession"),
    "a shell": on(arn("ssm", "document/AWS-StartInteractiveCommand"), "ssm:StartSession"),
    "another person's session": on(arn("ssm", "session/AROAOTHER:bob-0a1b"), "ssm:TerminateSession"),
    "signing in as the master, or its password": [
      ...on(`${USERS}/postgres`, "rds-db:connect"),
      ...on(CLUSTER.secretArn, "secretsmanager:GetSecretValue"),
    ],
    "changing the function": on(fn.replace(/:live$/, ""), "lambda:UpdateFunctionCode"),
  };
  it.each(Object.entries(ELSEWHERE))("%s", async (_, requests) => {
    expect(await refused(policy, requests)).toHaveLength(requests.length);
  });
});

it("without a way in and an encrypted table there is nothing of them, and no policy without the migrator", async () => {
  const plain = synthesize({ network: NETWORK, cluster: CLUSTER });
  const actions = policyIn(plain).flatMap((statement) => statement.actions);
  expect(actions.filter((action) => /^(ssm|kms|rds-db):/.test(action))).toEqual([]);
  expect(await allows(policyIn(plain), { action: "dynamodb:Scan", resource: TABLE })).toBe(true);
  expect(resolved(plain.outputs.OperatorPolicyArn?.Value)).toMatch(/^OperatorPolicy/);
  expect(synthesize({ migrator: "off" }).outputs.OperatorPolicyArn).toBeUndefined();
});
