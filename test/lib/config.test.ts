/** The settings of a stack → a configuration, or every problem with it at once. */
import { expect, it } from "vitest";
import { connectionsOf } from "../../lib/capacity.ts";
import { ConfigError, readConfig } from "../../lib/config.ts";
import { CLUSTER, KEY, NETWORK } from "./synthesized.ts";

function problemsOf(context: Record<string, unknown>): readonly string[] {
  try {
    readConfig({ tableName: "legacy", ...context });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

it("a table's name is enough", () => {
  expect(readConfig({ tableName: "legacy" })).toEqual({
    tableName: "legacy",
    schema: "schema",
    owner: "app_owner",
    appRole: "app",
    database: "app",
    vpcCidr: "10.0.0.0/20",
    engineVersion: "17.9",
    instance: "serverless",
    readers: 0,
    ioOptimized: false,
    backupRetentionDays: 7,
    clientCidrs: [],
    clientSecurityGroupIds: [],
    wayIn: false,
    minAcu: 0.5,
    minAcuWhileMigrating: 4,
    maxAcu: 16,
    memory: 1_769,
    workers: 4,
    logRetentionDays: 90,
    logLevel: "info",
    logKeys: "hashed",
    retain: true,
    deletionProtection: true,
    migrator: true,
    exports: false,
    exportRetentionDays: 40,
  });
});

it("a cluster that is thrown away may be protected, and one that is kept need not be", () => {
  expect(readConfig({ tableName: "legacy", retain: false, deletionProtection: true }).deletionProtection).toBe(true);
  expect(readConfig({ tableName: "legacy", deletionProtection: false })).toMatchObject({
    retain: true,
    deletionProtection: false,
  });
});

const BAD: Record<string, [Record<string, unknown>, string]> = {
  "no table": [{ tableName: undefined }, "tableName is not given"],
  "the ARN of a table": [{ tableName: "arn:aws:dynamodb:eu-west-1:1:table/x" }, "the name of a DynamoDB table"],
  "a key by its alias": [{ tableKmsKeyArn: "alias/mine" }, "an ARN of a KMS key"],
  "a log key by its id": [{ logKmsKeyArn: "1234" }, "an ARN of a KMS key"],
  "exports of another account's table": [
    { exports: "on", tableRoleArn: "arn:aws:iam::210987654321:role/reader" },
    "exports is given with tableRoleArn",
  ],
  "what is about exports, without them": [{ exportRetentionDays: 7 }, "exportRetentionDays is given with exports off"],
  "a way to S3 that nobody takes": [
    { network: { ...NETWORK, s3Endpoint: "create" } },
    "network.s3Endpoint is create with exports off",
  ],
  "a way to S3 without route tables": [
    { exports: "on", network: { ...NETWORK, routeTableIds: undefined, s3Endpoint: "create" } },
    "has to name the route table of each subnet",
  ],
  "a role by its name": [{ tableRoleArn: "reader" }, "an ARN of a role"],
  "a role that would write into a file": [
    { tableRoleArn: "arn:aws:iam::210987654321:role/x'\n[profile other]" },
    "an ARN of a role",
  ],
  "a key beside the role that uses it": [
    { tableRoleArn: "arn:aws:iam::210987654321:role/reader", tableKmsKeyArn: KEY },
    "tableKmsKeyArn is given with tableRoleArn",
  ],
  "an empty folder": [{ schema: "" }, "schema has to be a folder"],
  "a database in capitals": [{ database: "App" }, "a name in lower case"],
  "no workers": [{ workers: 0 }, "a whole number from 1 to 40"],
  "too many workers": [{ workers: 41 }, "a whole number from 1 to 40"],
  "half a worker": [{ workers: 1.5 }, "a whole number from 1 to 40"],
  "workers as text": [{ workers: "4" }, "a whole number from 1 to 40"],
  "too little memory": [{ memory: 128 }, "from 512 to 10240"],
  "a third of a unit": [{ minAcu: 0.3 }, "in steps of 0.5"],
  "a floor above the ceiling": [{ minAcu: 8, maxAcu: 4 }, "minAcu (8) is above maxAcu (4)"],
  "a migrating floor above the ceiling": [{ maxAcu: 2 }, "minAcuWhileMigrating (4) is above maxAcu (2)"],
  "days CloudWatch does not know": [{ logRetentionDays: 8 }, "one of the numbers of days that CloudWatch knows"],
  "an address without a host": [{ alarmEmail: "team" }, "an e-mail address"],
  "yes for true": [{ retain: "yes" }, "has to be true or false"],
  "a third state": [{ migrator: "maybe" }, "has to be on or off"],
  "a key nobody reads": [{ tablName: "legacy" }, "tablName is no setting"],
  "a network in prose": [{ network: "the usual one" }, "network has to be a JSON object"],
  "one table and no list": [
    { network: { ...NETWORK, routeTableIds: "rtb-1" } },
    "network.routeTableIds has to be a list",
  ],
  "an endpoint in no route table": [
    { network: { ...NETWORK, routeTableIds: undefined, dynamoDbEndpoint: "create" } },
    "the route table of each subnet",
  ],
  "a subnet too few": [
    { network: { ...NETWORK, isolatedSubnetIds: NETWORK.isolatedSubnetIds.slice(1) } },
    "one subnet for each",
  ],
  "an attribute nobody reads": [{ network: { ...NETWORK, subnets: [] } }, "an attribute nobody reads (subnets)"],
  "one zone for a new cluster": [
    {
      network: {
        vpcId: NETWORK.vpcId,
        availabilityZones: ["eu-west-1a"],
        isolatedSubnetIds: ["subnet-0123456789abcdef0"],
      },
    },
    "a new cluster needs subnets in two",
  ],
  "one zone of a new network": [{ zones: ["eu-west-1a"] }, "has to name two zones"],
  "five zones": [{ zones: [..."abcde"].map((zone) => `eu-west-1${zone}`) }, "four zones at most"],
  "a zone twice": [{ zones: ["eu-west-1a", "eu-west-1a"] }, "names a zone twice"],
  "zones far apart": [{ zones: ["eu-west-1a", "eu-west-2a"] }, "several regions"],
  "addresses without a range": [{ vpcCidr: "10.0.0.0" }, "addresses like 10.0.0.0/20"],
  "addresses that are none": [{ vpcCidr: "10.256.0.0/20" }, "addresses like 10.0.0.0/20"],
  "a range for two subnets": [{ vpcCidr: "10.0.0.0/23" }, "of /16 to /22"],
  "a range beyond a VPC's": [{ vpcCidr: "10.0.0.0/15" }, "of /16 to /22"],
  "addresses of a network that exists": [{ network: NETWORK, vpcCidr: "10.0.0.0/20" }, "vpcCidr is given with network"],
  "zones of a network that exists": [
    { network: NETWORK, zones: NETWORK.availabilityZones },
    "zones is given with network",
  ],
  "a version as a number": [{ engineVersion: 17.9 }, "a version from 15 on, as text"],
  "a major version alone": [{ engineVersion: "17" }, "a version from 15 on, as text"],
  "an instance without its db.": [{ instance: "r8g.large" }, "serverless or a class"],
  "units of what has a size": [{ instance: "db.r8g.large", maxAcu: 8 }, "maxAcu is given with instance db.r8g.large"],
  "readers of a cluster that exists": [
    { network: NETWORK, cluster: CLUSTER, readers: 1 },
    "readers is given with cluster",
  ],
  "the whole world as a client": [{ clientCidrs: ["0.0.0.0/0"] }, "addresses like 10.0.0.0/20, of /8 to /32"],
  "a client by its name": [{ clientSecurityGroupIds: ["web"] }, "an id like sg-"],
  "sixteen readers": [{ readers: 16 }, "from 0 to 15"],
  "no backup": [{ backupRetentionDays: 0 }, "from 1 to 35"],
  "a level that loses metrics": [{ logLevel: "warn" }, "has to be debug or info"],
  "keys in another word": [{ logKeys: "plain" }, "has to be hashed or clear"],
  "more connections than there are": [
    { workers: 40, minAcu: 1, minAcuWhileMigrating: 1, maxAcu: 1 },
    "workers (40) may need 280 connections, and maxAcu (1) allows 189",
  ],
  "a pause that the version does not know": [{ minAcu: 0, engineVersion: "16.2" }, "16.2 cannot pause"],
  "a cluster in no network": [{ cluster: CLUSTER }, "cluster is given without network"],
  "an identifier for a resource id": [
    { network: NETWORK, cluster: { ...CLUSTER, resourceId: "shop" } },
    "cluster.resourceId has to be the resource id",
  ],
  "a secret by its name": [{ network: NETWORK, cluster: { ...CLUSTER, secretArn: "shop" } }, "an ARN of a secret"],
  "an owner in capitals": [{ owner: "Owner" }, "a role's name in lower case"],
  "an owner of RDS' own": [{ owner: "rds_superuser" }, "none of the server's or the migrator's own"],
  "the migrator as the application": [{ appRole: "migrator" }, "none of the server's or the migrator's own"],
  "one role for both": [{ owner: "shop", appRole: "shop" }, "owner and appRole are both shop"],
  "the key of no secret": [
    { secretKmsKeyArn: KEY },
    "secretKmsKeyArn is given without an existing cluster's secretArn",
  ],
  "the shape of a cluster that exists": [
    { network: NETWORK, cluster: CLUSTER, maxAcu: 8 },
    "maxAcu is given with cluster",
  ],
};

it.each(Object.entries(BAD))("%s is refused, with what to write", (_, [context, problem]) => {
  const problems = problemsOf(context);
  expect(problems).toEqual([expect.stringContaining(problem)]);
  expect(problems[0]).toMatch(/: \S/);
});

it("every problem is told at once", () => {
  const all = Object.assign({}, { tableName: "x", workers: 0, retain: "yes", minAcu: 8, maxAcu: 4, tablName: "" });
  expect(problemsOf(all)).toHaveLength(5);
});

it("what a cluster of this size can connect is enough, and what another one can is not asked", () => {
  const floors = { minAcu: 1, minAcuWhileMigrating: 1 };
  expect(problemsOf({ ...floors, workers: 24, maxAcu: 1 })).toEqual([]);
  expect(problemsOf({ ...floors, workers: 25, maxAcu: 1 })).toHaveLength(1);
  expect(problemsOf({ workers: 40, instance: "db.r8g.large" })).toEqual([]);
  expect(problemsOf({ workers: 40, network: NETWORK, cluster: CLUSTER })).toEqual([]);
  expect(connectionsOf(0.5, 256)).toBe(2_000);
  expect(connectionsOf(1, 256)).toBe(5_000);
});

it("a version that can pause may", () => {
  for (const engineVersion of ["15.7", "16.3", "17.1", "18.3"])
    expect(problemsOf({ minAcu: 0, engineVersion })).toEqual([]);
});

it("settings that are no object are refused", () => {
  expect(() => readConfig("legacy")).toThrow(/no JSON object: write \{/);
});

it("a route table need not be named where nothing is put into it", () => {
  expect(problemsOf({ network: { ...NETWORK, routeTableIds: undefined } })).toEqual([]);
});

it("both keys may be named", () => {
  expect(problemsOf({ tableKmsKeyArn: KEY, logKmsKeyArn: KEY })).toEqual([]);
});
