/** What each role may do, to the last action; and the policies evaluated on requests that are meant to pass, or not to. */
import { beforeAll, describe, expect, it } from "vitest";
import { actionsOf, allows, policyOf, type Request, type Statement, statementsOf } from "./policies.ts";
import { CLUSTER, KEY, NETWORK, ofType, type Synthesized, synthesize, the } from "./synthesized.ts";

const TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/legacy";
const USER = "arn:aws:rds-db:eu-west-1:123456789012:dbuser:cluster-ABCDEFGHIJKL";
const WRITE_LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"];
const READ_TABLE = [
  "dynamodb:BatchGetItem",
  "dynamodb:DescribeContinuousBackups",
  "dynamodb:DescribeTable",
  "dynamodb:DescribeTimeToLive",
  "dynamodb:Scan",
];
const NETWORK_INTERFACES = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];
const MIGRATOR = [...READ_TABLE, ...NETWORK_INTERFACES, ...WRITE_LOGS, "rds-db:connect"].sort();

let made: Synthesized;
let existing: Synthesized;
let encrypted: Synthesized;
beforeAll(() => {
  made = synthesize();
  existing = synthesize({ network: NETWORK, cluster: CLUSTER });
  encrypted = synthesize({ network: NETWORK, cluster: CLUSTER, tableKmsKeyArn: KEY });
});

it("every role is known, and none has a policy of AWS' making", () => {
  const roles = ofType(made, "AWS::IAM::Role").map(([id]) => id.replace(/[0-9A-F]{8}$/, ""));
  expect(roles.sort()).toEqual([
    "DatabaseRole",
    "MigratorRole",
    "NetworkVpcRefusedIAMRole",
    "WorkflowStateMachineRole",
  ]);
  for (const role of roles) expect(policyOf(made, role).every(({ effect }) => effect === "Allow")).toBe(true);
});

describe("the migrator", () => {
  it("may do this and nothing else, in every shape of the stack", () => {
    expect(actionsOf(policyOf(made, "MigratorRole"))).toEqual(MIGRATOR);
    expect(actionsOf(policyOf(existing, "MigratorRole"))).toEqual(MIGRATOR);
    expect(actionsOf(policyOf(encrypted, "MigratorRole"))).toEqual([...MIGRATOR, "kms:Decrypt"].sort());
  });

  it("names what it may do it to, where there is a name", () => {
    const anywhere = policyOf(encrypted, "MigratorRole").filter(({ resources }) =>
      resources.some((each) => each.includes("*")),
    );
    expect(anywhere.map(({ actions }) => actions)).toEqual([NETWORK_INTERFACES]);
  });

  const viaTable = { "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com" };
  const REQUESTS: [string, boolean, Request][] = [
    ...READ_TABLE.map((action): [string, boolean, Request] => [
      `${action} on the table`,
      true,
      { action, resource: TABLE },
    ]),
    ["signing in as its role", true, { action: "rds-db:connect", resource: `${USER}/migrator` }],
    ["decrypting for the table", true, { action: "kms:Decrypt", resource: KEY, context: viaTable }],
    ["decrypting for itself", false, { action: "kms:Decrypt", resource: KEY }],
    ["encrypting for the table", false, { action: "kms:Encrypt", resource: KEY, context: viaTable }],
    ["signing in as the master", false, { action: "rds-db:connect", resource: `${USER}/postgres` }],
    ["signing in elsewhere", false, { action: "rds-db:connect", resource: USER.replace("ABC", "XYZ") }],
    ["scanning another table", false, { action: "dynamodb:Scan", resource: `${TABLE}2` }],
    ["scanning an index", false, { action: "dynamodb:Scan", resource: `${TABLE}/index/GSI1` }],
    ["writing an item", false, { action: "dynamodb:PutItem", resource: TABLE }],
    ["removing an item", false, { action: "dynamodb:DeleteItem", resource: TABLE }],
    ["changing the table", false, { action: "dynamodb:UpdateTable", resource: TABLE }],
    ["reading the master's password", false, { action: "secretsmanager:GetSecretValue", resource: CLUSTER.secretArn }],
  ];
  it.each(REQUESTS)("%s: %s", (_, allowed, request) => {
    expect(allows(policyOf(encrypted, "MigratorRole"), request)).toBe(allowed);
  });

  it.each(MIGRATOR)("would be refused without %s", (dropped) => {
    const policy = policyOf(existing, "MigratorRole").map((statement) => ({
      ...statement,
      actions: statement.actions.filter((action) => action !== dropped),
    }));
    const [resource] =
      policyOf(existing, "MigratorRole").find(({ actions }) => actions.includes(dropped))?.resources ?? [];
    expect(allows(policy, { action: dropped, resource: resource ?? "" })).toBe(false);
    expect(allows(policyOf(existing, "MigratorRole"), { action: dropped, resource: resource ?? "" })).toBe(true);
  });
});

it("the maker of the role may run a statement on this cluster with this secret, and write its log", () => {
  const policy = policyOf(existing, "DatabaseRole");
  expect(actionsOf(policy)).toEqual([...WRITE_LOGS, "rds-data:ExecuteStatement", "secretsmanager:GetSecretValue"]);
  const resource = "arn:aws:rds:eu-west-1:123456789012:cluster:shop";
  expect(allows(policy, { action: "rds-data:ExecuteStatement", resource })).toBe(true);
  expect(allows(policy, { action: "rds-data:ExecuteStatement", resource: `${resource}2` })).toBe(false);
  expect(allows(policy, { action: "secretsmanager:GetSecretValue", resource: CLUSTER.secretArn })).toBe(true);
});

it("the maker of the role opens a secret with its key, through that service, where it is told which", () => {
  const context = { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" };
  const decrypt = { action: "kms:Decrypt", resource: KEY, context };
  expect(allows(policyOf(existing, "DatabaseRole"), decrypt)).toBe(false);
  const policy = policyOf(synthesize({ network: NETWORK, cluster: CLUSTER, secretKmsKeyArn: KEY }), "DatabaseRole");
  expect(allows(policy, decrypt)).toBe(true);
  expect(allows(policy, { ...decrypt, context: { "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com" } })).toBe(false);
});

it("the workflow invokes the function's live version, and has its log delivered", () => {
  const [invoke, deliver, ...others] = policyOf(made, "WorkflowStateMachineRole");
  expect(others).toEqual([]);
  expect(invoke).toMatchObject({
    actions: ["lambda:InvokeFunction"],
    resources: [expect.stringMatching(/^MigratorLive/)],
  });
  expect(deliver?.actions.every((action) => action.startsWith("logs:"))).toBe(true);
});

it("each function is assumed by Lambda alone", () => {
  for (const role of ["MigratorRole", "DatabaseRole"]) {
    const { AssumeRolePolicyDocument: document } = the(made, "AWS::IAM::Role", role).Properties;
    expect(document.Statement).toEqual([
      { Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" } },
    ]);
  }
});

describe("the endpoints", () => {
  const endpoint = (service: string): Statement[] => {
    const found = ofType(made, "AWS::EC2::VPCEndpoint").filter(([id]) => id.includes(service));
    return found.flatMap(([, { Properties }]) => statementsOf(Properties.PolicyDocument));
  };

  it("let reads of this table through, and nothing to DynamoDB beside", () => {
    expect(actionsOf(endpoint("DynamoDb"))).toEqual(READ_TABLE);
    expect(allows(endpoint("DynamoDb"), { action: "dynamodb:Scan", resource: TABLE })).toBe(true);
    expect(allows(endpoint("DynamoDb"), { action: "dynamodb:Scan", resource: `${TABLE}2` })).toBe(false);
  });

  it("let reads of this account's buckets through, and nothing out of it", () => {
    const resource = "arn:aws:s3:::exports/data";
    const own = { "aws:ResourceAccount": "123456789012" };
    expect(allows(endpoint("S3"), { action: "s3:GetObject", resource, context: own })).toBe(true);
    expect(allows(endpoint("S3"), { action: "s3:PutObject", resource, context: own })).toBe(false);
    const other = { "aws:ResourceAccount": "210987654321" };
    expect(allows(endpoint("S3"), { action: "s3:GetObject", resource, context: other })).toBe(false);
  });
});
