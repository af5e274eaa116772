/** What a function answers to `export`, asked by a workflow or by hand. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Invocation, STEPS } from "../../lambda/verb.ts";
import { exporting } from "../../lambda/verbs/export.ts";
import { plan } from "../../lambda/workflow/plan.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { ExportingTable, exportingServer } from "../support/exporting-table.ts";
import { schema } from "../support/users.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const UNTIL = "2026-11-20T11:59:30.400Z";

let table: ExportingTable;
let database: TestDatabase;
let server: Awaited<ReturnType<typeof exportingServer>>;
beforeEach(async () => {
  table = new ExportingTable(NOW);
  server = await exportingServer(table);
  database = await createDatabase();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await database.drop();
});

const edge = { progress: { tell: () => undefined }, signal: new AbortController().signal };
const own = (): Omit<Invocation, "said"> => ({
  ...{ source: "s3://exports/legacy?region=local", target: database.url, schema },
  live: `dynamodb:legacy?region=local&endpoint=${server.endpoint}`,
  log: { level: "silent", keys: "hashed", functionName: "local" },
});
const ask = (said: Invocation["said"]) => exporting.event.does({ ...own(), said }, edge);

it("is what was asked for, whether it is there, and up to when, in whole seconds", async () => {
  const at = "2026-11-20T11:59:30.000Z";
  const found = await ask({ until: UNTIL });
  expect(found).toEqual({
    ...{ done: false, until: at, leadsTo: at },
    exports: [{ id: expect.any(String), place: expect.stringMatching(/^s3:/), state: "under way", to: at }],
  });
  table.looks = 0;
  expect(await ask({ until: UNTIL })).toMatchObject({ done: true, exports: [{ records: 3, bytes: 10_000_000 }] });
  expect(exporting.event.answer.safeParse(found).success).toBe(true);
  expect(table.exports).toHaveLength(1);
});

it("heeds what the workflow's input says to it, and more than the moment the execution began", async () => {
  table.looks = 0;
  await ask({ until: UNTIL });
  await ask({ until: UNTIL });
  const input = { export: { full: true, until: "2026-11-20T11:00:00Z" } };
  expect(await ask({ until: UNTIL, input })).toMatchObject({ exports: [{ to: "2026-11-20T11:00:00.000Z" }] });
  expect(table.exports).toHaveLength(2);
});

it("is a refusal where one has failed since the execution began, and another one where that was before", async () => {
  table.looks = 0;
  table.failures.push({ FailureCode: "S3AccessDenied" });
  await ask({ until: UNTIL });
  await expect(ask({ until: UNTIL })).rejects.toMatchObject({ message: "an export has failed" });
  table.now += 600;
  const until = "2026-11-20T12:09:00.000Z";
  expect(await ask({ until })).toMatchObject({ exports: [{ state: "under way", to: until }] });
});

it("is a refusal of a function that reads the table itself, and its workflow takes no words for it", async () => {
  const reading = { ...own(), live: undefined };
  await expect(exporting.event.does({ ...reading, said: {} }, edge)).rejects.toThrow(/reads the table itself/);
  await expect(plan.event.does({ ...reading, said: { input: { export: {} } } }, edge)).rejects.toThrow(
    /asks for no exports/,
  );
  expect([STEPS[0], table.seen]).toEqual(["export", []]);
});
