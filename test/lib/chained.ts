/** The whole chain: the state machine of the template, run by an independent engine, with the deployed bundle behind its tasks. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { inject } from "vitest";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { ENVIRONMENT, resultSchema } from "../../lambda/contract.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Bundle } from "../support/bundle.ts";
import type { TestDatabase } from "../support/database.ts";
import { LambdaService } from "../support/lambda-service.ts";
import { tableName } from "../support/table-name.ts";
import { definitionOf, execute, Failed, type Input, type Task } from "./executed.ts";

/** More than any invocation here takes. */
const AMPLE = 120_000;

/** What a chain needs that outlasts it. */
export interface Ground {
  readonly bundle: Bundle;
  readonly client: DynamoDBClient;
}

/** Environments of the function as Lambda keeps them: one that is free works again, where there is none another one boots. */
class Environments implements AsyncDisposable {
  readonly #folder: string;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #all: LambdaService[] = [];
  readonly #free: LambdaService[] = [];

  constructor(folder: string, variables: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#variables = variables;
  }

  /** Everything they have written so far. */
  get lines(): string[] {
    return this.#all.flatMap(({ lines }) => lines);
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
    const service = await LambdaService.start({ folder: this.#folder, environment: this.#variables });
    this.#all.push(service);
    return service;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((service) => service[Symbol.asyncDispose]()));
  }
}

export interface Execution {
  readonly outcome: string;
  readonly tasks: readonly Task[];
  readonly verdict: unknown;
  /** What the console shows of its end. */
  readonly shown: unknown;
  readonly environments: number;
  /** Between the first worker's beginning and the last one's end. */
  readonly copySeconds: number;
  /** What the functions had written by the time the proof was asked for, and what they wrote in all. */
  readonly lines: { readonly copying: readonly string[]; readonly all: readonly string[] };
}

/** Loads a table, and executes the workflow on it. `timeout` in milliseconds, of the n-th invocation of a task. */
export async function migrate(
  { bundle, client }: Ground,
  name: string,
  items: Iterable<Item>,
  {
    workers,
    database,
    timeout = () => AMPLE,
    input = {},
    before = async () => undefined,
  }: {
    readonly workers: number;
    readonly database: TestDatabase;
    readonly timeout?: (task: Task, call: number) => number;
    readonly input?: Input;
    /** Is done before the n-th invocation of a task. */
    readonly before?: (task: Task, call: number) => Promise<unknown>;
  },
): Promise<Execution> {
  const table = tableName(name);
  await createSampleTable(client, table);
  await fillTable(client, table, items);
  await using environments = new Environments(bundle.folder, {
    [ENVIRONMENT.source]: `dynamodb:${table}?endpoint=${inject("dynamoDbEndpoint")}&region=local`,
    [ENVIRONMENT.target]: database.url,
    AWS_ACCESS_KEY_ID: "embedded",
    AWS_SECRET_ACCESS_KEY: "embedded",
  });
  const tasks: Task[] = [];
  const copying: string[] = [];
  const began = new Map<Task, number>();
  let verdict: unknown;
  const { outcome, shown } = await execute(
    definitionOf(workers),
    async (event, task) => {
      if (task === "Verify" && copying.length === 0) copying.push(...environments.lines);
      if (!began.has(task)) began.set(task, performance.now());
      tasks.push(task);
      const call = tasks.filter((each) => each === task).length;
      await before(task, call);
      const answer = await environments.invoke(event, timeout(task, call));
      if (task === "Verify") ({ verdict } = resultSchema.parse(answer));
      return answer;
    },
    input,
  );
  const { count, lines: all } = environments;
  const copySeconds = ((began.get("Finalize") ?? Number.NaN) - (began.get("Copy") ?? 0)) / 1000;
  return { outcome, tasks, verdict, shown, environments: count, copySeconds, lines: { copying, all } };
}
