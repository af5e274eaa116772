/** What IAM says of a request that it refuses → who may not do what, and the command that allows it. */
import { denialIn, WHO } from "./caller.ts";
import { shell } from "./typed.ts";

/** What reading a source asks for. */
export interface Rights {
  /** All of it, `dynamodb:Scan` and the like. */
  readonly actions: readonly string[];
  /** On what, in words. */
  readonly on: string;
  /** On what, where one of those actions was refused on this. */
  readonly resource: (refused: string) => string | readonly string[];
  /** What a policy that allows it can be called. */
  readonly policy: string;
}

/** Whose policies those are, and how a command of theirs calls it. */
const PRINCIPALS = [
  [/^arn:[^:]+:iam::\d+:user\/(?:.*\/)?([^/]+)$/, "user"],
  [/^arn:[^:]+:sts::\d+:assumed-role\/([^/]+)\//, "role"],
] as const;

export function denied(message: string, rights: Rights): { readonly why: string; readonly remedy: string } {
  const denial = denialIn(message);
  const ask = `allow ${rights.actions.join(", ")} on ${rights.on} to who you are: ${WHO}`;
  if (denial === undefined) return { why: "these credentials may not read it", remedy: ask };
  const { principal, action, resource } = denial;
  const why = `${principal} may not ${action}`;
  const own = action.split(":")[0] === rights.actions[0]?.split(":")[0];
  const [kind, name] = PRINCIPALS.map(([pattern, each]) => [each, pattern.exec(principal)?.[1]] as const).find(
    ([, found]) => found !== undefined,
  ) ?? [undefined, undefined];
  // What a single sign-on has made is changed there.
  if (kind === undefined || name === undefined || resource === undefined || name.startsWith("AWSReservedSSO_"))
    return {
      why,
      remedy: own ? ask : `allow ${action}${resource === undefined ? "" : ` on ${resource}`} to who you are: ${WHO}`,
    };
  const allowed = own
    ? { Action: rights.actions, Resource: rights.resource(resource) }
    : { Action: [action], Resource: resource };
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...allowed }] });
  const words = [
    `put-${kind}-policy`,
    `--${kind}-name`,
    name,
    "--policy-name",
    rights.policy,
    "--policy-document",
    policy,
  ];
  return { why, remedy: `have it allowed: ${shell("aws", "iam", ...words)}` };
}
