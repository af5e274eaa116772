/**
 * A way to the database for a person, where one was asked for: an instance without an address, a key or an open port, through
 * which Systems Manager forwards one. Whoever may begin a session is IAM's to say, and who signs in is the database's.
 */
import { Aws } from "aws-cdk-lib";
import {
  AmazonLinuxCpuType,
  BlockDeviceVolume,
  Instance,
  InstanceType,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
  MachineImage,
  Peer,
  Port,
  SecurityGroup,
} from "aws-cdk-lib/aws-ec2";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { acknowledgeSessions, acknowledgeStateless } from "./acknowledgements.ts";
import type { Database } from "./database.ts";
import { allow } from "./function-role.ts";
import { ROLE } from "./role-statement.ts";

export interface WayInProps {
  readonly vpc: IVpc;
  readonly database: Database;
  /** Whether the network is the stack's own, and Systems Manager has to be led to. */
  readonly isOwnNetwork: boolean;
}

/** What the agent on the instance asks for to hold a session. None of these can be bound to one. */
const SESSIONS = [
  "ssm:UpdateInstanceInformation",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
] as const;

/** AWS' own document: any port of any host that the instance reaches. */
export const FORWARDING = "AWS-StartPortForwardingSessionToRemoteHost";

const HTTPS = Port.tcp(443);

export class WayIn extends Construct {
  readonly instance: Instance;

  constructor(scope: Construct, id: string, { vpc, database, isOwnNetwork }: WayInProps) {
    super(scope, id);
    const [subnet] = vpc.isolatedSubnets;
    if (subnet === undefined) throw new Error("a network has a private subnet");
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("ec2.amazonaws.com"),
      description: "Forwards a port to the database",
    });
    allow(role, SESSIONS, "*");
    acknowledgeSessions(role);
    const securityGroup = new SecurityGroup(this, "SecurityGroup", {
      vpc,
      description: "The way in: nobody reaches it, and it reaches the database and Systems Manager",
      allowAllOutbound: false,
    });
    database.admit(securityGroup, "The way in");
    if (isOwnNetwork)
      for (const service of ["SSM", "SSM_MESSAGES"] as const) lead(this, vpc, subnet, securityGroup, service);
    else securityGroup.addEgressRule(Peer.anyIpv4(), HTTPS, "Systems Manager");
    this.instance = new Instance(this, "Instance", {
      vpc,
      vpcSubnets: { subnets: [subnet] },
      instanceType: new InstanceType("t4g.nano"),
      machineImage: MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 }),
      role,
      securityGroup,
      requireImdsv2: true,
      blockDevices: [{ deviceName: "/dev/xvda", volume: BlockDeviceVolume.ebs(8, { encrypted: true }) }],
    });
    // The subnet's own.
    this.instance.instance.availabilityZone = undefined;
    acknowledgeStateless(this.instance);
  }

  /** As the stack's outputs: what is typed on the person's own machine. */
  tunnel({ cluster, port }: Database): Readonly<Record<string, string>> {
    const host = cluster.clusterEndpoint.hostname;
    const parameters = JSON.stringify({ host: [host], portNumber: [`${port}`], localPortNumber: [`${port}`] });
    return {
      /** Keeps a port of that machine open until it is ended. */
      TunnelCommand: `aws ssm start-session --region ${Aws.REGION} --target ${this.instance.instanceId} --document-name ${FORWARDING} --parameters '${parameters}'`,
      /** The certificate and the sign-in are for the cluster's name, which has to lead into the tunnel. */
      HostsLine: `127.0.0.1 ${host}`,
    };
  }
}

/** Through the tunnel, signed in by IAM. */
export function psqlCommand({ cluster, port }: Database, databaseName: string): string {
  const host = cluster.clusterEndpoint.hostname;
  const token = `aws rds generate-db-auth-token --region ${Aws.REGION} --hostname ${host} --port ${port} --username ${ROLE}`;
  const where = `host=${host} hostaddr=127.0.0.1 port=${port} dbname=${databaseName} user=${ROLE}`;
  return `PGPASSWORD="$(${token})" psql "${where} sslmode=verify-full sslrootcert=global-bundle.pem"`;
}

function lead(scope: Construct, vpc: IVpc, subnet: ISubnet, from: SecurityGroup, name: "SSM" | "SSM_MESSAGES"): void {
  const service = InterfaceVpcEndpointAwsService[name];
  // In one zone, the instance's: an endpoint is paid for in each.
  const endpoint = new InterfaceVpcEndpoint(scope, name, { vpc, service, subnets: { subnets: [subnet] }, open: false });
  endpoint.connections.allowFrom(from, HTTPS, "The way in");
  from.connections.allowTo(endpoint, HTTPS, "Systems Manager");
}
