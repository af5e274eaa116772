/** The whole chain: the state machine of the template, run by an independent engine, with the deployed bundle behind its tasks. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { soiled } from "../../bin/rehearse/dirt.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { ENVIRONMENT, resultSchema } from "../../lambda/contract.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { type Bundle, bundleFunction } from "../support/bundle.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { LambdaService } from "../support/lambda-service.ts";
import { tableName } from "../support/table-name.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";
import { definitionOf, execute, Failed, type Input, type Task } from "./executed.ts";

const ITEMS = 400;
const AMPLE = 120_000;

let bundle: Bundle;
let client: DynamoDBClient;
beforeAll(async () => {
  bundle = await bundleFunction();
  client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
});
afterAll(async () => {
  client.destroy();
  await bundle[Symbol.asyncDispose]();
});

const clean = () => sampleItems({ items: ITEMS, seed: 5, now: new Date() });

/** Environments of the function as Lambda keeps them: one that is free works again, where there is none another one boots. */
class Environments implements AsyncDisposable {
  readonly #variables: Readonly<Record<string, string>>;
  readonly #all: LambdaService[] = [];
  readonly #free: LambdaService[] = [];

  constructor(variables: Readonly<Record<string, string>>) {
    this.#variables = variables;
  }

  get count(): number {
    return this.#all.length;
  }

  async invoke(event: unknown, timeout: number): Promise<unknown> {
    const service = this.#free.pop() ?? (await this.#boot());
    const { payload, error } = await service.invoke(event, timeout);
    this.#free.push(service);
    if (error !== undefined) throw new Failed(error);
    return payload;
  }

  async #boot(): Promise<LambdaService> {
    const service = await LambdaService.start({ folder: bundle.folder, environment: this.#variables });
    this.#all.push(service);
    return service;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((service) => service[Symbol.asyncDispose]()));
  }
}

interface Execution {
  readonly outcome: string;
  readonly tasks: readonly Task[];
  readonly verdict: unknown;
  /** What the console shows of its end. */
  readonly shown: unknown;
  readonly environments: number;
}

/** Loads a table, and executes the workflow on it. `timeout` in milliseconds, of the n-th invocation of a task. */
async function migrate(
  name: string,
  items: Iterable<Item>,
  {
    workers,
    database,
    timeout = () => AMPLE,
    input = {},
  }: {
    readonly workers: number;
    readonly database: TestDatabase;
    readonly timeout?: (task: Task, call: number) => number;
    readonly input?: Input;
  },
): Promise<Execution> {
  const table = tableName(name);
  await createSampleTable(client, table);
  await fillTable(client, table, items);
  await using environments = new Environments({
    [ENVIRONMENT.source]: `dynamodb:${table}?endpoint=${inject("dynamoDbEndpoint")}&region=local`,
    [ENVIRONMENT.target]: database.url,
    AWS_ACCESS_KEY_ID: "embedded",
    AWS_SECRET_ACCESS_KEY: "embedded",
  });
  const tasks: Task[] = [];
  let verdict: unknown;
  const { outcome, shown } = await execute(
    definitionOf(workers),
    async (event, task) => {
      tasks.push(task);
      const call = tasks.filter((each) => each === task).length;
      const answer = await environments.invoke(event, timeout(task, call));
      if (task === "Verify") ({ verdict } = resultSchema.parse(answer));
      return answer;
    },
    input,
  );
  return { outcome, tasks, verdict, shown, environments: environments.count };
}

it.each(IS_THOROUGH ? [1, 4, 16] : [1, 4])(
  "%i workers migrate a table, and the execution ends verified",
  async (workers) => {
    await using database = await createDatabase();
    const migrated = await migrate(`chain-${workers}`, clean(), { workers, database });
    const { outcome, tasks, verdict, shown, environments } = migrated;
    expect([outcome, verdict]).toEqual(["succeeded", "verified"]);
    expect(shown).toMatchObject({
      summary: [expect.stringMatching(/^VERIFIED/), expect.anything(), expect.stringMatching(/^400 items read/)],
    });
    expect(tasks.filter((task) => task === "Copy").length).toBeGreaterThanOrEqual(workers);
    expect(environments).toBe(workers);
  },
);

it("workers that are killed in the middle are tried again, and the end is verified all the same", async () => {
  await using database = await createDatabase();
  // A cold start alone takes longer than that.
  const timeout = (task: Task, call: number): number => (task !== "Plan" && call <= 2 ? 150 : AMPLE);
  const { outcome, tasks, verdict } = await migrate("chain-killed", clean(), { workers: 4, database, timeout });
  expect([outcome, verdict]).toEqual(["succeeded", "verified"]);
  expect(tasks.filter((task) => task === "Copy").length).toBeGreaterThanOrEqual(6);
});

it("a proof that outlasts an invocation is asked for again until it is whole", async () => {
  await using database = await createDatabase();
  // A second reading at one unit a second is not over when the first two invocations are.
  const { outcome, tasks, verdict } = await migrate("chain-laps", clean(), {
    workers: 2,
    database,
    input: { verify: { recount: true, maxReadUnits: 12 } },
    timeout: (task, call) => (task === "Verify" && call <= 2 ? 3_000 : AMPLE),
  });
  expect([outcome, verdict]).toEqual(["succeeded", "verified"]);
  expect(tasks.filter((task) => task === "Verify")).toHaveLength(3);
});

it("items that cannot become rows end the execution as discrepant", async () => {
  await using database = await createDatabase();
  const { outcome, verdict, shown } = await migrate("chain-dirty", soiled(clean()), { workers: 4, database });
  expect([outcome, verdict]).toEqual(["discrepant", "discrepant"]);
  const summary: string[] = JSON.parse(String(shown));
  expect(summary).toEqual([
    expect.stringMatching(/^DISCREPANT/),
    expect.stringMatching(/^run 1, pass 1/),
    expect.stringMatching(/quarantined$/),
    ...Array(3).fill(expect.stringMatching(/^[a-z ]+: .+: .+/)),
    expect.stringMatching(/more discrepancies$/),
  ]);
});

it("what is misspelt in the input ends the execution before anything is begun, and says what there is", async () => {
  await using database = await createDatabase();
  const input = { coppy: {}, copy: { maxReadUnit: 500 }, verify: { prune: true }, finalize: 3, plan: { workers: 9 } };
  const { outcome, tasks, shown } = await migrate("chain-misspelt", clean(), { workers: 1, database, input });
  expect([outcome, tasks]).toEqual(["refused", ["Plan"]]);
  // As text: this engine does not quote what stands in quotes.
  for (const told of [
    /^\["REFUSED/,
    /input\.coppy: is no step: there are plan, copy, finalize, verify/,
    /input\.copy: .*maxReadUnit/,
    /input\.verify\.prune: verify takes no prune/,
    /and 2 more findings"\]$/,
  ])
    expect(shown).toMatch(told);
});
