/** The state machine of the template, run by an engine that is not AWS' and knows nothing of it, with functions that only answer. */
import { beforeAll, describe, expect, it } from "vitest";
import { eventSchema } from "../../lambda/event.ts";
import { eventsOf } from "../../lambda/workflow/plan.ts";
import { definitionOf, execute, Failed, type Input, type Task } from "./executed.ts";

type Answer = (event: Record<string, unknown>, call: number) => unknown;
type Answers = Record<Task, Answer>;

const definitions = new Map<number, ReturnType<typeof definitionOf>>();
beforeAll(() => {
  for (const workers of [1, 4, 16]) definitions.set(workers, definitionOf(workers));
});

const HEALTHY: Answers = {
  Export: () => ({ done: true }),
  Plan: ({ workers, input }) => ({
    run: 1,
    workers: [...Array(Number(workers)).keys()],
    events: eventsOf(Object(input)),
  }),
  Copy: () => ({ done: true }),
  Finalize: () => ({ done: true }),
  Verify: () => ({ verdict: "verified", run: 1, summary: ["VERIFIED  all is there"] }),
};

/** Runs the definition. `answers` replace what a healthy function would say. */
async function run(
  workers: number,
  answers: Partial<Answers> = {},
  input: Input = {},
  definition = definitions.get(workers),
) {
  const calls: { readonly task: string; readonly event: unknown }[] = [];
  let atOnce = 0;
  let most = 0;
  const work = async (event: Record<string, unknown>, task: Task) => {
    calls.push({ task, event });
    const call = calls.filter((each) => each.task === task).length;
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise((after) => setTimeout(after, 5));
    atOnce -= 1;
    return { ...HEALTHY, ...answers }[task](event, call);
  };
  const { outcome, shown } = await execute(definition, work, input);
  const count = (task: string) => calls.filter((call) => call.task === task).length;
  return { outcome, shown, calls, most, count, order: calls.map(({ task }) => task) };
}

describe.each([1, 4, 16])("with %i workers", (workers) => {
  it("plans once, copies in every slot at once, builds and proves", async () => {
    const { outcome, calls, most, order } = await run(workers);
    expect(outcome).toBe("succeeded");
    expect(order).toEqual(["Plan", ...Array(workers).fill("Copy"), "Finalize", "Verify"]);
    expect(most).toBe(workers);
    expect(calls[0]?.event).toEqual({ action: "plan", workers, input: {} });
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
      if (call <= 2) throw new Failed("Sandbox.Timedout");
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
      throw new Failed(name);
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

it("a discrepant end is a failure of that name, and shows the summary; a verified one answers with it", async () => {
  const summary = ["DISCREPANT  something does not agree", "content: files"];
  const { outcome, shown } = await run(4, { Verify: () => ({ verdict: "discrepant", summary }) });
  expect([outcome, JSON.parse(String(shown))]).toEqual(["discrepant", summary]);
  expect((await run(1)).shown).toEqual({ verdict: "verified", run: 1, summary: ["VERIFIED  all is there"] });
});

it.each(["Plan", "Copy", "Finalize", "Verify"] as const)(
  "what %s refuses ends the execution, and nothing comes after",
  async (task) => {
    const summary = ["REFUSED  for a reason"];
    const { outcome, shown, order } = await run(1, { [task]: () => ({ verdict: "refused", findings: [], summary }) });
    expect([outcome, JSON.parse(String(shown))]).toEqual(["refused", summary]);
    expect(order.at(-1)).toBe(task);
  },
);

it("options in the input reach the step they are said to, and no other", async () => {
  const input = { copy: { maxReadUnits: 500 }, finalize: { prune: true }, verify: { sample: 10 } };
  const { outcome, calls } = await run(1, {}, input);
  const events = calls.map(({ event }) => event);
  expect([outcome, events]).toEqual([
    "succeeded",
    [
      { action: "plan", workers: 1, input },
      { action: "copy", maxReadUnits: 500 },
      { action: "finalize", prune: true },
      { action: "verify", sample: 10 },
    ],
  ]);
  for (const event of events) expect(eventSchema.safeParse(event).success).toBe(true);
});

it.each([[["copy"]], ["copy"], [7]])(
  "an input of another kind (%j) reaches the function, which refuses it",
  async (input) => {
    const { calls } = await run(1, { Plan: () => ({ verdict: "refused", summary: [] }) }, input);
    expect(calls.map(({ event }) => event)).toEqual([{ action: "plan", workers: 1, input }]);
    expect(eventSchema.safeParse(calls[0]?.event).success).toBe(false);
  },
);

describe("with exports", () => {
  const exporting = (answers: Partial<Answers> = {}, input: Input = {}) =>
    run(1, answers, input, definitionOf(1, { exports: "on" }));
  const until = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);

  it("they are brought up to the moment the execution began, lap after lap, before it plans", async () => {
    const { outcome, order, calls } = await exporting({ Export: (_, call) => ({ done: call === 3 }) });
    expect([outcome, order]).toEqual([
      "succeeded",
      ["Export", "Export", "Export", "Plan", "Copy", "Finalize", "Verify"],
    ]);
    for (const { event } of calls.slice(0, 3)) {
      expect(event).toEqual({ action: "export", until, input: {} });
      expect(event).toEqual(calls[0]?.event);
      expect(eventSchema.safeParse(event).success).toBe(true);
    }
    expect(calls[3]?.event).toEqual({ action: "plan", workers: 1, input: {} });
  });

  it("one that was killed is asked again in the same words", async () => {
    const { outcome, calls, count } = await exporting({
      Export: (_, call) => {
        if (call === 1) throw new Failed("Sandbox.Timedout");
        return { done: true };
      },
    });
    expect([outcome, count("Export")]).toEqual(["succeeded", 2]);
    expect(calls[1]).toEqual(calls[0]);
  });

  it.each([{ export: { full: true }, copy: { maxReadUnits: 5 } }, ["copy"], 7])(
    "the input reaches it and the plan as it is: %j",
    async (input) => {
      const { calls } = await exporting({}, input);
      const [asked, planned] = [calls[0], calls.find(({ task }) => task === "Plan")];
      expect([asked?.event, planned?.event]).toEqual([
        { action: "export", until, input },
        { action: "plan", workers: 1, input },
      ]);
    },
  );

  it("what it refuses ends the execution, and nothing is planned", async () => {
    const summary = ["REFUSED  an export has failed"];
    const { outcome, shown, order } = await exporting({ Export: () => ({ verdict: "refused", summary }) });
    expect([outcome, JSON.parse(String(shown)), order]).toEqual(["refused", summary, ["Export"]]);
  });

  it("without them there is no such step", () => {
    expect(JSON.stringify(definitions.get(1))).not.toMatch(/[Ee]xport|StartTime/);
  });
});

it("every task is the function's live version, has a bound, and is tried again", () => {
  const { States } = definitions.get(4);
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
