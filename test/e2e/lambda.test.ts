/** The function as it is deployed: its bundle, under Lambda's own runtime client, against real engines, with a clock that kills. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { planted } from "../../bin/rehearse/dirt.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { ENVIRONMENT, METRICS, type MigrationResult, resultSchema } from "../../lambda/contract.ts";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { ACTIONS } from "../../lambda/event.ts";
import { answered } from "../../lambda/verb.ts";
import { VERBS } from "../../lambda/verbs.ts";
import { tables } from "../../schema/tables.ts";
import { type Bundle, bundleFunction } from "../support/bundle.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type Answer, LambdaService } from "../support/lambda-service.ts";
import { keysBehind, progressOn, SPOILED } from "../support/ledger.ts";
import { dump, query } from "../support/migration.ts";
import { held } from "../support/reports.ts";
import { tableName } from "../support/table-name.ts";

const ITEMS = 600;
/** More than any of this takes. */
const AMPLE = 120_000;
/** With `SLOW` the copy takes half a minute: it never ends within this, and a cold start always does. */
const SHORT = 8_000;
const SLOW = { maxReadUnits: 2, concurrency: 2 };

let bundle: Bundle;
let client: DynamoDBClient;
let clean: string;
/** What the functions of all tests have written. */
const written: string[] = [];

beforeAll(async () => {
  bundle = await bundleFunction();
  client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
  clean = await tableOf(sampleItems({ items: ITEMS, seed: 5, now: new Date() }));
});
afterAll(async () => {
  client.destroy();
});

async function tableOf(items: Iterable<Item>): Promise<string> {
  const table = tableName("lambda");
  await createSampleTable(client, table);
  await fillTable(client, table, items);
  return table;
}

const environmentOf = (table: string, { url }: TestDatabase) => ({
  [ENVIRONMENT.source]: `dynamodb:${table}?endpoint=${inject("dynamoDbEndpoint")}&region=local`,
  [ENVIRONMENT.target]: url,
  AWS_ACCESS_KEY_ID: "embedded",
  AWS_SECRET_ACCESS_KEY: "embedded",
});

/** Lets a function work until it is done with; returns every line it wrote. */
async function withFunction(
  environment: Readonly<Record<string, string>>,
  work: (service: LambdaService) => Promise<void>,
): Promise<string[]> {
  const service = await LambdaService.start({ folder: bundle.folder, environment });
  try {
    await work(service);
  } finally {
    await service[Symbol.asyncDispose]();
    written.push(...service.lines);
  }
  return service.lines;
}

function resultOf(answer: Answer): MigrationResult {
  expect(answer).not.toHaveProperty("error");
  return resultSchema.parse(answer.payload);
}

/** What an action that proves nothing answers, as its file says. */
function answerOf(action: string, { payload }: Answer): object {
  const { event } = must(ACTIONS.get(action), "an event may ask for it");
  if ("answer" in event) expect(answered(event, payload)).toEqual(expect.anything());
  return z.looseObject({ action: z.literal(action) }).parse(payload);
}

const aws = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.number().int(),
    CloudWatchMetrics: z
      .array(
        z.strictObject({
          Namespace: z.literal(METRICS.namespace),
          Dimensions: z.array(z.array(z.string()).max(30)).length(1),
          Metrics: z.array(
            z.strictObject({ Name: z.enum(Object.keys(METRICS.units)), Unit: z.enum(["Count", "Milliseconds"]) }),
          ),
        }),
      )
      .length(1),
  }),
  message: z.enum(["progress", "metrics"]),
  verdict: z.string().optional(),
  run: z.number().optional(),
  pass: z.number().optional(),
});

const metricLines = (lines: readonly string[]) =>
  lines.filter((line) => line.includes("_aws")).map((line) => aws.parse(JSON.parse(line)));
/** Those of reports. */
const reported = (lines: readonly string[]) => metricLines(lines).filter(({ message }) => message === "metrics");
const metricNames = (lines: readonly string[]) =>
  metricLines(lines).flatMap(({ _aws }) => _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map((m) => m.Name)));

describe("the bundle", () => {
  it("is small, and nothing of the terminal is in it", () => {
    expect(bundle.bytes).toBeLessThan(2_000_000);
    const packages = new Set(bundle.inputs.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]));
    expect([...packages]).toEqual(expect.arrayContaining(["pg", "pino", "zod", "@aws-sdk/client-dynamodb"]));
    expect(["commander", "ora", "dynalite"].filter((name) => packages.has(name))).toEqual([]);
    expect(bundle.inputs.filter((file) => /^(bin|lib|test)\//.test(file))).toEqual([]);
  });

  it("migrates and proves all of a table when it is given an empty event", async () => {
    await using database = await createDatabase();
    const lines = await withFunction(environmentOf(clean, database), async (service) => {
      expect(resultOf(await service.invoke({}, AMPLE))).toMatchObject({
        verdict: "verified",
        pass: 1,
        items: { read: ITEMS, quarantined: 0 },
        discrepancies: 0,
      });
      expect(resultOf(await service.invoke({ action: "verify" }, AMPLE)).verdict).toBe("verified");
      expect(service.coldStarts).toBe(1);
    });
    expect(new Set(metricNames(lines))).toEqual(new Set(Object.keys(METRICS.units)));
    const whole = { verdict: "verified", run: 1, pass: 1, Verified: 1, ItemsRead: ITEMS, Discrepancies: 0 };
    expect(reported(lines)[0]).toMatchObject(whole);
  });
});

describe("I3: when time runs out", () => {
  it("the answer is incomplete, and the next invocation does the rest", async () => {
    await using database = await createDatabase();
    const lines = await withFunction(environmentOf(clean, database), async (service) => {
      const { verdict, items } = resultOf(await service.invoke(SLOW, SHORT));
      expect(verdict).toBe("incomplete");
      expect(items?.read).toBeGreaterThan(0);
      expect(items?.read).toBeLessThan(ITEMS);
      const whole = resultOf(await service.invoke({}, AMPLE));
      expect(whole).toMatchObject({ verdict: "verified", run: 1, pass: 1, items: { read: ITEMS, unchanged: 0 } });
      expect(service.coldStarts).toBe(1);
    });
    const [incomplete] = reported(lines);
    expect(incomplete).toMatchObject({ verdict: "incomplete", Verified: 0 });
    expect(incomplete).not.toHaveProperty("Discrepancies");
  });

  it("a busy loop is killed in the middle of the copy, and a cold start goes on", async () => {
    await using database = await createDatabase();
    await withFunction(environmentOf(clean, database), async (service) => {
      const killed = service.invoke(SLOW, SHORT);
      let ended = false;
      void killed.finally(() => {
        ended = true;
      });
      while (!ended && (await pagesIn(database)) === 0) await sleep(20);
      service.hang();
      expect((await killed).error).toBe("Sandbox.Timedout");
      const pages = await pagesIn(database);
      expect(pages).toBeGreaterThan(0);
      const whole = resultOf(await service.invoke({}, AMPLE));
      expect(whole).toMatchObject({ verdict: "verified", run: 1, pass: 1, items: { read: ITEMS, unchanged: 0 } });
      expect(await pagesIn(database)).toBeGreaterThan(pages);
      expect(service.coldStarts).toBe(2);
    });
  });
});

/** Pages committed so far; 0 before there is a ledger. */
async function pagesIn({ url }: TestDatabase): Promise<number> {
  return (await progressOn(async (sql) => ({ rows: await query(url, sql) }))).pages;
}

/** The operator's own command line, at work on what the functions are at work on. */
async function terminal(table: string, { url }: TestDatabase): Promise<number | null> {
  const source = environmentOf(table, { url } as TestDatabase)[ENVIRONMENT.source];
  const child = spawn(process.execPath, ["bin/cli.ts", "migrate", "--source", source, "--target", url], {
    cwd: join(import.meta.dirname, "../.."),
    stdio: "ignore",
  });
  await once(child, "exit");
  return child.exitCode;
}

it("I11: two functions and a terminal on one run end well, and the result is that of one", async () => {
  await using shared = await createDatabase();
  await using alone = await createDatabase();
  const verdicts: string[] = [];
  const one = (database: TestDatabase) =>
    withFunction(environmentOf(clean, database), async (service) => {
      const { verdict, findings } = resultOf(await service.invoke({ concurrency: 2 }, AMPLE));
      verdicts.push(findings?.[0]?.where ?? verdict);
    });
  const [, , status] = await Promise.all([one(shared), one(shared), terminal(clean, shared)]);
  // Whoever comes last may find the run ended, and prove a second pass; or be told that it has moved on.
  for (const verdict of verdicts) expect(["verified", "moved-on"]).toContain(verdict);
  expect([0, 3]).toContain(status);
  await one(alone);
  const names = Object.keys(tables);
  expect(await dump(shared.url, names)).toEqual(await dump(alone.url, names));
  const [audit] = await query<{ lines: number; again: number }>(
    shared.url,
    "select count(*)::int as lines, count(*) filter (where pass > 1)::int as again from migration_ledger.contribution",
  );
  expect(audit).toMatchObject({ again: 0 });
  expect(audit?.lines).toBeGreaterThan(ITEMS);
});

describe("what an operator asks of a function", () => {
  it("in pieces: planned, copied by three at once, finalized, proven", async () => {
    await using database = await createDatabase();
    const lines = await withFunction(environmentOf(clean, database), async (service) => {
      const ask = async ({ action, ...said }: { action: string; [name: string]: unknown }) =>
        answerOf(action, await service.invoke({ action, ...said }, AMPLE));
      expect(await ask({ action: "plan", workers: 3 })).toEqual({
        action: "plan",
        run: 1,
        pass: 1,
        workers: [0, 1, 2],
        events: { copy: { action: "copy" }, finalize: { action: "finalize" }, verify: { action: "verify" } },
      });
      for (const _ of [1, 2, 3]) expect(await ask({ action: "copy" })).toEqual({ action: "copy", run: 1, done: true });
      expect(await ask({ action: "finalize" })).toEqual({ action: "finalize", run: 1, done: true });
      expect(resultOf(await service.invoke({ action: "verify" }, AMPLE))).toMatchObject({ verdict: "verified" });
      expect(await ask({ action: "status" })).toMatchObject({ phase: "ended", units: 48, done: 48, read: ITEMS });
      expect(await ask({ action: "list-quarantine" })).toEqual({ action: "list-quarantine", run: 1, groups: [] });
      expect(resultOf(await service.invoke({ action: "repair" }, AMPLE))).toMatchObject({
        verdict: "verified",
        repaired: { rows: 0 },
      });
      const told = await ask({ action: "report" });
      expect(told).toMatchObject({
        summary: [expect.stringMatching(/^VERIFIED/), expect.stringMatching(/^run 1, pass 1/), expect.anything()],
      });
      expect(held(Object(told).report).verdict).toBe("verified");
      expect(await ask({ action: "seal" })).toEqual({ action: "seal", run: 1, provenAt: expect.any(String) });
      expect(resultOf(await service.invoke({ action: "rollback", force: true }, AMPLE)).findings?.[0]?.where).toBe(
        "sealed",
      );
      expect(await ask({ action: "drop-ledger" })).toEqual({ action: "drop-ledger", runs: 1 });
    });
    const phases = lines.flatMap((line) => /"phase":"(\w+)"/.exec(line)?.[1] ?? []);
    // Sealing proves anew.
    const again = ["build", "verify", "ended"];
    expect(phases).toEqual(["copy", ...again, "repair", ...again, "verify", "ended"]);
  });

  it("I10: keys stand in the answers as hashes, by which an item can be accepted", async () => {
    await using database = await createDatabase();
    const dirty = await tableOf(planted);
    await withFunction(environmentOf(dirty, database), async (service) => {
      const ask = async ({ action, ...said }: { action: string; [name: string]: unknown }) =>
        answerOf(action, await service.invoke({ action, ...said }, AMPLE));
      await service.invoke({}, AMPLE);
      const listed = answered(VERBS["list-quarantine"].event, await ask({ action: "list-quarantine" }));
      const keys = listed?.groups.flatMap(({ examples }) => examples) ?? [];
      expect(keys.length).toBeGreaterThan(0);
      for (const { key } of keys) expect(key).toMatch(/^#[0-9a-f]{16}$/);
      const [{ key } = { key: "" }] = keys;
      expect(await ask({ action: "accept", key: [key], reason: "a test" })).toMatchObject({ key, reason: "a test" });
      expect(resultOf(await service.invoke({ action: "verify" }, AMPLE))).toMatchObject({ accepted: 1 });
    });
  });
});

it("a wrong event and a wrong environment are refused together, with what was expected", async () => {
  await withFunction({ [ENVIRONMENT.logLevel]: "loud" }, async (service) => {
    const { verdict, findings = [] } = resultOf(await service.invoke({ action: "dance", units: "many", x: 1 }, AMPLE));
    expect(verdict).toBe("refused");
    const told = findings.map(({ where, problem }) => `${where}: ${problem}`).join("\n");
    expect(told).toMatch(new RegExp(`${ENVIRONMENT.source}: is not set: .*dynamodb:TABLE`));
    expect(told).toMatch(new RegExp(`${ENVIRONMENT.target}: is not set: .*postgres://`));
    expect(told).toMatch(/LOG_LEVEL: .*"info"/);
    expect(told).toMatch(/event.action: .*"migrate"\|"verify"/);
    expect(told).toMatch(/event.units: .*whole number from 1 to 100,000/);
    expect(told).toMatch(/"x"/);
  });
});

describe("I10: whatever a table holds", () => {
  const CANARY = "canary-9d41";
  const DIGITS = "73164209571";
  const seen = (texts: readonly string[]) => texts.filter((text) => text.includes(CANARY) || text.includes(DIGITS));

  /** The value with a canary in it, of the same type and still fit for the column it goes to. */
  function marked(value: AttributeValue): AttributeValue {
    const mark = (text: string): string => (/^\d{4}-|^[0-9a-f]{8}-|#[0-9a-f]{8}-/.test(text) ? text : text + CANARY);
    if ("S" in value) return { S: value.S === "METADATA" || value.S === "PROFILE" ? value.S : mark(value.S) };
    if ("N" in value) return { N: /^\d{19}$/.test(value.N) ? value.N + DIGITS : DIGITS };
    if ("SS" in value) return { SS: value.SS.map(mark) };
    if ("L" in value) return { L: value.L.map(marked) };
    if ("M" in value) return { M: Object.fromEntries(Object.entries(value.M).map(([k, v]) => [k, marked(v)])) };
    return value;
  }
  const markedItem = (item: Item): Item =>
    Object.fromEntries(Object.entries(item).map(([name, value]) => [name, marked(value)]));
  const user = (id: string): Item => ({
    PK: { S: `USER#${id}-${CANARY}` },
    SK: { S: "METADATA" },
    UserName: { S: CANARY },
    Email: { S: `${id}-${CANARY}` },
    QuotaBytes: { N: DIGITS },
    CreatedAt: { S: "2024-01-01T00:00:00Z" },
  });

  let table: string;
  let database: TestDatabase;
  beforeAll(async () => {
    const strange: Item = { PK: { S: CANARY }, SK: { S: CANARY }, [CANARY]: { S: CANARY } };
    const unread: Item = { ...user("unread"), [CANARY]: { M: { [CANARY]: { S: CANARY } } } };
    const sample = [...sampleItems({ items: 200, seed: 6, now: new Date() }), ...planted].map(markedItem);
    table = await tableOf([...sample, strange, unread]);
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  /** All that leaves the function in one invocation: its lines and its answer. */
  async function said(event: object, more: Readonly<Record<string, string>> = {}) {
    let answer: Answer = { payload: null };
    const lines = await withFunction({ ...environmentOf(table, database), LOG_LEVEL: "trace", ...more }, async (f) => {
      answer = await f.invoke(event, AMPLE);
    });
    return { answer, texts: [...lines, JSON.stringify(answer)] };
  }

  it("none of it is logged or answered, of what is refused neither", async () => {
    const first = await said({});
    const { verdict, items, discrepancies } = resultOf(first.answer);
    expect(verdict).toBe("discrepant");
    expect(items?.migrated).toBeGreaterThan(100);
    expect(items?.quarantined).toBeGreaterThan(5);
    expect(discrepancies).toBeGreaterThan(8);
    expect(seen(first.texts)).toEqual([]);

    await query(database.url, "alter table users add constraint picky check (email not like 'refused%') not valid");
    await fillTable(client, table, [user("refused")]);
    const second = await said({});
    expect(resultOf(second.answer).items?.quarantined).toBe((items?.quarantined ?? 0) + 1);
    expect(seen(second.texts)).toEqual([]);
  });

  it("what stands for a key in the log is resolved by the ledger, and by nothing else", async () => {
    const { texts } = await said({ action: "verify" });
    const hashes = new Set(
      texts
        .flatMap((text) => [...text.matchAll(/"sources":\[([^\]]+)\]/g)])
        .flatMap(([, list = ""]) => list.split(",")),
    );
    expect(hashes.size).toBeGreaterThan(5);
    const found = await keysBehind(
      database.url,
      [...hashes].map((text) => String(JSON.parse(text)).replace(/^#/, "")),
    );
    expect(found.length).toBe(hashes.size);
  });

  it("but a key that is logged on purpose would be seen", async () => {
    const { answer, texts } = await said({ action: "verify" }, { [ENVIRONMENT.logKeys]: "clear" });
    expect(resultOf(answer).verdict).toBe("discrepant");
    expect(seen(texts)).not.toEqual([]);
    expect(seen([DIGITS, "digits"])).toEqual([DIGITS]);
  });

  it("what a trigger raises is not told, and costs one item, under a SQLSTATE of which nothing is known", async () => {
    await query(
      database.url,
      `create function blurt() returns trigger language plpgsql as
        $$ begin raise exception 'met %', new.user_id using errcode = 'XX999', detail = new.user_id, hint = new.user_id; end $$`,
    );
    await query(database.url, "create trigger blurt before insert on users for each row execute function blurt()");
    await fillTable(client, table, [user("blurted")]);
    const before = resultOf((await said({ action: "verify" })).answer).items?.quarantined ?? 0;
    const { answer, texts } = await said({});
    expect(resultOf(answer).items?.quarantined).toBe(before + 1);
    expect(seen(texts)).toEqual([]);
  });

  it("a bug tells where it happened and not what it met", async () => {
    // The parser's own message quotes the text it stumbled over.
    await query(database.url, SPOILED.run(`parts = '${CANARY}'`));
    const { answer, texts } = await said({});
    expect(answer.error).toBe("Unhandled");
    expect(texts.join("\n")).toMatch(/a bug.* at .*\.ts:\d+/s);
    expect(seen(texts)).toEqual([]);
  });
});

describe("every line of all these functions", () => {
  const clear = z.looseObject({
    level: z.enum(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]),
    timestamp: z.iso.datetime(),
  });

  it("is JSON with a level in words and a time as RFC 3339 has it", () => {
    expect(written.length).toBeGreaterThan(20);
    for (const line of written) expect(() => clear.parse(JSON.parse(line)), line).not.toThrow();
  });

  it("that holds metrics has them at its root, each a number and each with a name that is known", () => {
    const lines = metricLines(written);
    expect(lines.length).toBeGreaterThanOrEqual(7);
    for (const line of lines) {
      const [directive] = line._aws.CloudWatchMetrics;
      for (const { Name } of directive?.Metrics ?? []) expect(line[Name]).toEqual(expect.any(Number));
      for (const name of directive?.Dimensions.flat() ?? []) expect(line[name]).toEqual(expect.any(String));
    }
  });
});
