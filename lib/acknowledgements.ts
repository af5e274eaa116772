/** What cdk-nag finds and is meant to be so, each with its reason. A finding that is not here fails the synthesis. */
import { Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

const acknowledge = (construct: IConstruct, id: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${id}`, reason });

export function acknowledgeNetworkInterfaces(role: IConstruct): void {
  const reason =
    "Lambda makes the network interfaces of a function, whose names nobody knows beforehand; describing them knows no resources at all.";
  acknowledge(role, "IAM5[Resource::*]", reason);
}

export function acknowledgeLogDelivery(stateMachine: IConstruct): void {
  const delivery =
    "The actions that set up the delivery of a workflow's log know no resources: AWS documents them with *.";
  acknowledge(stateMachine, "IAM5[Resource::*]", delivery);
  const tracing =
    "The history and the log tell the time of each step already, and tracing would need a permission on every resource.";
  acknowledge(stateMachine, "SF2", tracing);
}

export function acknowledgeThrowAway(cluster: IConstruct): void {
  const reason = "Deletion protection was turned off in the configuration, for a rehearsal that is thrown away.";
  acknowledge(cluster, "RDS10", reason);
}

export function acknowledgeSessions(role: IConstruct): void {
  const reason = "What the agent asks for to hold a session knows no resource but *: AWS documents it so.";
  acknowledge(role, "IAM5[Resource::*]", reason);
}

export function acknowledgeStateless(instance: IConstruct): void {
  const reason = "Nothing is kept or computed on it: it forwards a port, and a new one does as well.";
  acknowledge(instance, "EC28", reason);
  acknowledge(instance, "EC29", reason);
}

/** Exports and their files have their names when they are begun. */
export function acknowledgeExports(role: IConstruct, resources: readonly string[]): void {
  const reason = "An export of this table, and each file of it, gets its name when it is begun.";
  for (const each of resources) acknowledge(role, `IAM5[Resource::${shown(role, each)}]`, reason);
}

/** `resources` are those of its statements: a finding names each that has a wildcard, with references in angle brackets. */
export function acknowledgeOperator(policy: IConstruct, resources: readonly string[]): void {
  const begins =
    "Stacks, executions, snapshots and sessions have their whole names only when they begin, and start with the stack's or the person's own; a document of AWS' is in no account of ours.";
  const looks =
    "Looking at metrics, alarms and the answers of saved questions knows no resources: AWS documents it with *.";
  for (const each of resources.filter((resource) => resource.includes("*")))
    acknowledge(policy, `IAM5[Resource::${shown(policy, each)}]`, each === "*" ? looks : begins);
}

function shown(construct: IConstruct, resource: string): string {
  const resolved: unknown = Stack.of(construct).resolve(resource);
  const parts = typeof resolved === "object" ? Object(resolved)["Fn::Join"][1] : [resolved];
  const text = (part: unknown): string => {
    if (typeof part === "string") return part.replaceAll(/\$\{([^}]+)\}/g, "<$1>");
    const { Ref: id, "Fn::GetAtt": attribute } = Object(part);
    return `<${id ?? attribute.join(".")}>`;
  };
  return parts.map(text).join("");
}

/** A template that names zones fits one region only, which is what was asked for. */
export function acknowledgeZones(network: IConstruct): void {
  const reason = "The zones of this network were named in the configuration.";
  Validations.of(network).acknowledge({ id: "CloudFormation-Validate::W3010", reason });
}
