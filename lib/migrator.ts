/** The function that migrates, and everything it is allowed to do. */
import { Aws, Duration } from "aws-cdk-lib";
import { type IVpc, Peer, Port, SecurityGroup, SubnetType } from "aws-cdk-lib/aws-ec2";
import type { Role } from "aws-cdk-lib/aws-iam";
import { Alias, ApplicationLogLevel, LoggingFormat, Runtime, SystemLogLevel } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { ENVIRONMENT } from "../lambda/contract.ts";
import { acknowledgeNetworkInterfaces } from "./acknowledgements.ts";
import { assuming } from "./assuming.ts";
import { BUNDLE, RUNTIME_ENVIRONMENT } from "./bundle.ts";
import type { Config } from "./config.ts";
import type { Database } from "./database.ts";
import { entryFor } from "./entry.ts";
import type { Exports } from "./exports.ts";
import { allow, functionRole } from "./function-role.ts";
import type { LogSettings } from "./logs.ts";
import { ROLE } from "./role-statement.ts";
import { READ_ITEMS, READ_TABLE, readEncrypted } from "./table.ts";

export interface MigratorProps {
  readonly config: Config;
  readonly vpc: IVpc;
  readonly database: Database;
  readonly tableArn: string;
  /** Where exports of it are read in its place. */
  readonly exports: Exports | undefined;
  readonly logs: LogSettings;
}

/** What Lambda needs to put a function into a network. None of these can be bound to a resource that exists beforehand. */
const NETWORK_INTERFACES = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
] as const;

export class Migrator extends Construct {
  readonly function: NodejsFunction;
  /** What is invoked: a run goes on with the version it began with while another one is deployed. */
  readonly live: Alias;
  readonly logGroup: LogGroup;
  readonly role: Role;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: MigratorProps) {
    super(scope, id);
    const { config, vpc, database, exports, logs } = props;
    this.logGroup = new LogGroup(this, "Log", logs);
    this.role = functionRole(this, { description: "Reads the table and writes the database", logGroup: this.logGroup });
    this.#permit(props);
    this.securityGroup = new SecurityGroup(this, "SecurityGroup", {
      vpc,
      description: "The migrator: it reaches the database and the endpoints of its network",
      allowAllOutbound: false,
    });
    // The addresses of a gateway endpoint are not known at synth, and no other route leaves these subnets.
    this.securityGroup.addEgressRule(
      Peer.anyIpv4(),
      Port.tcp(443),
      exports === undefined ? "DynamoDB" : "DynamoDB and S3",
    );
    database.admit(this.securityGroup, "The migrator");
    const { dbHost, dbPort } = { dbHost: database.cluster.clusterEndpoint.hostname, dbPort: database.port };
    const { environment, hooks } = assuming(config.tableRoleArn);
    this.function = new NodejsFunction(this, "Function", {
      description: `Migrates the table ${config.tableName} to Postgres and proves it`,
      entry: entryFor(config.schema),
      runtime: Runtime.NODEJS_24_X,
      bundling: { ...BUNDLE, ...hooks },
      memorySize: config.memory,
      timeout: Duration.minutes(15),
      // A run is gone on with by whoever asks for it, not behind their back.
      retryAttempts: 0,
      role: this.role,
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [this.securityGroup],
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: config.logLevel === "debug" ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.INFO,
      environment: {
        ...RUNTIME_ENVIRONMENT,
        ...environment,
        ...sourced(props),
        [ENVIRONMENT.logLevel]: config.logLevel,
        [ENVIRONMENT.logKeys]: config.logKeys,
        // Whatever is made belongs to the owner from the first minute.
        [ENVIRONMENT.target]: `postgres://${ROLE}@${dbHost}:${dbPort}/${config.database}?auth=iam&options=-c%20role%3D${config.owner}`,
      },
    });
    this.live = new Alias(this, "Live", { aliasName: "live", version: this.function.currentVersion, retryAttempts: 0 });
  }

  #permit({ config: { tableKmsKeyArn, tableRoleArn }, database, tableArn, exports }: MigratorProps): void {
    if (tableRoleArn === undefined) allow(this.role, exports === undefined ? READ_TABLE : READ_ITEMS, tableArn);
    else allow(this.role, ["sts:AssumeRole"], tableRoleArn);
    if (tableKmsKeyArn !== undefined) this.role.addToPrincipalPolicy(readEncrypted(tableKmsKeyArn));
    database.cluster.grantConnect(this.role, ROLE);
    allow(this.role, NETWORK_INTERFACES, "*");
    acknowledgeNetworkInterfaces(this.role);
    exports?.permit(this.role);
  }
}

/** Where items come from: the table, or exports of it, with the table beside them. */
function sourced({ config: { tableName, exportKmsKeyArn }, exports }: MigratorProps): Record<string, string> {
  const table = `dynamodb:${tableName}?region=${Aws.REGION}`;
  if (exports === undefined) return { [ENVIRONMENT.source]: table };
  return {
    [ENVIRONMENT.source]: exports.place,
    [ENVIRONMENT.live]: table,
    ...(exportKmsKeyArn === undefined ? {} : { [ENVIRONMENT.exportsKey]: exportKmsKeyArn }),
  };
}
