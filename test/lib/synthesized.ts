/** Settings → the template a deployment of them would send, under the feature flags of cdk.json; and templates → what they mean once deployed. */
import { readFileSync } from "node:fs";
import { App, Validations } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { readConfig } from "../../lib/config.ts";
import { MigrationStack } from "../../lib/migration-stack.ts";

type Settings = Readonly<Record<string, unknown>>;

const FLAGS: Settings = JSON.parse(readFileSync("cdk.json", "utf8")).context;

export interface Resource {
  readonly Type: string;
  // Templates are JSON of a thousand shapes; each test asserts the one it reads.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly Properties: Readonly<Record<string, any>>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
}

export interface Synthesized {
  readonly template: Template;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export const NETWORK = {
  vpcId: "vpc-0123456789abcdef0",
  availabilityZones: ["eu-west-1a", "eu-west-1b"],
  isolatedSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
  routeTableIds: ["rtb-0123456789abcdef0", "rtb-0123456789abcdef1"],
};

export const CLUSTER = {
  identifier: "shop",
  resourceId: "cluster-ABCDEFGHIJKL",
  endpoint: "shop.cluster-abc.eu-west-1.rds.amazonaws.com",
  securityGroupId: "sg-0123456789abcdef0",
  secretArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-abc-AbCdEf",
};

export const KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** The stack alone, for whoever wants to do something to it before it is synthesized. */
export function stackOf(settings: Settings = {}): { readonly app: App; readonly stack: MigrationStack } {
  // No function is bundled here: its code is tested where it runs.
  const app = new App({ context: { ...FLAGS, "aws:cdk:bundling-stacks": [] } });
  const config = readConfig({ tableName: "legacy", ...settings });
  return { app, stack: new MigrationStack(app, "DynamoDbToPostgres", { config }) };
}

const known = new Map<string, Synthesized>();

/** Throws where CDK's validator or cdk-nag finds something. The same settings are synthesized once. */
export function synthesize(settings: Settings = {}): Synthesized {
  const key = JSON.stringify(settings);
  const synthesized = known.get(key) ?? synthesizeAnew(settings);
  known.set(key, synthesized);
  return synthesized;
}

function synthesizeAnew(settings: Settings): Synthesized {
  const { app, stack } = stackOf(settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const template = Template.fromStack(stack);
  const { Resources: resources, Outputs: outputs } = template.toJSON();
  return { template, resources, outputs };
}

export const ofType = ({ resources }: Pick<Synthesized, "resources">, type: string): [string, Resource][] =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

/** The one resource of a type whose logical id begins so. */
export function the(synthesized: Pick<Synthesized, "resources">, type: string, prefix = ""): Resource {
  const found = ofType(synthesized, type).filter(([id]) => id.startsWith(prefix));
  const [one, ...others] = found;
  if (one === undefined || others.length > 0) throw new Error(`${found.length} of ${type} begin with ${prefix}`);
  return one[1];
}

const PSEUDO: Readonly<Record<string, string>> = {
  "AWS::Partition": "aws",
  "AWS::Region": "eu-west-1",
  "AWS::AccountId": "123456789012",
  "AWS::URLSuffix": "amazonaws.com",
  "AWS::StackName": "DynamoDbToPostgres",
};

/** Intrinsic functions → what they would give: a reference to a resource is its logical id, an attribute `Id.Attribute`. */
export function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== "object" || value === null) return value;
  const [[name, given] = ["", undefined], ...others] = Object.entries(value);
  if (others.length > 0 || !/^(Ref|Fn::)/.test(name))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each)]));
  const all = Array.isArray(given) ? given.map(resolved) : [];
  if (name === "Ref") return PSEUDO[String(given)] ?? String(given);
  if (name === "Fn::GetAtt") return all.join(".");
  if (name === "Fn::Join" && Array.isArray(all[1])) return all[1].join(String(all[0]));
  if (name === "Fn::Select" && Array.isArray(all[1])) return all[1][Number(all[0])];
  if (name === "Fn::Split") return String(all[1]).split(String(all[0]));
  throw new Error(`${name} is not known here`);
}
