/** Two templates of a stack → what of all that holds data or carries it would be another after the update. */
import { diffTemplate, ResourceImpact } from "@aws-cdk/cloudformation-diff";
import type { Synthesized } from "./synthesized.ts";

/** The database, the network it stands in, and what was logged. */
const KEPT =
  /^AWS::(RDS::(DBCluster|DBInstance|DBSubnetGroup)|EC2::(VPC|Subnet|RouteTable|SecurityGroup)|Logs::LogGroup)$/;

const GONE = new Set<ResourceImpact>([
  ResourceImpact.MAY_REPLACE,
  ResourceImpact.WILL_DESTROY,
  ResourceImpact.WILL_ORPHAN,
  ResourceImpact.WILL_REPLACE,
]);

type Resources = Pick<Synthesized, "resources">;

/** Logical ids and their types, as `Id Type`, in order. */
export function replaced(before: Resources, after: Resources): string[] {
  const { changes } = diffTemplate({ Resources: before.resources }, { Resources: after.resources }).resources;
  return Object.entries(changes)
    .filter(([, { changeImpact }]) => GONE.has(changeImpact))
    .map(([id, { resourceType }]) => [id, resourceType])
    .filter(([, type = ""]) => KEPT.test(type))
    .map((words) => words.join(" "))
    .sort();
}
