/** The templates of every shape the stack has: what must be there, what must not, and what turning the migrator off takes away. */
import { Validations } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { ManagedPolicy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnFunction } from "aws-cdk-lib/aws-lambda";
import { AwsSolutionsChecks } from "cdk-nag";
import { beforeAll, describe, expect, it } from "vitest";
import { ENVIRONMENT, logSchema } from "../../lambda/contract.ts";
import { QUIET } from "../../lib/database.ts";
import { admitting, handingOver, lockingOut } from "../../lib/role-statement.ts";
import { CLUSTER, KEY, NETWORK, ofType, resolved, type Synthesized, stackOf, synthesize, the } from "./synthesized.ts";

let made: Synthesized;
let existing: Synthesized;
beforeAll(() => {
  made = synthesize();
  existing = synthesize({ network: NETWORK, cluster: CLUSTER });
});

const SHAPES: Record<string, Record<string, unknown>> = {
  defaults: {},
  "an existing network": { network: NETWORK },
  "an existing network and cluster": { network: NETWORK, cluster: CLUSTER },
  "an existing network that is to lead to DynamoDB": {
    network: { ...NETWORK, dynamoDbEndpoint: "create" },
    cluster: CLUSTER,
  },
  "a table and logs with keys of their own": { tableKmsKeyArn: KEY, logKmsKeyArn: KEY },
  "thrown away": { retain: false, alarmEmail: "team@example.org", workers: 40, minAcu: 0 },
  "zones that were named, and a way in": {
    zones: ["eu-west-1a", "eu-west-1b"],
    wayIn: "on",
    clientCidrs: ["10.8.0.0/16"],
    instance: "db.r8g.large",
    readers: 1,
  },
  "a way in to an existing network": { network: NETWORK, cluster: CLUSTER, wayIn: "on", tableKmsKeyArn: KEY },
  "exports of the table": { exports: "on" },
  "exports with a key of their own, in a stack that is thrown away": {
    exports: "on",
    exportKmsKeyArn: KEY,
    retain: false,
  },
  "exports in an existing network that is to lead to S3": {
    exports: "on",
    network: { ...NETWORK, s3Endpoint: "create" },
    cluster: CLUSTER,
  },
  "a table of another account": { tableRoleArn: "arn:aws:iam::210987654321:role/reader" },
  "the migrator off": { migrator: "off" },
  "the migrator off, in an existing network and cluster": { migrator: "off", network: NETWORK, cluster: CLUSTER },
};

describe("CDK's validator and cdk-nag", () => {
  it.each(Object.entries(SHAPES))("pass: %s", (_, settings) => {
    expect(() => synthesize(settings)).not.toThrow();
  });

  it("cdk-nag would fail on what it should fail on", () => {
    const { app, stack } = stackOf();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    new Role(stack, "Planted", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("AdministratorAccess")],
    });
    expect(() => Template.fromStack(stack)).toThrow(/IAM4/);
  });

  it("CDK's validator would fail on what it should fail on", () => {
    const { stack } = stackOf();
    const planted = { runtime: "nodejs24.x", handler: "index.handler", code: { zipFile: "x" }, timeout: 1_900 };
    new CfnFunction(stack, "Planted", { ...planted, role: "arn:aws:iam::123456789012:role/x" });
    expect(() => Template.fromStack(stack)).toThrow(/[Tt]imeout/);
  });
});

describe("no way in or out", () => {
  it("the network has no gateway to the internet, no NAT, no public address and no route", () => {
    for (const type of ["InternetGateway", "NatGateway", "EIP", "Route", "EgressOnlyInternetGateway"])
      expect(ofType(made, `AWS::EC2::${type}`)).toEqual([]);
    for (const [, { Properties }] of ofType(made, "AWS::EC2::Subnet"))
      expect(Properties.MapPublicIpOnLaunch).toBe(false);
    expect(the(made, "AWS::RDS::DBInstance").Properties.PubliclyAccessible).toBe(false);
  });

  it.each(["made", "existing"])("nobody is let in but the migrator, and that to the database alone (%s)", (which) => {
    const shape = which === "made" ? made : existing;
    const rules = ofType(shape, "AWS::EC2::SecurityGroupIngress").map(([, { Properties }]) => Properties);
    expect(rules).toHaveLength(1);
    expect(rules[0]).toMatchObject({ IpProtocol: "tcp", FromPort: 5432, ToPort: 5432 });
    expect(rules[0]?.CidrIp).toBeUndefined();
    expect(JSON.stringify(rules[0]?.SourceSecurityGroupId)).toContain("MigratorSecurityGroup");
    for (const [, { Properties }] of ofType(shape, "AWS::EC2::SecurityGroup"))
      expect(Properties.SecurityGroupIngress).toBeUndefined();
  });

  it("the migrator reaches 5432 of the database and 443, and the database nothing", () => {
    expect(the(made, "AWS::EC2::SecurityGroup", "MigratorSecurityGroup").Properties.SecurityGroupEgress).toMatchObject([
      { IpProtocol: "tcp", FromPort: 443, ToPort: 443 },
    ]);
    const [egress] = the(made, "AWS::EC2::SecurityGroup", "DatabaseSecurityGroup").Properties.SecurityGroupEgress;
    expect(egress.CidrIp).toBe("255.255.255.255/32");
  });
});

describe("the database", () => {
  it("is encrypted, protected, signed in to by IAM, and speaks TLS only", () => {
    expect(the(made, "AWS::RDS::DBCluster").Properties).toMatchObject({
      Engine: "aurora-postgresql",
      EngineVersion: expect.stringMatching(/^17\./),
      StorageEncrypted: true,
      DeletionProtection: true,
      EnableIAMDatabaseAuthentication: true,
      EnableHttpEndpoint: true,
      ManageMasterUserPassword: true,
      ServerlessV2ScalingConfiguration: { MinCapacity: 4, MaxCapacity: 16 },
    });
    expect(the(made, "AWS::RDS::DBCluster")).toMatchObject({
      DeletionPolicy: "Snapshot",
      UpdateReplacePolicy: "Snapshot",
    });
    const { Parameters } = the(made, "AWS::RDS::DBClusterParameterGroup").Properties;
    expect(Parameters).toEqual({ "rds.force_ssl": "1", ...QUIET });
  });

  it("is protected as a whole: neither the stack nor the writer goes, but for a writer that was just made", () => {
    expect(stackOf().stack.terminationProtection).toBe(true);
    expect(the(made, "AWS::RDS::DBInstance")).toMatchObject({
      DeletionPolicy: "RetainExceptOnCreate",
      UpdateReplacePolicy: "Retain",
    });
  });

  it("is protected in no part where it is not: what fails the first time can be taken back", () => {
    const settings = { deletionProtection: false };
    expect(stackOf(settings).stack.terminationProtection).toBe(false);
    const open = synthesize(settings);
    expect(the(open, "AWS::RDS::DBCluster")).toMatchObject({ DeletionPolicy: "Snapshot" });
    expect(the(open, "AWS::RDS::DBCluster").Properties.DeletionProtection).toBe(false);
    expect(the(open, "AWS::RDS::DBInstance").DeletionPolicy).toBe("Delete");
    const others = ["DBCluster", "DBInstance"].map((type) => `AWS::RDS::${type}`);
    for (const { Type, DeletionPolicy = "Delete" } of Object.values(open.resources))
      if (!others.includes(Type)) expect([Type, DeletionPolicy]).toEqual([Type, "Delete"]);
  });

  it("that exists is its owner's to protect, and the stack beside it may go", () => {
    expect(stackOf({ network: NETWORK, cluster: CLUSTER }).stack.terminationProtection).toBe(false);
  });

  it("is of the size, kind and version that was asked for", () => {
    const shaped = synthesize({
      engineVersion: "16.13",
      instance: "db.r8g.large",
      readers: 2,
      ioOptimized: true,
      backupRetentionDays: 35,
      clusterKmsKeyArn: KEY,
      database: "shop",
    });
    const { Properties } = the(shaped, "AWS::RDS::DBCluster");
    expect(Properties).toMatchObject({
      EngineVersion: "16.13",
      StorageType: "aurora-iopt1",
      BackupRetentionPeriod: 35,
      KmsKeyId: KEY,
      DatabaseName: "shop",
    });
    expect(Properties.ServerlessV2ScalingConfiguration).toBeUndefined();
    const classes = ofType(shaped, "AWS::RDS::DBInstance").map(([, instance]) => instance.Properties.DBInstanceClass);
    expect(classes).toEqual(["db.r8g.large", "db.r8g.large", "db.r8g.large"]);
    expect(the(shaped, "AWS::RDS::DBClusterParameterGroup").Properties.Family).toBe("aurora-postgresql16");
  });

  it("stands in the zones and addresses that were asked for", () => {
    const zones = ["eu-west-1c", "eu-west-1a", "eu-west-1b"];
    const placed = synthesize({ zones, vpcCidr: "172.16.4.0/22", readers: 1 });
    expect(the(placed, "AWS::EC2::VPC").Properties.CidrBlock).toBe("172.16.4.0/22");
    const subnets = ofType(placed, "AWS::EC2::Subnet").map(([, subnet]) => subnet.Properties.AvailabilityZone);
    expect(subnets).toEqual(zones);
  });

  it("is thrown away when that was said", () => {
    const thrown = the(synthesize({ retain: false }), "AWS::RDS::DBCluster");
    expect(thrown).toMatchObject({ DeletionPolicy: "Delete", Properties: { DeletionProtection: false } });
  });

  it("that exists is described and not made, nor is its network", () => {
    for (const type of ["AWS::RDS::DBCluster", "AWS::RDS::DBInstance", "AWS::EC2::VPC", "AWS::EC2::Subnet"])
      expect(ofType(existing, type)).toEqual([]);
    expect(the(existing, "AWS::EC2::SecurityGroupIngress").Properties.GroupId).toBe(CLUSTER.securityGroupId);
  });
});

describe("in a network of others", () => {
  /** Whatever routes, resolves or bounds for more than the stack's own. */
  const SHARED = /^AWS::(EC2::(VPCEndpoint|Route|RouteTable|NetworkAcl|DHCPOptions|Subnet|VPC|FlowLog)|Route53)/;
  const shared = ({ resources }: Synthesized) => Object.values(resources).filter(({ Type }) => SHARED.test(Type));

  it.each(["on", "off"])("nothing is changed that anybody else uses (migrator %s)", (migrator) => {
    expect(shared(migrator === "on" ? existing : synthesize({ network: NETWORK, cluster: CLUSTER, migrator }))).toEqual(
      [],
    );
    expect(shared(synthesize({ network: NETWORK, migrator }))).toEqual([]);
  });

  it("a way to DynamoDB is made where it was asked for by name, for everybody alike, and goes with the migrator", () => {
    const asked = { network: { ...NETWORK, dynamoDbEndpoint: "create" }, cluster: CLUSTER };
    const [way, ...others] = shared(synthesize(asked));
    expect(others).toEqual([]);
    expect(way?.Properties).toMatchObject({ RouteTableIds: NETWORK.routeTableIds, VpcId: NETWORK.vpcId });
    expect(way?.Properties.PolicyDocument).toBeUndefined();
    expect(shared(synthesize({ ...asked, migrator: "off" }))).toEqual([]);
  });
});

describe("the function", () => {
  it("runs on Node 24 for 15 minutes, is not invoked again behind anybody's back, and logs JSON to its own group", () => {
    const { Properties } = the(made, "AWS::Lambda::Function", "Migrator");
    expect(Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Timeout: 900,
      MemorySize: 1769,
      Handler: "index.handler",
    });
    expect(resolved(Properties.LoggingConfig)).toEqual({
      ApplicationLogLevel: "INFO",
      LogFormat: "JSON",
      LogGroup: expect.stringMatching(/^MigratorLog/),
      SystemLogLevel: "INFO",
    });
    const retries = ofType(made, "AWS::Lambda::EventInvokeConfig").filter(([id]) => id.startsWith("Migrator"));
    expect(retries.map(([, each]) => each.Properties.MaximumRetryAttempts)).toEqual([0, 0]);
  });

  it("knows its table and its database, signs in by IAM and verifies certificates", () => {
    const { Variables } = the(existing, "AWS::Lambda::Function", "Migrator").Properties.Environment;
    expect(resolved(Variables)).toEqual({
      [ENVIRONMENT.source]: "dynamodb:legacy?region=eu-west-1",
      [ENVIRONMENT.logLevel]: "info",
      [ENVIRONMENT.logKeys]: "hashed",
      [ENVIRONMENT.target]: `postgres://migrator@${CLUSTER.endpoint}:5432/app?auth=iam&options=-c%20role%3Dapp_owner`,
      NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
      NODE_OPTIONS: "--enable-source-maps",
    });
  });

  it("tells its log what was asked for, in words the function knows", () => {
    const told = the(synthesize({ logLevel: "debug", logKeys: "clear" }), "AWS::Lambda::Function", "Migrator");
    expect(told.Properties.LoggingConfig.ApplicationLogLevel).toBe("DEBUG");
    const { Variables } = told.Properties.Environment;
    expect(logSchema.parse(resolved(Variables))).toMatchObject({ level: "debug", keys: "clear" });
  });

  it("is the only one that a log of a run comes from, and every log is kept as long as was said", () => {
    const kept = synthesize({ logRetentionDays: 365, logKmsKeyArn: KEY });
    const groups = ofType(kept, "AWS::Logs::LogGroup").map(([, { Properties }]) => Properties);
    expect(groups).toHaveLength(4);
    for (const group of groups) expect(group).toMatchObject({ RetentionInDays: 365, KmsKeyId: KEY });
    expect(the(kept, "AWS::Logs::LogGroup", "Workflow").Properties.LogGroupName).toBe(
      "/aws/vendedlogs/states/DynamoDbToPostgres",
    );
  });
});

it("a cluster whose secret is not told has its roles made by hand, by the statements that are printed", () => {
  const { secretArn: _, ...cluster } = CLUSTER;
  const byHand = synthesize({ network: NETWORK, cluster, owner: "shop_owner", appRole: "shop" });
  expect(ofType(byHand, "Custom::DatabaseRole")).toEqual([]);
  expect(ofType(byHand, "AWS::Lambda::Function").map(([id]) => id.replace(/Function.*/, ""))).toEqual(["Migrator"]);
  const roles = { owner: "shop_owner", appRole: "shop" };
  const printed = { AdmitSql: admitting(roles), LockOutSql: lockingOut(roles), HandOverSql: handingOver(roles) };
  for (const [name, sql] of Object.entries(printed)) {
    expect(byHand.outputs[name]?.Value).toBe(sql);
    // As much as CloudFormation takes.
    expect(sql.length).toBeLessThan(4_096);
  }
  expect(existing.outputs.AdmitSql).toBeUndefined();
  expect(existing.outputs.HandOverSql).toBeDefined();
});
