/** What IAM says of a request that it refuses → who may not do what, and the command that allows it. */
import { denialIn, WHO } from "../../domain/caller.ts";
import { shell } from "../../domain/typed.ts";

/** All that reading a table asks for. */
const ACTIONS = ["BatchGetItem", "DescribeContinuousBackups", "DescribeTable", "DescribeTimeToLive", "Scan"];

/** Whose policies those are, and how a command of theirs calls it. */
const PRINCIPALS = [
  [/^arn:[^:]+:iam::\d+:user\/(?:.*\/)?([^/]+)$/, "user"],
  [/^arn:[^:]+:sts::\d+:assumed-role\/([^/]+)\//, "role"],
] as const;

export function denied(message: string, table: string): { readonly why: string; readonly remedy: string } {
  const denial = denialIn(message);
  const ask = `allow ${ACTIONS.map((each) => `dynamodb:${each}`).join(", ")} on this table to who you are: ${WHO}`;
  if (denial === undefined) return { why: "these credentials may not read it", remedy: ask };
  const { principal, action, resource } = denial;
  const why = `${principal} may not ${action}`;
  const own = action.startsWith("dynamodb:");
  const [kind, name] = PRINCIPALS.map(([pattern, each]) => [each, pattern.exec(principal)?.[1]] as const).find(
    ([, found]) => found !== undefined,
  ) ?? [undefined, undefined];
  // What a single sign-on has made is changed there.
  if (kind === undefined || name === undefined || resource === undefined || name.startsWith("AWSReservedSSO_"))
    return {
      why,
      remedy: own ? ask : `allow ${action}${resource === undefined ? "" : ` on ${resource}`} to who you are: ${WHO}`,
    };
  const allowed = own ? ACTIONS.map((each) => `dynamodb:${each}`) : [action];
  const policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: allowed, Resource: resource }],
  });
  const words = [
    `put-${kind}-policy`,
    `--${kind}-name`,
    name,
    "--policy-name",
    `read-${table.replace(/^.*[:/]/, "")}`,
    "--policy-document",
    policy,
  ];
  return { why, remedy: `have it allowed: ${shell("aws", "iam", ...words)}` };
}
