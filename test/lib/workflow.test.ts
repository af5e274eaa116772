/** The state machine of the template, run by an engine that is not AWS' and knows nothing of it, with functions that only answer. */
import { StateMachine } from "aws-local-stepfunctions";
import { beforeAll, describe, expect, it } from "vitest";
import { resolved, synthesize, the } from "./synthesized.ts";

type Answer = (event: Record<string, unknown>, call: number) => unknown;
type Answers = Record<"Plan" | "Copy" | "Finalize" | "Verify", Answer>;

// biome-ignore lint/suspicious/noExplicitAny: a definition is JSON of many shapes
let definitionOf: (workers: number) => any;
beforeAll(() => {
  const definitions = new Map(
    [1, 4, 16].map((workers) => {
      const { DefinitionString } = the(synthesize({ workers }), "AWS::StepFunctions::StateMachine").Properties;
      // A reference to an alias is its ARN, and the engine insists on one.
      const arn = "arn:aws:lambda:eu-west-1:123456789012:function:$1:live";
      return [workers, String(resolved(DefinitionString)).replaceAll(/(?<=":")(MigratorLive\w+)(?=")/g, arn)];
    }),
  );
  definitionOf = (workers) => JSON.parse(definitions.get(workers) ?? "{}");
});

const HEALTHY: Answers = {
  Plan: ({ workers }) => ({ run: 1, workers: [...Array(Number(workers)).keys()] }),
  Copy: () => ({ done: true }),
  Finalize: () => ({ done: true }),
  Verify: () => ({ verdict: "verified", run: 1 }),
};

class Named extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

/** Runs the definition. `answers` replace what a healthy function would say. */
async function run(workers: number, answers: Partial<Answers> = {}) {
  const calls: { readonly task: string; readonly event: unknown }[] = [];
  let atOnce = 0;
  let most = 0;
  const handlers = Object.entries({ ...HEALTHY, ...answers }).map(([task, answer]) => [
    task,
    async (event: Record<string, unknown>) => {
      calls.push({ task, event });
      const call = calls.filter((each) => each.task === task).length;
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((after) => setTimeout(after, 5));
      atOnce -= 1;
      return answer(event, call);
    },
  ]);
  const machine = new StateMachine(definitionOf(workers));
  const execution = machine.run(
    {},
    {
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries(handlers),
        waitTimeOverrides: Object.fromEntries(
          ["Copy", "Finalize", "Verify"].map((name) => [`Before another ${name}`, 1]),
        ),
        retryIntervalOverrides: Object.fromEntries(["Plan", "Copy", "Finalize", "Verify"].map((name) => [name, 1])),
      },
    },
  );
  const outcome = await execution.result.then(
    () => "succeeded",
    ({ cause }: Error) => (cause instanceof Error ? cause.name : "nothing known"),
  );
  const count = (task: string) => calls.filter((call) => call.task === task).length;
  return { outcome, calls, most, count, order: calls.map(({ task }) => task) };
}

describe.each([1, 4, 16])("with %i workers", (workers) => {
  it("plans once, copies in every slot at once, builds and proves", async () => {
    const { outcome, calls, most, order } = await run(workers);
    expect(outcome).toBe("succeeded");
    expect(order).toEqual(["Plan", ...Array(workers).fill("Copy"), "Finalize", "Verify"]);
    expect(most).toBe(workers);
    expect(calls[0]?.event).toEqual({ action: "plan", workers });
    expect(calls.slice(1).map(({ event }) => event)).toEqual([
      ...Array(workers).fill({ action: "copy" }),
      { action: "finalize" },
      { action: "verify" },
    ]);
  });

  it("goes on, lap after lap, until each worker finds nothing left", async () => {
    const laps = workers * 3;
    const { outcome, count } = await run(workers, { Copy: (_, call) => ({ done: call > laps - workers }) });
    expect([outcome, count("Copy"), count("Finalize")]).toEqual(["succeeded", laps, 1]);
  });
});

it("a worker that is killed is tried again, and the others do not notice", async () => {
  const { outcome, count } = await run(4, {
    Copy: (_, call) => {
      if (call <= 2) throw new Named("Sandbox.Timedout");
      return { done: true };
    },
  });
  expect([outcome, count("Copy"), count("Verify")]).toEqual(["succeeded", 6, 1]);
});

it.each([
  ["Lambda.TooManyRequestsException", 9],
  ["Lambda.ServiceException", 9],
  ["Sandbox.Timedout", 5],
  ["Error", 5],
])("a function that always ends with %s is tried %i times, and then the execution fails", async (name, tries) => {
  const { outcome, count } = await run(1, {
    Finalize: () => {
      throw new Named(name);
    },
  });
  expect(outcome).not.toBe("succeeded");
  expect([count("Finalize"), count("Verify")]).toEqual([tries, 0]);
});

it("building and proving may take several laps", async () => {
  const { outcome, count } = await run(4, {
    Finalize: (_, call) => ({ done: call === 3 }),
    Verify: (_, call) => ({ verdict: call === 4 ? "verified" : "incomplete" }),
  });
  expect([outcome, count("Finalize"), count("Verify")]).toEqual(["succeeded", 3, 4]);
});

it("a discrepant end is a failure of that name", async () => {
  expect((await run(4, { Verify: () => ({ verdict: "discrepant" }) })).outcome).toBe("discrepant");
});

it.each(["Plan", "Copy", "Finalize", "Verify"] as const)(
  "what %s refuses ends the execution, and nothing comes after",
  async (task) => {
    const { outcome, order } = await run(1, { [task]: () => ({ verdict: "refused", findings: [] }) });
    expect(outcome).toBe("refused");
    expect(order.at(-1)).toBe(task);
  },
);

it("every task is the function's live version, has a bound, and is tried again", () => {
  const { States } = definitionOf(4);
  const tasks = Object.entries<Record<string, unknown>>({ ...States, ...States.CopyAll.ItemProcessor.States }).filter(
    ([, { Type }]) => Type === "Task",
  );
  expect(tasks.map(([name]) => name).sort()).toEqual(["Copy", "Finalize", "Plan", "Verify"]);
  for (const [, { Resource, Retry, TimeoutSeconds }] of tasks) {
    expect(Resource).toMatch(/:function:MigratorLive\w+:live$/);
    expect(TimeoutSeconds).toBe(960);
    expect(Retry).toHaveLength(2);
  }
});
