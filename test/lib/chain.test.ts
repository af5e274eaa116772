/** Tables migrated by the whole chain, and what may go wrong on the way. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { soiled } from "../../bin/rehearse/dirt.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { type Bundle, bundleFunction } from "../support/bundle.ts";
import { createDatabase } from "../support/database.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";
import { migrate } from "./chained.ts";
import type { Task } from "./executed.ts";

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

it.each(IS_THOROUGH ? [1, 4, 16] : [1, 4])(
  "%i workers migrate a table, and the execution ends verified",
  async (workers) => {
    await using database = await createDatabase();
    const migrated = await migrate({ bundle, client }, `chain-${workers}`, clean(), { workers, database });
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
  const { outcome, tasks, verdict } = await migrate({ bundle, client }, "chain-killed", clean(), {
    workers: 4,
    database,
    timeout,
  });
  expect([outcome, verdict]).toEqual(["succeeded", "verified"]);
  expect(tasks.filter((task) => task === "Copy").length).toBeGreaterThanOrEqual(6);
});

it("a proof that outlasts an invocation is asked for again until it is whole", async () => {
  await using database = await createDatabase();
  // A second reading at one unit a second is not over when the first two invocations are.
  const { outcome, tasks, verdict } = await migrate({ bundle, client }, "chain-laps", clean(), {
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
  const { outcome, verdict, shown } = await migrate({ bundle, client }, "chain-dirty", soiled(clean()), {
    workers: 4,
    database,
  });
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
  const { outcome, tasks, shown } = await migrate({ bundle, client }, "chain-misspelt", clean(), {
    workers: 1,
    database,
    input,
  });
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
