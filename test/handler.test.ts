/** The function as Lambda calls it: an event, the time that remains, an answer. */
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sampleItems } from "../bin/rehearse/sample.ts";
import { ENVIRONMENT } from "../lambda/contract.ts";
import { toDynamoDbJson } from "../lambda/domain/decode/dynamodb-json.ts";
import { handler } from "../lambda/handler.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

const ITEMS = 400;
let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-handler-"));
  database = await createDatabase();
  const file = join(folder, "items.jsonl");
  const sample = sampleItems({ items: ITEMS, seed: 4, now: new Date() });
  await pipeline(function* () {
    for (const item of sample) yield `{"Item":${toDynamoDbJson(item)}}\n`;
  }, createWriteStream(file));
  vi.stubEnv(ENVIRONMENT.source, `file:${file}`);
  vi.stubEnv(ENVIRONMENT.target, database.url);
  vi.stubEnv(ENVIRONMENT.logLevel, "silent");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

const withTime = (milliseconds: number) => ({ getRemainingTimeInMillis: () => milliseconds });

it("no time is a normal answer, and the next invocation does the rest", async () => {
  expect(await handler({}, withTime(0))).toMatchObject({ verdict: "incomplete", items: { read: 0 } });
  expect(await handler({}, withTime(900_000))).toMatchObject({
    verdict: "verified",
    pass: 1,
    items: { read: ITEMS },
    discrepancies: 0,
  });
  expect(await handler({ action: "verify", sample: 5 }, withTime(900_000))).toMatchObject({ verdict: "verified" });
});

it.each([
  ["an unknown action", { action: "dance" }, /action/],
  ["an unknown option", { unit: 3 }, /unit/],
  ["a number that is none", { units: "many" }, /units/],
  ["an option of another action", { action: "stop", units: 3 }, /stop takes no units/],
  ["an action without what it needs", { action: "accept", key: ["A"] }, /accept needs reason/],
  ["no object at all", "migrate", /expected object/],
])("a wrong event (%s) is refused with what was expected", async (_, event, message) => {
  const answer = await handler(event, withTime(900_000));
  expect(answer).toMatchObject({ verdict: "refused" });
  expect(JSON.stringify(answer)).toMatch(message);
});

it("a function that was not told its source is refused", async () => {
  vi.stubEnv(ENVIRONMENT.source, "");
  expect(await handler({}, withTime(900_000))).toMatchObject({ verdict: "refused" });
});
