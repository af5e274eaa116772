/** IAM policies of a template, evaluated as IAM does: allowed by one statement and denied by none. */
import { ofType, type Resource, resolved, type Synthesized } from "./synthesized.ts";

export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const list = (value: unknown): string[] => [value ?? []].flat().map(String);

export function statementsOf(document: { readonly Statement: readonly Record<string, unknown>[] }): Statement[] {
  return document.Statement.map((statement) => ({
    effect: String(statement.Effect),
    actions: list(statement.Action),
    resources: list(resolved(statement.Resource)),
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
  const documents = ofType(synthesized, "AWS::IAM::Policy")
    .map(([, policy]: [string, Resource]) => policy.Properties)
    .filter(({ Roles }) => list(resolved(Roles)).includes(id))
    .map(({ PolicyDocument }) => PolicyDocument);
  const inline = (Properties.Policies ?? []).map((policy: { PolicyDocument: unknown }) => policy.PolicyDocument);
  return [...documents, ...inline].flatMap(statementsOf);
}

export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "i",
  ).test(text);

/** Knows the one operator in use; another one is an error and not a guess. */
function met(conditions: Statement["conditions"], context: Readonly<Record<string, string>>): boolean {
  return Object.entries(conditions).every(([operator, wanted]) => {
    if (operator !== "StringEquals") throw new Error(`${operator} is not known here`);
    return Object.entries(wanted).every(([key, value]) => context[key] === value);
  });
}

export function allows(policy: readonly Statement[], { action, resource, context = {} }: Request): boolean {
  const said = policy.filter(
    ({ actions, resources, conditions }) =>
      actions.some((each) => matches(each, action)) &&
      resources.some((each) => matches(each, resource)) &&
      met(conditions, context),
  );
  return said.some(({ effect }) => effect === "Allow") && said.every(({ effect }) => effect === "Allow");
}

export const actionsOf = (policy: readonly Statement[]): string[] => policy.flatMap(({ actions }) => actions).sort();
