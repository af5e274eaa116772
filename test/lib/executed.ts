/** The state machine of a template → executions of it by an engine that is not AWS' and knows nothing of it. */
import { StateMachine } from "aws-local-stepfunctions";
import { resolved, synthesize, the } from "./synthesized.ts";

/** The steps a function is asked for, by the names of their states. */
export const TASKS = ["Export", "Plan", "Copy", "Finalize", "Verify"] as const;

export type Task = (typeof TASKS)[number];

export type Work = (event: Record<string, unknown>, task: Task) => Promise<unknown>;

/** What a function that ended without an answer, or a service at fault, is known by. */
export class Failed extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a definition is JSON of many shapes
export function definitionOf(workers: number, settings: Settings = {}): any {
  const { DefinitionString } = the(synthesize({ workers, ...settings }), "AWS::StepFunctions::StateMachine").Properties;
  // A reference to an alias is its ARN, and the engine insists on one.
  const arn = "arn:aws:lambda:eu-west-1:123456789012:function:$1:live";
  return JSON.parse(String(resolved(DefinitionString)).replaceAll(/(?<=":")(MigratorLive\w+)(?=")/g, arn));
}

type Settings = Parameters<typeof synthesize>[0];

/** JSON, as an execution may be given it. */
export type Input = Parameters<StateMachine["run"]>[0];

export interface Ended {
  /** `succeeded`, or the name of the error it ended with. */
  readonly outcome: string;
  /** What a console shows beside it: the output, or the error's cause. */
  readonly shown: unknown;
}

/** Executes a definition, with its pauses cut short. */
export function execute(
  definition: ConstructorParameters<typeof StateMachine>[0],
  work: Work,
  input: Input = {},
): Promise<Ended> {
  const each = <T>(of: (task: Task) => readonly [string, T]): Record<string, T> => Object.fromEntries(TASKS.map(of));
  const execution = new StateMachine(definition).run(input, {
    overrides: {
      taskResourceLocalHandlers: each((task) => [
        task,
        async (event: unknown) => asJson(await work(Object(event), task)),
      ]),
      waitTimeOverrides: each((task) => [`Before another ${task}`, 1]),
      retryIntervalOverrides: each((task) => [task, 1]),
    },
  });
  return execution.result.then(
    (shown: unknown) => ({ outcome: "succeeded", shown }),
    ({ cause }: Error) =>
      cause instanceof Error
        ? { outcome: cause.name, shown: cause.message }
        : { outcome: "nothing known", shown: cause },
  );
}

/** As it would arrive: what is not JSON is lost on the way. */
const asJson = (answer: unknown) => JSON.parse(JSON.stringify(answer));
