/** Every setting, changed on a stack that stands: what holds data is not another afterwards, but where the page says so. */
import { describe, expect, it } from "vitest";
import type { SETTINGS } from "../../lib/config.ts";
import { readPage } from "../support/pages.ts";
import { replaced } from "./replaced.ts";
import { CLUSTER, KEY, NETWORK, synthesize, the } from "./synthesized.ts";

const CHANGED: Readonly<Record<keyof typeof SETTINGS, unknown>> = {
  alarmEmail: "team@example.org",
  appRole: "shop_app",
  backupRetentionDays: 14,
  clientCidrs: ["10.8.0.0/16"],
  clientSecurityGroupIds: ["sg-0123456789abcdef0"],
  cluster: CLUSTER,
  clusterKmsKeyArn: KEY,
  database: "shop",
  deletionProtection: false,
  engineVersion: "18.6",
  exportKmsKeyArn: KEY,
  exportRetentionDays: 60,
  exports: "on",
  instance: "db.r8g.large",
  ioOptimized: true,
  logKeys: "clear",
  logKmsKeyArn: KEY,
  logLevel: "debug",
  logRetentionDays: 365,
  maxAcu: 32,
  memory: 3_538,
  migrator: "off",
  minAcu: 1,
  minAcuWhileMigrating: 8,
  network: NETWORK,
  owner: "shop_owner",
  readers: 1,
  retain: false,
  schema: "test/cases/elearning",
  secretKmsKeyArn: KEY,
  tableKmsKeyArn: KEY,
  tableName: "orders",
  tableRoleArn: "arn:aws:iam::210987654321:role/reader",
  wayIn: "on",
  vpcCidr: "10.1.0.0/20",
  workers: 16,
  zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
};
/** Where one is refused without another. */
const TOGETHER: Readonly<Record<string, object>> = {
  cluster: { network: NETWORK },
  exportKmsKeyArn: { exports: "on" },
  exportRetentionDays: { exports: "on" },
};

const PAGE = await readPage("lib/README.md");
/** Of the table of settings: the first cell, and whether it says that the setting is fixed. */
const ROWS = [...PAGE.matchAll(/^\| (`\w+`(?:, `\w+`)*)( †)? \| .* \|$/gm)].flatMap(([, names = "", mark]) =>
  [...names.matchAll(/\w+/g)].map(([name]) => ({ name, isFixed: mark !== undefined })),
);
const FIXED = ROWS.filter(({ isFixed }) => isFixed).map(({ name }) => name);

/** What stands before, where that is no stack of its own cluster. */
const STANDING: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  secretKmsKeyArn: { network: NETWORK, cluster: CLUSTER },
  exportKmsKeyArn: { exports: "on" },
  exportRetentionDays: { exports: "on" },
};
const before = synthesize();
const standing = (name: string) => (STANDING[name] === undefined ? before : synthesize(STANDING[name]));
const after = (name: string, value: unknown) => synthesize({ [name]: value, ...TOGETHER[name], ...STANDING[name] });

it("the page's table has every setting, and some that are fixed", () => {
  const names = ROWS.map(({ name }) => name).filter((name) => Object.hasOwn(CHANGED, name));
  expect(names.sort()).toEqual(Object.keys(CHANGED).sort());
  expect(FIXED.length).toBeGreaterThan(2);
});

describe("a changed setting", () => {
  it.each(Object.entries(CHANGED))("%s", (name, value) => {
    const gone = replaced(standing(name), after(name, value));
    if (FIXED.includes(name)) return expect(gone).not.toEqual([]);
    // What it has written goes with the migrator: the ledger has the report.
    const logs = name === "migrator" ? ["DatabaseRoleLog", "MigratorLog", "MigratorSecurityGroup", "WorkflowLog"] : [];
    expect(gone.map((each) => each.replace(/[0-9A-F]{8} AWS::.*$/, ""))).toEqual(logs);
  });
});

it("the other way round as well: what was chosen first can be taken back", () => {
  // A way in has groups of its own, which go with it.
  for (const [name, value] of Object.entries(CHANGED).filter(([each]) => ![...FIXED, "readers"].includes(each)))
    expect(replaced(after(name, value), standing(name)).filter((each) => !/^(WayIn|NetworkVpcSts)/.test(each))).toEqual(
      [],
    );
});

it("fewer readers are fewer instances, and the writer stays", () => {
  expect(replaced(synthesize({ readers: 1 }), before)).toEqual([expect.stringMatching(/^DatabaseClusterReader1/)]);
});

describe("a planted violation is found", () => {
  const PLANTED: Record<string, [type: string, prefix: string, property: string, value: unknown]> = {
    "another database in the cluster": ["AWS::RDS::DBCluster", "", "DatabaseName", "other"],
    "a cluster that is not encrypted": ["AWS::RDS::DBCluster", "", "StorageEncrypted", false],
    "an instance of another cluster": ["AWS::RDS::DBInstance", "", "DBClusterIdentifier", "other"],
    "another range of addresses": ["AWS::EC2::VPC", "", "CidrBlock", "10.2.0.0/20"],
    "a log under another name": ["AWS::Logs::LogGroup", "MigratorLog", "LogGroupName", "other"],
  };
  it.each(Object.entries(PLANTED))("%s", (_, [type, prefix, property, value]) => {
    const planted = structuredClone(before.resources);
    Object.assign(the({ resources: planted }, type, prefix).Properties, { [property]: value });
    expect(replaced(before, { resources: planted })).toContainEqual(expect.stringContaining(type));
  });

  it("a cluster that is no longer there", () => {
    const left = Object.entries(before.resources).filter(([, { Type }]) => Type !== "AWS::RDS::DBCluster");
    expect(replaced(before, { resources: Object.fromEntries(left) })).toEqual([
      expect.stringContaining("AWS::RDS::DBCluster"),
    ]);
  });
});

it("CloudFormation itself refuses another cluster in place of this one, which has a name, after its stack", () => {
  expect(the(before, "AWS::RDS::DBCluster").Properties.DBClusterIdentifier).toBe("dynamodbtopostgres-postgres");
});
