/** The role of a function, written by hand: AWS' ready-made policies allow every log group there is. */
import { type IRole, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

export interface FunctionRoleProps {
  readonly description: string;
  readonly logGroup: ILogGroup;
}

export function functionRole(scope: Construct, { description, logGroup }: FunctionRoleProps): Role {
  const role = new Role(scope, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com"), description });
  logGroup.grantWrite(role);
  return role;
}

export function allow(role: IRole, actions: readonly string[], ...resources: string[]): void {
  role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources }));
}
