/** `invoke`: what is done stands with the command, whose clients a function has no use for. */
import type { Verb } from "../verb.ts";

export const invoke = {
  says: "start what a stack has deployed, follow it, print its report, and end with its status",
  needs: ["stack"],
  takes: ["region", "json"],
} as const satisfies Verb;
