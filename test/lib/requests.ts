/** What a run asks of AWS: the function itself of the table and the database, and Lambda in its role's name to run it at all. */
import type { Request } from "./policies.ts";
import { CLUSTER, ofType, type Synthesized } from "./synthesized.ts";

const ARN = (service: string) => `arn:aws:${service}:eu-west-1:123456789012`;

export const TABLE = `${ARN("dynamodb")}:table/legacy`;
/** Of the cluster that exists. */
export const USERS = `${ARN("rds-db")}:dbuser:${CLUSTER.resourceId}`;

/** As Lambda documents it, for a function in a network. */
export const NETWORK_INTERFACES = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];
export const WRITE_LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"];

export function logging(shape: Synthesized, group: string): Request[] {
  const [id] = ofType(shape, "AWS::Logs::LogGroup").find(([each]) => each.startsWith(group)) ?? [""];
  return WRITE_LOGS.map((action) => ({ action, resource: `${ARN("logs")}:log-group:${id}:log-stream:today` }));
}

/** Of a stack beside the cluster that exists; `operations` are those of DynamoDB. */
export const requestsOf = (shape: Synthesized, operations: Iterable<string>): Request[] => [
  ...[...operations].map((action) => ({ action, resource: TABLE })),
  { action: "rds-db:connect", resource: `${USERS}/migrator` },
  ...logging(shape, "MigratorLog"),
  ...NETWORK_INTERFACES.map((action) => ({ action, resource: "*" })),
];
