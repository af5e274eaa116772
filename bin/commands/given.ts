/** What a command line said: words behind the verb, and options by their names. */
import type { OptionName } from "../../lambda/verbs.ts";

/** What a verb needs is there whenever its action is called; the command line has seen to that. */
export interface Given extends Partial<Record<OptionName, unknown>> {
  readonly source: string;
  readonly target: string;
  readonly schema: string;
  readonly reason: string;
  readonly run?: number;
  readonly limit?: number;
  readonly keys?: string;
  readonly json?: string;
}

export type Action = (given: Given, words: readonly string[]) => Promise<void>;
