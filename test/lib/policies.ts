/** The policies of a template, as they are once deployed, evaluated by a simulator of IAM that was not written here. */
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { ofType, type Resource, resolved, type Synthesized } from "./synthesized.ts";

export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const ACCOUNT = "123456789012";
const arn = (service: string, rest: string): string => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${rest}`;

/** What CloudFormation would put in the place of a reference: its text here, and an ARN as the service makes it. */
const DEPLOYED: Readonly<Record<string, (id: string) => Readonly<Record<string, string>>>> = {
  "AWS::Lambda::Alias": (id) => ({ [id]: arn("lambda", `function:${id}:live`) }),
  "AWS::Logs::LogGroup": (id) => ({ [`${id}.Arn`]: arn("logs", `log-group:${id}:*`) }),
  "AWS::RDS::DBCluster": (id) => ({
    [`${id}.MasterUserSecret.SecretArn`]: arn("secretsmanager", `secret:rds!${id}-AbCdEf`),
  }),
  "AWS::S3::Bucket": (id) => ({ [`${id}.Arn`]: `arn:aws:s3:::${id.toLowerCase()}` }),
  "AWS::StepFunctions::StateMachine": (id) => ({ [id]: arn("states", `stateMachine:${id}`) }),
};

const list = (value: unknown): string[] => [value ?? []].flat().map(String);

interface Document {
  readonly Statement: readonly Record<string, unknown>[];
}

export function statementsOf(document: Document, { resources }: Pick<Synthesized, "resources">): Statement[] {
  const arns = Object.assign({}, ...Object.entries(resources).map(([id, { Type }]) => DEPLOYED[Type]?.(id)));
  return document.Statement.map((statement) => ({
    effect: String(statement.Effect),
    actions: list(statement.Action),
    // What is in a bucket is named behind its ARN.
    resources: list(resolved(statement.Resource)).map((each) =>
      each.replace(/^[^/]+/, (name: string) => arns[name] ?? name),
    ),
    conditions: Object(resolved(statement.Condition)),
  }));
}

/** Everything the role whose logical id begins so is allowed or denied. Managed policies would be missed, so there may be none. */
export function policyOf(synthesized: Synthesized, rolePrefix: string): Statement[] {
  const roles = ofType(synthesized, "AWS::IAM::Role").filter(([id]) => id.startsWith(rolePrefix));
  const [role, ...others] = roles;
  if (role === undefined || others.length > 0) throw new Error(`${roles.length} roles begin with ${rolePrefix}`);
  const [id, { Properties }] = role;
  if (Properties.ManagedPolicyArns !== undefined) throw new Error(`${id} has a managed policy`);
  const documents: Document[] = ofType(synthesized, "AWS::IAM::Policy")
    .map(([, policy]: [string, Resource]) => policy.Properties)
    .filter(({ Roles }) => list(resolved(Roles)).includes(id))
    .map(({ PolicyDocument }) => PolicyDocument);
  const inline: Document[] = (Properties.Policies ?? []).map(
    (policy: { PolicyDocument: Document }) => policy.PolicyDocument,
  );
  return [...documents, ...inline].flatMap((document) => statementsOf(document, synthesized));
}

export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

const policy = (statements: readonly Statement[], principal: Readonly<Record<string, unknown>> = {}) => ({
  Version: "2012-10-17",
  Statement: statements.map(({ effect, actions, resources, conditions }) => ({
    ...principal,
    Effect: effect,
    Action: actions,
    Resource: resources,
    ...(Object.keys(conditions).length > 0 ? { Condition: conditions } : {}),
  })),
});

/** A key lets its account's own policies decide; where it does not, nothing that is tested here would help. */
const KEY_POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" }],
};

/** Whether a role with these statements may; `endpoint` are those of the endpoint its request goes through, where that has any. */
export async function allows(
  statements: readonly Statement[],
  { action, resource, context = {} }: Request,
  endpoint?: readonly Statement[],
): Promise<boolean> {
  // The simulator takes no policy without a statement.
  if (statements.length === 0) return false;
  const request = {
    principal: `arn:aws:iam::${ACCOUNT}:role/tested`,
    action,
    resource: { resource, accountId: ACCOUNT },
    contextVariables: { ...context },
  };
  const result = await runSimulation(
    {
      request,
      identityPolicies: [{ name: "tested", policy: policy(statements) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(action.startsWith("kms:") ? { resourcePolicy: KEY_POLICY } : {}),
      ...(endpoint === undefined
        ? {}
        : { vpcEndpointPolicies: [{ name: "endpoint", policy: policy(endpoint, { Principal: "*" }) }] }),
    },
    {},
  );
  if (result.resultType === "error") throw new Error(`${action} on ${resource}: ${JSON.stringify(result.errors)}`);
  return result.overallResult === "Allowed";
}

/** Those of the requests that would be refused. */
export async function refused(statements: readonly Statement[], requests: readonly Request[]): Promise<string[]> {
  const answers = await Promise.all(requests.map((request) => allows(statements, request)));
  return requests.filter((_, at) => answers[at] === false).map(({ action, resource }) => `${action} ${resource}`);
}

/** Statements without which every one of the requests would be allowed all the same: nobody needs them. */
export async function needless(statements: readonly Statement[], requests: readonly Request[]): Promise<Statement[]> {
  const without = (dropped: Statement): Statement[] => statements.filter((each) => each !== dropped);
  const broken = await Promise.all(statements.map((each) => refused(without(each), requests)));
  return statements.filter((_, at) => broken[at]?.length === 0);
}

export const actionsOf = (statements: readonly Statement[]): string[] =>
  statements.flatMap(({ actions }) => actions).sort();
