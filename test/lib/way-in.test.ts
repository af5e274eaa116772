/** Who reaches the database beside the migrator: clients that were named, and a person where a way in was asked for. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { actionsOf, policyOf } from "./policies.ts";
import { CLUSTER, NETWORK, ofType, resolved, type Synthesized, synthesize, the } from "./synthesized.ts";

const CLIENTS = { clientCidrs: ["10.8.0.0/16", "192.168.7.9/32"], clientSecurityGroupIds: ["sg-0fedcba9876543210"] };
const open = synthesize({ ...CLIENTS, wayIn: "on" });
const theirs = synthesize({ ...CLIENTS, wayIn: "on", network: NETWORK, cluster: CLUSTER });

/** Of groups and of rules beside them: whom a group whose logical id begins so lets in, or what it reaches. */
const rules = (shape: Synthesized, way: "Ingress" | "Egress", group: string) =>
  [
    ...ofType(shape, "AWS::EC2::SecurityGroup")
      .filter(([id]) => id.startsWith(group))
      .flatMap(([, { Properties }]) => Properties[`SecurityGroup${way}`] ?? []),
    ...ofType(shape, `AWS::EC2::SecurityGroup${way}`)
      .map(([, { Properties }]) => Properties)
      .filter(({ GroupId }) => String(resolved(GroupId)).startsWith(group)),
  ].map((rule) => {
    const { FromPort, ToPort, CidrIp, SourceSecurityGroupId, DestinationSecurityGroupId } = rule;
    expect(ToPort).toBe(FromPort);
    const peer = String(resolved(CidrIp ?? SourceSecurityGroupId ?? DestinationSecurityGroupId));
    return `${peer.replace(/[0-9A-F]{8}\.GroupId$/, "")} ${FromPort}`;
  });

const NAMED = ["10.8.0.0/16 5432", "192.168.7.9/32 5432", "sg-0fedcba9876543210 5432"];

describe("clients", () => {
  it.each([
    ["a new cluster", {}, "DatabaseSecurityGroup"],
    ["a cluster that exists", { network: NETWORK, cluster: CLUSTER }, CLUSTER.securityGroupId],
  ])("that were named reach %s, on its port, and go on when the migrator has gone", (_, shape, group) => {
    const admitted = (settings: object) => rules(synthesize({ ...shape, ...settings }), "Ingress", group).sort();
    expect(admitted(CLIENTS)).toEqual([...NAMED, "MigratorSecurityGroup 5432"].sort());
    expect(admitted({ ...CLIENTS, migrator: "off" })).toEqual(NAMED);
  });

  it("find it by the outputs", () => {
    const outputs = (shape: Synthesized) =>
      Object.fromEntries(Object.entries(shape.outputs).map(([name, { Value }]) => [name, resolved(Value)]));
    expect(outputs(theirs)).toMatchObject({
      ClusterEndpoint: CLUSTER.endpoint,
      DatabaseSecurityGroupId: CLUSTER.securityGroupId,
      VpcId: NETWORK.vpcId,
      SubnetIds: NETWORK.isolatedSubnetIds.join(","),
    });
    expect(outputs(open).DatabaseSecurityGroupId).toMatch(/^DatabaseSecurityGroup\w+\.GroupId$/);
  });
});

describe("the way in", () => {
  it("is there only where it was asked for", () => {
    const closed = synthesize();
    expect(ofType(closed, "AWS::EC2::Instance")).toEqual([]);
    const kinds = ofType(closed, "AWS::EC2::VPCEndpoint").map(([, { Properties }]) => Properties.VpcEndpointType);
    expect(new Set(kinds)).toEqual(new Set(["Gateway"]));
  });

  it("has no address, no key and no open port, and its disk is encrypted", () => {
    const { Properties } = the(open, "AWS::EC2::Instance");
    expect(Properties.KeyName).toBeUndefined();
    expect(Properties.NetworkInterfaces).toBeUndefined();
    expect(Properties.BlockDeviceMappings[0].Ebs.Encrypted).toBe(true);
    expect(rules(open, "Ingress", "WayInSecurityGroup")).toEqual([]);
    const template = the(open, "AWS::EC2::LaunchTemplate").Properties.LaunchTemplateData;
    expect(template.MetadataOptions.HttpTokens).toBe("required");
  });

  it("reaches the database and Systems Manager, through endpoints in its own zone that nothing else reaches", () => {
    expect(rules(open, "Egress", "WayInSecurityGroup").sort()).toEqual([
      "DatabaseSecurityGroup 5432",
      "WayInSSMMESSAGESSecurityGroup 443",
      "WayInSSMSecurityGroup 443",
    ]);
    expect(rules(open, "Ingress", "DatabaseSecurityGroup")).toContain("WayInSecurityGroup 5432");
    const endpoints = ofType(open, "AWS::EC2::VPCEndpoint").filter(([id]) => id.startsWith("WayIn"));
    expect(endpoints.map(([, { Properties }]) => resolved(Properties.ServiceName)).sort()).toEqual([
      "com.amazonaws.eu-west-1.ssm",
      "com.amazonaws.eu-west-1.ssmmessages",
    ]);
    const [subnet] = [the(open, "AWS::EC2::Instance").Properties.SubnetId];
    for (const [, { Properties }] of endpoints) {
      expect(Properties.SubnetIds).toEqual([subnet]);
      expect(rules(open, "Ingress", String(resolved(Properties.SecurityGroupIds[0])).split(".")[0] ?? "")).toEqual([
        "WayInSecurityGroup 443",
      ]);
    }
  });

  it("puts no endpoint into a network of others, whose names it would take over for all of it", () => {
    expect(ofType(theirs, "AWS::EC2::VPCEndpoint")).toEqual([]);
    expect(rules(theirs, "Egress", "WayInSecurityGroup")).toContain("0.0.0.0/0 443");
  });

  it("may hold sessions and nothing else, and stays when the migrator goes", () => {
    expect(actionsOf(policyOf(open, "WayInRole"))).toEqual([
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]);
    const off = synthesize({ ...CLIENTS, wayIn: "on", migrator: "off" });
    expect(the(off, "AWS::EC2::Instance")).toEqual(the(open, "AWS::EC2::Instance"));
    expect(Object.keys(off.outputs)).toContain("TunnelCommand");
    expect(Object.keys(off.outputs)).not.toContain("PsqlCommand");
  });

  it("is typed as the outputs say", () => {
    const output = (name: string) => String(resolved(theirs.outputs[name]?.Value));
    /** The command in a shell, with programs that only show how they were called. */
    const shown = (command: string) =>
      execFileSync("sh", [
        "-c",
        `aws() { printf '%s\\n' aws "$@"; }; psql() { printf '%s\\n' "$PGPASSWORD" "$@"; }; ${command}`,
      ])
        .toString()
        .trimEnd()
        .split("\n");
    const tunnel = shown(output("TunnelCommand"));
    expect(tunnel.slice(0, 3)).toEqual(["aws", "ssm", "start-session"]);
    expect(tunnel[tunnel.indexOf("--target") + 1]).toMatch(/^WayInInstance/);
    expect(JSON.parse(tunnel[tunnel.indexOf("--parameters") + 1] ?? "")).toEqual({
      host: [CLUSTER.endpoint],
      portNumber: ["5432"],
      localPortNumber: ["5432"],
    });
    expect(output("HostsLine")).toBe(`127.0.0.1 ${CLUSTER.endpoint}`);
    const psql = shown(output("PsqlCommand"));
    expect(psql.slice(0, 3)).toEqual(["aws", "rds", "generate-db-auth-token"]);
    expect(psql[psql.indexOf("--hostname") + 1]).toBe(CLUSTER.endpoint);
    expect(psql.at(-1)).toContain(
      `host=${CLUSTER.endpoint} hostaddr=127.0.0.1 port=5432 dbname=app user=migrator sslmode=verify-full`,
    );
  });
});
