/** Tables migrated by the whole chain, and what may go wrong on the way. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { soiled } from "../../bin/rehearse/dirt.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { type Bundle, bundleFunction } from "../support/bundle.ts";
import { createDatabase } from "../support/database.ts";
import { query } from "../support/migration.ts";
import { otherSession } from "../support/other-session.ts";
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

it("a build and a proof that outlast invocations end well, and nothing is built twice", async () => {
  await using database = await createDatabase();
  await query(
    database.url,
    `create schema watch; create table watch.made (what text primary key);
     create function watch.note() returns event_trigger language plpgsql as $$ begin
       insert into watch.made select object_identity from pg_event_trigger_ddl_commands() where schema_name = 'public'; end $$;
     create event trigger note on ddl_command_end when tag in ('CREATE INDEX') execute function watch.note()`,
  );
  await using somebody = await otherSession(database.url);
  // An index waits for whoever writes, and reading for whoever wants a table alone.
  const locks: Partial<Record<Task, string>> = { Finalize: "row exclusive", Verify: "access exclusive" };
  const { outcome, tasks, verdict } = await migrate({ bundle, client }, "chain-long", clean(), {
    workers: 2,
    database,
    timeout: (task, call) => (locks[task] !== undefined && call <= 2 ? 3_000 : AMPLE),
    before: async (task, call) => {
      if (locks[task] === undefined) return;
      if (call === 1) await somebody.run(`begin; lock table files in ${locks[task]} mode`);
      if (call === 3) await somebody.run("commit");
    },
  });
  expect([outcome, verdict]).toEqual(["succeeded", "verified"]);
  const count = (task: Task) => tasks.filter((each) => each === task).length;
  expect([count("Finalize"), count("Verify")]).toEqual([3, 3]);
  expect((await query(database.url, "select from watch.made where what like '%files%'")).length).toBeGreaterThan(1);
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
    ...Array(3).fill(expect.stringMatching(/^[a-z]+( \([a-z_, ]+\))?: \d+ rows? /)),
    expect.stringMatching(/and \d+ more problems$/),
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
    /input\.coppy: is no step: there are export, plan, copy, finalize, verify/,
    /input\.copy: .*maxReadUnit/,
    /input\.verify\.prune: verify takes no prune/,
    /and 2 more findings"\]$/,
  ])
    expect(shown).toMatch(told);
});
