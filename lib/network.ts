/**
 * Where the function and the database are: private subnets that no route leaves. DynamoDB is reached by a gateway endpoint,
 * which costs nothing; the token for the database is signed in the function, so no other service is needed. An endpoint
 * serves everything that uses its route tables: in a network of others there is none unless it was asked for, and none bounds them.
 */
import {
  FlowLogDestination,
  FlowLogTrafficType,
  type GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Port,
  type SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { AnyPrincipal, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { acknowledgeZones } from "./acknowledgements.ts";
import type { Config } from "./config.ts";
import type { LogSettings } from "./logs.ts";
import type { ExistingNetwork } from "./settings.ts";

/** What an endpoint of the stack's own network lets through. */
export interface Passing {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export interface NetworkProps {
  readonly config: Pick<Config, "network" | "zones" | "vpcCidr">;
  readonly logs: LogSettings;
}

export class Network extends Construct {
  readonly vpc: IVpc;
  readonly #existing: ExistingNetwork | undefined;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { network } = props.config;
    this.#existing = network;
    this.vpc = network === undefined ? this.#make(props) : this.#describe(network);
  }

  #make({ config: { zones, vpcCidr }, logs }: NetworkProps): IVpc {
    const vpc = new Vpc(this, "Vpc", {
      ipAddresses: IpAddresses.cidr(vpcCidr),
      // Aurora wants two zones, and a stack without an account knows no more.
      ...(zones === undefined ? { maxAzs: 2 } : { availabilityZones: zones }),
      natGateways: 0,
      createInternetGateway: false,
      subnetConfiguration: [{ name: "private", subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 }],
      // Nothing is in the default group, and emptying it would take a function of its own.
      restrictDefaultSecurityGroup: false,
    });
    if (zones !== undefined) acknowledgeZones(vpc);
    // Only what was refused: a connection that should not have been tried.
    vpc.addFlowLog("Refused", {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(new LogGroup(this, "RefusedConnections", logs)),
    });
    return vpc;
  }

  #describe({ vpcId, availabilityZones, isolatedSubnetIds, routeTableIds }: ExistingNetwork): IVpc {
    return Vpc.fromVpcAttributes(this, "Vpc", {
      vpcId,
      availabilityZones,
      isolatedSubnetIds,
      ...(routeTableIds === undefined ? {} : { isolatedSubnetRouteTableIds: routeTableIds }),
    });
  }

  /** For as long as the table is read. */
  leadTo(passing: readonly Passing[]): void {
    this.#lead("DynamoDb", GatewayVpcEndpointAwsService.DYNAMODB, this.#existing?.dynamoDbEndpoint, passing);
  }

  /** For as long as exports of it are. */
  leadToS3(passing: readonly Passing[]): void {
    this.#lead("S3", GatewayVpcEndpointAwsService.S3, this.#existing?.s3Endpoint, passing);
  }

  #lead(
    id: string,
    service: GatewayVpcEndpointAwsService,
    existing: "create" | "existing" | undefined,
    passing: readonly Passing[],
  ): void {
    if (existing === "existing") return;
    const subnets = [{ subnetType: SubnetType.PRIVATE_ISOLATED }];
    const endpoint = this.vpc.addGatewayEndpoint(id, { service, subnets });
    if (this.#existing !== undefined) return;
    for (const { actions, resources } of passing) allow(endpoint, actions, resources);
  }

  /** For assuming a role. In a network of others it would take over the name of STS for everybody. */
  leadToSts(from: SecurityGroup): void {
    if (this.#existing !== undefined) return;
    const endpoint = this.vpc.addInterfaceEndpoint("Sts", { service: InterfaceVpcEndpointAwsService.STS, open: false });
    endpoint.connections.allowFrom(from, Port.tcp(443), "The migrator");
  }
}

/** An endpoint's policy names nobody: it bounds what may pass, and each role's own policy says who may. */
function allow(endpoint: GatewayVpcEndpoint, actions: readonly string[], resources: readonly string[]): void {
  const principals = [new AnyPrincipal()];
  endpoint.addToPolicy(new PolicyStatement({ principals, actions: [...actions], resources: [...resources] }));
}
