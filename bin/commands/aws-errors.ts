/** What AWS refuses to whoever starts a stack's workflow → one cause and what to type. Its message may hold anything, and stays the cause's. */
import { callerFault, denialIn, isDenied, WHO } from "../../lambda/domain/caller.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { shell } from "../../lambda/domain/typed.ts";

export interface StackPlace {
  readonly stack: string;
  readonly region: string | undefined;
}

const aws = ({ region }: StackPlace, ...words: readonly string[]): string =>
  shell("aws", ...words, ...(region === undefined ? [] : ["--region", region]));

const STACKS = ["cloudformation", "describe-stacks", "--query", "Stacks[].StackName", "--output", "text"];

/** CloudFormation has no name of its own for a stack that is not there. */
const NO_STACK = new Set(["ValidationError", "StackNotFoundException"]);
const NO_WAY = new Set(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"]);

function causeOf(error: Error, place: StackPlace): { readonly problem: string; readonly remedy: string } {
  const { name, message } = error;
  const { stack, region } = place;
  const code = "code" in error && typeof error.code === "string" ? error.code : name;
  const caller = callerFault(name);
  if (caller !== undefined) return caller;
  if (isDenied(name)) {
    const { principal, action } = denialIn(message) ?? {};
    const who = principal === undefined ? "these credentials may not do it" : `${principal} may not ${action}`;
    return {
      problem: who,
      remedy: `attach the operator's policy, OperatorPolicyArn of the stack's outputs, to who you are: ${WHO}`,
    };
  }
  if (NO_STACK.has(name))
    return {
      problem: `there is no stack ${stack}${region === undefined ? "" : ` in ${region}`}`,
      remedy: `correct --stack or --region; those that are there: ${aws(place, ...STACKS)}`,
    };
  if (/Region is missing/.test(message))
    return { problem: "the region is not known", remedy: `say it: --region REGION, or: export AWS_REGION=REGION` };
  if (NO_WAY.has(code) || name === "TimeoutError")
    return {
      problem: "AWS does not answer there",
      remedy: `correct --region, or the way to it, until this answers: ${aws(place, ...STACKS)}`,
    };
  return {
    problem: "AWS refused a request",
    remedy: `look at the stack: ${aws(place, "cloudformation", "describe-stack-events", "--stack-name", stack)}`,
  };
}

/** Does what asks AWS. Throws MigrationError `settings` for whatever it refuses. */
export async function asking<T>(place: StackPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MigrationError || !(error instanceof Error)) throw error;
    const { problem, remedy } = causeOf(error, place);
    throw new MigrationError("settings", `${problem} (${error.name})`, remedy, { cause: error });
  }
}
