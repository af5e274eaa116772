/** What cdk-nag finds and is meant to be so, each with its reason. A finding that is not here fails the synthesis. */
import { Validations } from "aws-cdk-lib";
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
