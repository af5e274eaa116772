/** What an event asks for, checked → the verb, or the action of a workflow, that answers. */
import { z } from "zod";
import type { Edge, Proven } from "./compose.ts";
import { type Answer, environmentSchema } from "./contract.ts";
import { must } from "./domain/must.ts";
import { saidSchema } from "./options.ts";
import { type Answering, type Invocation, type Proving, STEPS, type Verb, type WorkflowAction } from "./verb.ts";
import { VERBS, WORKFLOW } from "./verbs.ts";

/** What belongs to an action, and who does it. */
interface Action {
  readonly needs: readonly string[];
  readonly takes: readonly string[];
  readonly event: Answering | Proving;
}

const actionOf = ({ words, needs, takes, event, isStep }: Verb): Action[] => {
  if (event === undefined) return [];
  const [needed, taken] = words === undefined ? [[], []] : words.optional === true ? [[], ["key"]] : [["key"], []];
  const step = isStep === true ? ["input"] : [];
  return [{ needs: [...needed, ...needs], takes: [...taken, ...takes, ...step], event }];
};

const verbs = Object.entries<Verb>(VERBS).flatMap(([name, verb]) =>
  actionOf(verb).map((action): [string, Action] => [name, action]),
);
const workflow = Object.entries<WorkflowAction>(WORKFLOW).map(([name, action]): [string, Action] => [
  name,
  { needs: [], ...action },
]);

/** What an event may ask for. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map([...verbs, ...workflow]);

/** The event: `{}` does all of it. What does not belong to its action is refused, as an unknown option is. */
export const eventSchema = saidSchema
  .extend({ action: z.enum([...ACTIONS.keys()]).default("migrate") })
  .superRefine(({ action, ...said }, context) => {
    const { needs = [], takes = [] } = ACTIONS.get(action) ?? {};
    const given = Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    const issue = (name: string, message: string) => context.addIssue({ code: "custom", path: [name], message });
    for (const name of given) if (![...needs, ...takes].includes(name)) issue(name, `${action} takes no ${name}`);
    // The source and the target are the function's own.
    for (const name of needs)
      if (name in saidSchema.shape && !given.includes(name)) issue(name, `${action} needs ${name}`);
    for (const [step, options] of Object.entries(said.input ?? {}))
      for (const { path, message } of stepIssues(step, options))
        context.addIssue({ code: "custom", path: ["input", step, ...path], message });
  });

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What a workflow decides by itself. */
const OF_THE_WORKFLOW = ["action", "workers", "input"];

/** What is wrong with what a workflow's input says to a step: all of it is told before the first one begins. */
function stepIssues(step: string, options: unknown): readonly Issue[] {
  const wrong = (message: string): readonly Issue[] => [{ path: [], message }];
  if (!STEPS.some((each) => each === step)) return wrong(`is no step: there are ${STEPS.join(", ")}`);
  if (typeof options !== "object" || options === null || Array.isArray(options))
    return wrong("is not an object of options");
  const own = OF_THE_WORKFLOW.filter((name) => name in options);
  if (own.length > 0) return wrong(`says ${own.join(", ")}, which the workflow decides by itself`);
  const { error } = eventSchema.safeParse({ ...options, action: step });
  return error?.issues ?? [];
}

/** All that one invocation is given, checked together so that every problem is told at once. */
export const invocationSchema = z.object({ environment: environmentSchema, event: eventSchema });

/** Does what an event asks for. */
export async function invoke(
  { action, ...said }: z.infer<typeof eventSchema>,
  own: Omit<Invocation, "said">,
  edge: Edge,
): Promise<Proven | Answer> {
  const { event } = must(ACTIONS.get(action), "the event was checked");
  // Beside exports single items are read from the table they were made of, where nobody says another one.
  const invocation = { ...own, said: own.live === undefined ? said : { live: own.live, ...said } };
  return "proves" in event ? event.proves(invocation, edge) : { action, ...(await event.does(invocation, edge)) };
}
