/** What each role may do, to the last action; and the policies evaluated on requests that are meant to pass, or not to. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  actionsOf,
  allows,
  needless,
  policyOf,
  type Request,
  refused,
  type Statement,
  statementsOf,
} from "./policies.ts";
import { logging, NETWORK_INTERFACES, requestsOf, TABLE, USERS, WRITE_LOGS } from "./requests.ts";
import { CLUSTER, KEY, NETWORK, ofType, type Synthesized, synthesize, the } from "./synthesized.ts";

const READ_TABLE = [
  "dynamodb:BatchGetItem",
  "dynamodb:DescribeContinuousBackups",
  "dynamodb:DescribeTable",
  "dynamodb:DescribeTimeToLive",
  "dynamodb:Scan",
];
const MIGRATOR = [...READ_TABLE, ...NETWORK_INTERFACES, ...WRITE_LOGS, "rds-db:connect"].sort();

const WRITING = ["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"];
const EXPORTING: readonly Request[] = [
  { action: "dynamodb:ExportTableToPointInTime", resource: TABLE },
  { action: "dynamodb:ListExports", resource: TABLE },
  { action: "dynamodb:DescribeExport", resource: `${TABLE}/export/01715685260608-c488b4e1` },
  { action: "dynamodb:ListExports", resource: `${TABLE}/export/*` },
];
/** The bucket of exports, as the policies name it. */
const bucketOf = (shape: Synthesized): string => {
  const [id = ""] = ofType(shape, "AWS::S3::Bucket").find(([each]) => each.startsWith("ExportsBucket")) ?? [];
  return `arn:aws:s3:::${id.toLowerCase()}`;
};

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
    const anywhere = policyOf(encrypted, "MigratorRole").filter(({ resources }) => resources.includes("*"));
    expect(anywhere.map(({ actions }) => actions)).toEqual([NETWORK_INTERFACES]);
  });

  const viaTable = { "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com" };
  const REQUESTS: [string, boolean, Request][] = [
    ...READ_TABLE.map((action): [string, boolean, Request] => [
      `${action} on the table`,
      true,
      { action, resource: TABLE },
    ]),
    ["signing in as its role", true, { action: "rds-db:connect", resource: `${USERS}/migrator` }],
    ["decrypting for the table", true, { action: "kms:Decrypt", resource: KEY, context: viaTable }],
    ["decrypting for itself", false, { action: "kms:Decrypt", resource: KEY }],
    ["encrypting for the table", false, { action: "kms:Encrypt", resource: KEY, context: viaTable }],
    ["signing in as the master", false, { action: "rds-db:connect", resource: `${USERS}/postgres` }],
    ["signing in elsewhere", false, { action: "rds-db:connect", resource: `${USERS.replace("ABC", "XYZ")}/migrator` }],
    ["scanning another table", false, { action: "dynamodb:Scan", resource: `${TABLE}2` }],
    ["scanning an index", false, { action: "dynamodb:Scan", resource: `${TABLE}/index/GSI1` }],
    ["writing an item", false, { action: "dynamodb:PutItem", resource: TABLE }],
    ["removing an item", false, { action: "dynamodb:DeleteItem", resource: TABLE }],
    ["changing the table", false, { action: "dynamodb:UpdateTable", resource: TABLE }],
    ["reading the master's password", false, { action: "secretsmanager:GetSecretValue", resource: CLUSTER.secretArn }],
  ];
  it.each(REQUESTS)("%s: %s", async (_, allowed, request) => {
    expect(await allows(policyOf(encrypted, "MigratorRole"), request)).toBe(allowed);
  });

  it.each(MIGRATOR)("would be refused without %s", async (dropped) => {
    const policy = policyOf(existing, "MigratorRole");
    const without = policy
      .map((statement) => ({ ...statement, actions: statement.actions.filter((action) => action !== dropped) }))
      .filter(({ actions }) => actions.length > 0);
    const requests = requestsOf(existing, READ_TABLE);
    expect(await refused(policy, requests)).toEqual([]);
    expect(await refused(without, requests)).toEqual([expect.stringContaining(dropped)]);
  });
});

describe("a migrator of exports", () => {
  const exporting = () => synthesize({ network: NETWORK, cluster: CLUSTER, exports: "on", exportKmsKeyArn: KEY });
  const viaS3 = { "kms:ViaService": "s3.eu-west-1.amazonaws.com" };

  it("asks for them, has them written, and reads them and single items, and nothing else", async () => {
    const policy = policyOf(exporting(), "MigratorRole");
    const files = `${bucketOf(exporting())}/legacy/AWSDynamoDB/x`;
    const requests: Request[] = [
      ...requestsOf(
        exporting(),
        READ_TABLE.filter((action) => !/Scan|TimeToLive/.test(action)),
      ),
      ...EXPORTING,
      ...["s3:GetObject", ...WRITING].map((action) => ({ action, resource: files })),
      { action: "s3:ListBucket", resource: bucketOf(exporting()) },
      ...["kms:Decrypt", "kms:GenerateDataKey"].map((action) => ({ action, resource: KEY, context: viaS3 })),
    ];
    expect(await refused(policy, requests)).toEqual([]);
    expect(await needless(policy, requests)).toEqual([]);
    const asked = new Set(requests.map(({ action }) => action));
    expect(actionsOf(policy).filter((action) => !asked.has(action))).toEqual([]);
    expect(
      await refused(policy, [
        { action: "dynamodb:Scan", resource: TABLE },
        { action: "dynamodb:ExportTableToPointInTime", resource: `${TABLE}2` },
        { action: "dynamodb:DescribeExport", resource: `${TABLE}2/export/01` },
        { action: "s3:PutObject", resource: files.replace("/legacy/", "/orders/") },
        { action: "s3:DeleteObject", resource: files },
        { action: "s3:PutBucketPolicy", resource: bucketOf(exporting()) },
        { action: "kms:Decrypt", resource: KEY },
      ]),
    ).toHaveLength(7);
  });

  it("without them has nothing of it", () => {
    const actions = actionsOf(policyOf(made, "MigratorRole"));
    expect(actions.filter((action) => /^(s3|kms):|Export/.test(action))).toEqual([]);
  });
});

it("a statement that nobody needs is found, and so is a request that nothing allows", async () => {
  const planted = { effect: "Allow", actions: ["dynamodb:Query"], resources: [TABLE], conditions: {} };
  const requests = requestsOf(existing, READ_TABLE);
  expect(await needless([...policyOf(existing, "MigratorRole"), planted], requests)).toEqual([planted]);
  expect(await refused([planted], requests)).toHaveLength(requests.length);
});

it("the maker of the role may run a statement on this cluster with this secret, and write its log", async () => {
  const policy = policyOf(existing, "DatabaseRole");
  expect(actionsOf(policy)).toEqual([...WRITE_LOGS, "rds-data:ExecuteStatement", "secretsmanager:GetSecretValue"]);
  const resource = "arn:aws:rds:eu-west-1:123456789012:cluster:shop";
  const requests = [
    { action: "rds-data:ExecuteStatement", resource },
    { action: "secretsmanager:GetSecretValue", resource: CLUSTER.secretArn },
    ...logging(existing, "DatabaseRoleLog"),
  ];
  expect(await refused(policy, requests)).toEqual([]);
  expect(await needless(policy, requests)).toEqual([]);
  expect(await allows(policy, { action: "rds-data:ExecuteStatement", resource: `${resource}2` })).toBe(false);
});

it("the maker of the role opens a secret with its key, through that service, where it is told which", async () => {
  const context = { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" };
  const decrypt = { action: "kms:Decrypt", resource: KEY, context };
  expect(await allows(policyOf(existing, "DatabaseRole"), decrypt)).toBe(false);
  const policy = policyOf(synthesize({ network: NETWORK, cluster: CLUSTER, secretKmsKeyArn: KEY }), "DatabaseRole");
  expect(await allows(policy, decrypt)).toBe(true);
  const another = { ...decrypt, context: { "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com" } };
  expect(await allows(policy, another)).toBe(false);
});

it("the workflow invokes the function's live version and no other, and has its log delivered", async () => {
  const policy = policyOf(made, "WorkflowStateMachineRole");
  const [invoke, deliver, ...others] = policy;
  expect(others).toEqual([]);
  expect(deliver?.actions.every((action) => action.startsWith("logs:"))).toBe(true);
  const [resource = ""] = invoke?.resources ?? [];
  const requests = [
    { action: "lambda:InvokeFunction", resource },
    ...(deliver?.actions ?? []).map((action) => ({ action, resource: "*" })),
  ];
  expect(resource).toMatch(/:function:MigratorLive\w+:live$/);
  expect(await refused(policy, requests)).toEqual([]);
  expect(await needless(policy, requests)).toEqual([]);
  const another = { action: "lambda:InvokeFunction", resource: resource.replace("live", "1") };
  expect(await allows(policy, another)).toBe(false);
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
  const endpoint = (shape: Synthesized, service: string): Statement[] => {
    const found = ofType(shape, "AWS::EC2::VPCEndpoint").filter(([id]) => id.includes(service));
    return found.flatMap(([, { Properties }]) => statementsOf(Properties.PolicyDocument, shape));
  };
  const ANYTHING = [{ effect: "Allow", actions: ["*"], resources: ["*"], conditions: {} }];

  it("let reads of this table through, and nothing to DynamoDB beside", async () => {
    const bounds = endpoint(made, "DynamoDb");
    expect(actionsOf(bounds)).toEqual(READ_TABLE);
    for (const action of READ_TABLE) expect(await allows(ANYTHING, { action, resource: TABLE }, bounds)).toBe(true);
    expect(await allows(ANYTHING, { action: "dynamodb:Scan", resource: `${TABLE}2` }, bounds)).toBe(false);
    expect(await allows(ANYTHING, { action: "dynamodb:PutItem", resource: TABLE }, bounds)).toBe(false);
  });

  it("with exports let reads of theirs and asking for them through, and nothing out", async () => {
    expect(endpoint(made, "S3")).toEqual([]);
    const exporting = synthesize({ exports: "on" });
    const bucket = bucketOf(exporting);
    const bounds = endpoint(exporting, "S3");
    const passes = (action: string, resource: string) => allows(ANYTHING, { action, resource }, bounds);
    expect(await passes("s3:GetObject", `${bucket}/legacy/AWSDynamoDB/data/x.json.gz`)).toBe(true);
    expect(await passes("s3:ListBucket", bucket)).toBe(true);
    expect(await passes("s3:PutObject", `${bucket}/legacy/x`)).toBe(false);
    expect(await passes("s3:GetObject", `${bucket}/orders/x`)).toBe(false);
    expect(await passes("s3:GetObject", "arn:aws:s3:::others/legacy/x")).toBe(false);
    const asking = endpoint(exporting, "DynamoDb");
    for (const request of EXPORTING) expect(await allows(ANYTHING, request, asking)).toBe(true);
    expect(await allows(ANYTHING, { action: "dynamodb:Scan", resource: TABLE }, asking)).toBe(false);
  });

  it("in a network of others bound nobody: what they could ask of their tables they still can", async () => {
    const asked = synthesize({ network: { ...NETWORK, dynamoDbEndpoint: "create" }, cluster: CLUSTER });
    for (const [, { Properties }] of [
      ...ofType(existing, "AWS::EC2::VPCEndpoint"),
      ...ofType(asked, "AWS::EC2::VPCEndpoint"),
    ])
      expect(Properties.PolicyDocument).toBeUndefined();
    // As it would be with the policy that a network of the stack's own has.
    const theirs = { action: "dynamodb:PutItem", resource: TABLE.replace("legacy", "orders") };
    expect(await allows(ANYTHING, theirs)).toBe(true);
    expect(await allows(ANYTHING, theirs, endpoint(made, "DynamoDb"))).toBe(false);
  });
});
