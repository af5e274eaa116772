/** The migration in pieces, as a workflow asks for them: planned, copied by several at once, finalized, proven in laps. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { load, migrationOf, openTarget, type Schema } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import type { Options } from "../../lambda/options.ts";
import { type Migration, plan } from "../../lambda/pipeline/migrate.ts";
import { workflowCopy, workflowFinalize } from "../../lambda/pipeline/workflow.ts";
import type { Run } from "../../lambda/ports/runs.ts";
import { runStop } from "../../lambda/verbs/stop.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, verifyTrial } from "../support/migration.ts";
import { contact, GOOD, owner, pet, schema } from "../support/pets.ts";

const LIST: readonly Item[] = [
  ...GOOD,
  ...Array.from({ length: 200 }, (_, at) => owner(`o${at}`)),
  ...Array.from({ length: 200 }, (_, at) => contact(`o${at}`, String(at))),
  ...Array.from({ length: 200 }, (_, at) => pet(`o${at}`, `p${at}`)),
];
const names = Object.keys(schema.tables);

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

/** One invocation: everything is opened anew, as another process would. */
async function step<T>(
  work: (migration: Migration, run: Run) => Promise<T>,
  options: Options = {},
  more: { list?: readonly Item[]; signal?: AbortSignal; schema?: Schema } = {},
): Promise<T> {
  const { list = LIST, signal = new AbortController().signal } = more;
  const mapping = load(schema);
  await using target = openTarget(database.url, mapping);
  const edge = { progress: { tell: () => undefined }, signal };
  const task = { source: "", target: database.url, schema, options: { concurrency: 1, ...options } };
  const [run] = await target.runs.list();
  const migration = migrationOf(task, edge, memorySource(list, "memory:test", 20), target, mapping);
  return await work(migration, run ?? must<Run>(await plan(migration), "planned"));
}

const begin = (units = 8, list = LIST) => step((migration) => plan(migration), { units }, { list });
const verify = async (signal = new AbortController().signal, list = LIST) =>
  await verifyTrial(
    { target: database.url, schema, options: { sample: 5 } },
    memorySource(list, "memory:test", 20),
    signal,
  );

describe("I5: copied by so many at once, the result is that of one", () => {
  it.each([1, 4, 16])("%i", async (workers) => {
    await begin(workers * 4);
    const shares = await Promise.all(Array.from({ length: workers }, () => step(workflowCopy)));
    expect(shares).toEqual(Array(workers).fill(true));
    expect(await step(workflowFinalize)).toBe(true);
    expect(await verify()).toMatchObject({ verdict: "verified", pass: 1, items: { read: LIST.length } });
    await using alone = await createDatabase();
    await migrateTrial({ url: alone.url, schema, items: LIST });
    expect(await dump(database.url, names)).toEqual(await dump(alone.url, names));
  });
});

it("each piece may be asked for again, and does nothing that was done", async () => {
  await begin();
  expect(await begin(3)).toMatchObject({ pass: 1, phase: "copy" });
  expect([await step(workflowCopy), await step(workflowCopy)]).toEqual([true, true]);
  expect([await step(workflowFinalize), await step(workflowFinalize), await step(workflowCopy)]).toEqual([
    true,
    true,
    true,
  ]);
  expect((await verify()).verdict).toBe("verified");
  expect(await linesOf(database.url, "units")).toHaveLength(8);
});

it("a worker that runs out of time says that it is not done, and the next one goes on", async () => {
  await begin();
  expect(await step(workflowCopy, {}, { signal: AbortSignal.abort() })).toBe(false);
  expect(await step(workflowCopy)).toBe(true);
});

it("what a vanished worker has left is copied before anything is built", async () => {
  await begin();
  expect(await step(workflowFinalize, {}, { signal: AbortSignal.abort() })).toBe(false);
  expect(await step(workflowFinalize)).toBe(true);
  expect(await verify()).toMatchObject({ verdict: "verified", items: { read: LIST.length } });
});

it("a run that is to stop has nothing left to copy, and is not built", async () => {
  await begin();
  await runStop({ target: database.url, run: undefined });
  expect(await step(workflowCopy)).toBe(true);
  await expect(step(workflowFinalize)).rejects.toMatchObject({ code: "stopped" });
  await begin();
  expect(await step(workflowFinalize)).toBe(true);
});

it("I5: an item that stands there twice is decided by whoever finalizes, however often that takes", async () => {
  const list = [...LIST, contact("o7", "another"), ...LIST.slice(0, 30)];
  await using alone = await createDatabase();
  const told = await migrateTrial({ url: alone.url, schema, items: list });
  expect(told.items).toMatchObject({ quarantined: 1, repeated: 30 });
  await begin(8, list);
  await Promise.all([1, 2, 3].map(() => step(workflowCopy, {}, { list })));
  // Time runs out as soon as the first page is read again, then whenever the next one is.
  let tries = 0;
  for (let done = false; !done; tries += 1) {
    const time = new AbortController();
    done = await step(
      (migration, run) => {
        const { repeats } = migration.target;
        const keep: typeof repeats.keep = async (...page) => {
          await repeats.keep(...page);
          if (page[3] === undefined) time.abort();
        };
        return workflowFinalize({ ...migration, target: { ...migration.target, repeats: { ...repeats, keep } } }, run);
      },
      {},
      { list, signal: time.signal },
    );
  }
  // A unit that was read again to its end is not read once more.
  expect(tries).toBe(9);
  const report = await verify(undefined, list);
  expect([report.verdict, report.items]).toEqual([told.verdict, told.items]);
  expect(await dump(database.url, names)).toEqual(await dump(alone.url, names));
});

it("I9: a source without a single item is never verified", async () => {
  await begin(2, []);
  expect(await step(workflowCopy, {}, { list: [] })).toBe(true);
  expect(await step(workflowFinalize, {}, { list: [] })).toBe(true);
  expect((await verify(undefined, [])).verdict).toBe("discrepant");
});
