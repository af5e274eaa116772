/** What each setting allows and all of them together do not, each with what to do about it. */
import { connectionsFor, connectionsOf } from "./capacity.ts";
import type { ExistingCluster, ExistingNetwork } from "./settings.ts";

/** Of a new cluster, and no word about one that exists. */
const OF_CLUSTER = [
  "backupRetentionDays",
  "clusterKmsKeyArn",
  "deletionProtection",
  "engineVersion",
  "instance",
  "ioOptimized",
  "maxAcu",
  "minAcu",
  "minAcuWhileMigrating",
  "readers",
  "retain",
];
const OF_EXPORTS = ["exportKmsKeyArn", "exportRetentionDays"];
const OF_NETWORK = ["vpcCidr", "zones"];
const OF_SERVERLESS = ["maxAcu", "minAcu", "minAcuWhileMigrating"];

/** What could not be read is missing, and no rule says more about it. */
export interface Together {
  readonly cluster?: ExistingCluster | undefined;
  readonly engineVersion?: string;
  readonly exports?: boolean;
  readonly instance?: string;
  readonly maxAcu?: number;
  readonly minAcu?: number;
  readonly minAcuWhileMigrating?: number;
  readonly network?: ExistingNetwork | undefined;
  readonly owner?: string;
  readonly appRole?: string;
  readonly secretKmsKeyArn?: string | undefined;
  readonly workers?: number;
}

/** `given` tells what was written, where `read` has a default. */
export function conflicts(read: Together, given: Readonly<Record<string, unknown>>): string[] {
  const { cluster, network, instance = "serverless" } = read;
  const isGiven = (name: string): boolean => given[name] !== undefined;
  const without = (names: readonly string[], what: string): string[] =>
    names.filter(isGiven).map((name) => `${name} is given with ${what}: leave it out`);
  const zones = network?.availabilityZones.length;
  return [
    ...(isGiven("cluster") && !isGiven("network")
      ? ["cluster is given without network: an existing cluster is in an existing VPC, name that as network"]
      : []),
    ...(!isGiven("cluster") && zones !== undefined && zones < 2
      ? ["network.availabilityZones has one zone: a new cluster needs subnets in two, name another"]
      : []),
    ...(isGiven("tableRoleArn") && isGiven("tableKmsKeyArn")
      ? ["tableKmsKeyArn is given with tableRoleArn, which decrypts: let that role use the key, and leave it out"]
      : []),
    ...(read.exports === true && isGiven("tableRoleArn")
      ? ["exports is given with tableRoleArn: another account exports its tables into buckets of its own, leave it out"]
      : []),
    ...(read.exports === true ? [] : without(OF_EXPORTS, "exports off, and is about them")),
    ...(read.exports !== true && network?.s3Endpoint === "create"
      ? ["network.s3Endpoint is create with exports off, and nothing else reads S3: leave it out"]
      : []),
    ...(read.owner !== undefined && read.owner === read.appRole
      ? [`owner and appRole are both ${read.owner}: an application that owns its tables needs no role beside, name two`]
      : []),
    ...(read.secretKmsKeyArn !== undefined && cluster?.secretArn === undefined
      ? ["secretKmsKeyArn is given without an existing cluster's secretArn: it is that secret's key, leave it out"]
      : []),
    ...(cluster === undefined ? [] : without(OF_CLUSTER, "cluster, and shapes a new one only")),
    ...(network === undefined ? [] : without(OF_NETWORK, "network, and shapes a new one only")),
    ...(instance === "serverless" ? [] : without(OF_SERVERLESS, `instance ${instance}, which has a size of its own`)),
    ...(cluster === undefined && instance === "serverless" ? ofServerless(read) : []),
  ];
}

/** Serverless instances of a new cluster. */
function ofServerless({ minAcu, minAcuWhileMigrating, maxAcu, workers, engineVersion }: Together): string[] {
  const problems: string[] = [];
  for (const [name, floor] of Object.entries({ minAcu, minAcuWhileMigrating })) {
    if (floor === undefined || maxAcu === undefined || floor <= maxAcu) continue;
    problems.push(`${name} (${floor}) is above maxAcu (${maxAcu}): lower the one or raise the other`);
  }
  if (minAcuWhileMigrating !== undefined && maxAcu !== undefined && workers !== undefined) {
    const [opened, allowed] = [connectionsFor(workers), connectionsOf(minAcuWhileMigrating, maxAcu)];
    if (opened > allowed)
      problems.push(
        `workers (${workers}) may need ${opened} connections, and maxAcu (${maxAcu}) allows ${allowed}: lower the one or raise the other`,
      );
  }
  if ((minAcu === 0 || minAcuWhileMigrating === 0) && engineVersion !== undefined && !pauses(engineVersion))
    problems.push(`minAcu is 0, and ${engineVersion} cannot pause: raise it to 0.5, or engineVersion to 17.9`);
  return problems;
}

/** Aurora PostgreSQL pauses from these on. */
function pauses(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 16 || minor >= (major === 16 ? 3 : 7);
}
