/**
 * Aurora PostgreSQL, made or described. Who signs in is IAM's to say; the master's password is RDS' own
 * secret, which it rotates. A cluster that is made here keeps values out of Postgres' log.
 */
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { InstanceType, type IVpc, Peer, Port, SecurityGroup, SubnetType } from "aws-cdk-lib/aws-ec2";
import { Key } from "aws-cdk-lib/aws-kms";
import {
  AuroraPostgresEngineVersion,
  CaCertificate,
  CfnDBInstance,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  DBClusterStorageType,
  type IClusterEngine,
  type IClusterInstance,
  type IDatabaseCluster,
  ParameterGroup,
} from "aws-cdk-lib/aws-rds";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { acknowledgeThrowAway } from "./acknowledgements.ts";
import type { Config } from "./config.ts";
import type { ExistingCluster } from "./settings.ts";

export interface DatabaseProps {
  readonly vpc: IVpc;
  readonly config: Config;
}

const engineOf = (version: string): IClusterEngine =>
  DatabaseClusterEngine.auroraPostgres({
    version: AuroraPostgresEngineVersion.of(version, version.split(".")[0] ?? version),
  });

/**
 * Postgres quotes values in the statements, parameters, details and messages it logs, and rows are values. Connections,
 * checkpoints and crashes are still logged; an error is told to the client that made it and to nobody else.
 * An existing cluster keeps its own parameters.
 */
export const QUIET = {
  log_statement: "none",
  log_min_duration_statement: "-1",
  log_min_duration_sample: "-1",
  log_min_error_statement: "panic",
  log_min_messages: "log",
  log_error_verbosity: "terse",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
} as const;

export class Database extends Construct {
  readonly cluster: IDatabaseCluster;
  /** Of a user who may create roles, where it is known. */
  readonly secret: ISecret | undefined;
  readonly port: number;
  readonly identifier: string;
  readonly securityGroupId: string;

  constructor(scope: Construct, id: string, { vpc, config }: DatabaseProps) {
    super(scope, id);
    const made = config.cluster === undefined ? this.#make(vpc, config) : this.#describe(config.cluster);
    [this.cluster, this.secret, this.port] = made;
    this.identifier = this.cluster.clusterIdentifier;
    this.securityGroupId = this.cluster.connections.securityGroups.map((group) => group.securityGroupId).join(",");
    this.#admitClients(config);
  }

  #make(vpc: IVpc, config: Config): [IDatabaseCluster, ISecret, number] {
    const port = 5_432;
    const engine = engineOf(config.engineVersion);
    const isServerless = config.instance === "serverless";
    const securityGroup = new SecurityGroup(this, "SecurityGroup", {
      vpc,
      description: "The database: whoever may connect is named, and it connects to nobody",
      allowAllOutbound: false,
    });
    const cluster = new DatabaseCluster(this, "Cluster", {
      // CloudFormation replaces nothing that has a name: what would need another cluster is refused, and no new one is empty.
      clusterIdentifier: `${Stack.of(this).stackName.toLowerCase()}-postgres`,
      engine,
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [securityGroup],
      port,
      writer: instance("Writer", config),
      readers: Array.from({ length: config.readers }, (_, at) => instance(`Reader${at + 1}`, config)),
      ...(isServerless
        ? {
            serverlessV2MinCapacity: config.migrator ? config.minAcuWhileMigrating : config.minAcu,
            serverlessV2MaxCapacity: config.maxAcu,
          }
        : {}),
      defaultDatabaseName: config.database,
      credentials: Credentials.fromUsername("postgres"),
      manageMasterUserPassword: true,
      iamAuthentication: true,
      // For the one statement that makes the migrator's role.
      enableDataApi: true,
      storageEncrypted: true,
      ...(config.clusterKmsKeyArn === undefined
        ? {}
        : { storageEncryptionKey: Key.fromKeyArn(this, "Key", config.clusterKmsKeyArn) }),
      storageType: config.ioOptimized ? DBClusterStorageType.AURORA_IOPT1 : DBClusterStorageType.AURORA,
      backup: { retention: Duration.days(config.backupRetentionDays) },
      copyTagsToSnapshot: true,
      deletionProtection: config.deletionProtection,
      removalPolicy: config.retain ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
      // Another major version needs another group, which an update of this one would not make.
      parameterGroup: new ParameterGroup(this, `Parameters${config.engineVersion.split(".")[0]}`, {
        engine,
        description: "TLS for everyone, and no values in the log",
        parameters: { "rds.force_ssl": "1", ...QUIET },
      }),
    });
    if (config.deletionProtection) keepWriter(cluster);
    else acknowledgeThrowAway(cluster);
    if (cluster.secret === undefined) throw new Error("RDS makes a secret for the master user of this cluster");
    return [cluster, cluster.secret, port];
  }

  #describe(existing: ExistingCluster): [IDatabaseCluster, ISecret | undefined, number] {
    const { identifier, resourceId, endpoint, port, securityGroupId, secretArn } = existing;
    const cluster = DatabaseCluster.fromDatabaseClusterAttributes(this, "Cluster", {
      clusterIdentifier: identifier,
      clusterResourceIdentifier: resourceId,
      clusterEndpointAddress: endpoint,
      port,
      securityGroups: [SecurityGroup.fromSecurityGroupId(this, "SecurityGroup", securityGroupId)],
      engine: DatabaseClusterEngine.AURORA_POSTGRESQL,
    });
    const secret = secretArn === undefined ? undefined : Secret.fromSecretCompleteArn(this, "Secret", secretArn);
    return [cluster, secret, port];
  }

  /** Lets in what is in a group of ours. */
  admit(group: SecurityGroup, who: string): void {
    const port = Port.tcp(this.port);
    this.cluster.connections.allowFrom(group, port, who);
    group.connections.allowTo(this.cluster, port, "The database");
  }

  /** Clients stay when the migrator goes. */
  #admitClients({ clientCidrs, clientSecurityGroupIds }: Config): void {
    const clients = [
      ...clientSecurityGroupIds.map((each) => Peer.securityGroupId(each)),
      ...clientCidrs.map(Peer.ipv4),
    ];
    for (const client of clients) this.cluster.connections.allowFrom(client, Port.tcp(this.port), "A client");
  }
}

function instance(id: string, { instance: kind }: Config): IClusterInstance {
  const caCertificate = CaCertificate.RDS_CA_RSA2048_G1;
  return kind === "serverless"
    ? ClusterInstance.serverlessV2(id, { caCertificate, scaleWithWriter: id === "Reader1" })
    : ClusterInstance.provisioned(id, { caCertificate, instanceType: new InstanceType(kind.replace("db.", "")) });
}

/**
 * A protected cluster refuses to go, and its instances would have gone before it. The writer goes only where making the
 * stack failed, when there is nothing in it.
 */
function keepWriter(cluster: DatabaseCluster): void {
  const writer = cluster.node
    .findChild("Writer")
    .node.findAll()
    .find((each) => each instanceof CfnDBInstance);
  if (!(writer instanceof CfnDBInstance)) throw new Error("an Aurora cluster has an instance that writes");
  writer.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
}
