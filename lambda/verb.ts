/** What a verb is: the words for it, and how a function that is asked for it answers. Each stands in a file of its own in `verbs/`. */
import { z } from "zod";
import type { Edge, Proven, Task } from "./compose.ts";
import type { LogSettings } from "./contract.ts";
import type { OptionName, Said } from "./options.ts";

export interface Verb {
  readonly says: string;
  /** What stands behind the verb without a flag. */
  readonly words?: { readonly name: string; readonly says: string; readonly optional?: true };
  readonly needs: readonly OptionName[];
  readonly takes: readonly OptionName[];
  /** What an option means here, where that is not what it means elsewhere. */
  readonly meaning?: Partial<Record<OptionName, string>>;
  /** Its exit status, where that is not the verdict's. */
  readonly ends?: string;
  /** Where an event may ask for it, too. */
  readonly event?: Answering | Proving;
  /** A workflow asks for it before it plans, and says its own input, which is checked. */
  readonly isStep?: true;
}

/** What a workflow asks for, one invocation each, where one alone would not do. All of them may be asked for again. */
export interface WorkflowAction {
  readonly takes: readonly (keyof Said)[];
  readonly event: Answering;
}

/** In this order; options may be said to each. */
export const STEPS = ["export", "plan", "copy", "finalize", "verify"] as const;

/** An event with what the function has of its own: source, target, schema. */
export interface Invocation extends Omit<Task, "options"> {
  readonly said: Said;
  readonly log: LogSettings;
  /** The table that exports are made of, where it is they that are read; and the key they are encrypted with, where one was named. */
  readonly live?: string | undefined;
  readonly exportsKey?: string | undefined;
}

/** An event's work that ends with a proof, and is answered by its verdict. */
export interface Proving {
  proves(invocation: Invocation, edge: Edge): Promise<Proven>;
}

/** An event's work that proves nothing. Keys of items stand as hashes in its answer, as they do in the log. */
export interface Answering<S extends z.ZodObject = z.ZodObject> {
  readonly answer: S;
  does(invocation: Invocation, edge: Edge): Promise<z.infer<S>>;
}

export const answering = <S extends z.ZodRawShape>(
  shape: S,
  does: Answering<z.ZodObject<S, z.core.$strict>>["does"],
): Answering<z.ZodObject<S, z.core.$strict>> => ({ answer: z.strictObject(shape), does });

/** What a function has answered to a verb; undefined where that is something else, as a refusal is. */
export function answered<S extends z.ZodObject>({ answer }: Answering<S>, given: unknown): z.infer<S> | undefined {
  const parsed = z.looseObject({ action: z.string() }).safeParse(given);
  if (!parsed.success) return undefined;
  const { action: _, ...rest } = parsed.data;
  return answer.safeParse(rest).data;
}
