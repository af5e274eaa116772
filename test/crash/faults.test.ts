/** What DynamoDB and Postgres do on a bad night, in the middle of a run, and what comes of it. */
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { ATTEMPTS, patientRetries } from "../../lambda/adapters/dynamodb/retries.ts";
import { dynamoDbSource } from "../../lambda/adapters/dynamodb/source.ts";
import { load, openTarget } from "../../lambda/compose.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import type { Options } from "../../lambda/options.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type Fault as DynamoDbFault, dynamoDbProxy } from "../support/dynamodb-proxy.ts";
import { linesOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, query } from "../support/migration.ts";
import { tableName } from "../support/table-name.ts";
import { proxied, type TcpProxy } from "../support/tcp-proxy.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";
import { EXPECTED, type Fault, pageOf } from "./expected-faults.ts";
import { atPages, duringTheEnd } from "./planting.ts";

/** Faults are planted at some of the pages, of which there are enough in either case. */
const [ITEMS, PAGE] = IS_THOROUGH ? [1_500, 50] : [300, 25];
const SAMPLE = [...sampleItems({ items: ITEMS, seed: 8, now: new Date() })];
const memory = () => memorySource(SAMPLE, "memory:test", PAGE);
const schema = { tables, items };
const NOW = new Date();
const OPTIONS = { units: 8, concurrency: 4 };
/** Aurora takes up to half a minute to resume from zero; where there is time, so does this. */
const PAUSE_MS = IS_THOROUGH ? 30_000 : 1_000;
const names = Object.keys(tables);

interface Calm {
  readonly rows: Record<string, string[]>;
  readonly audit: unknown[];
}

/** What a night without any fault leaves; the hash of an item depends on where it comes from. */
async function calmNight(source: ItemSource): Promise<Calm> {
  await using quiet = await createDatabase();
  const report = await migrateTrial({ url: quiet.url, schema, source, options: OPTIONS, now: () => NOW });
  expect(report.verdict).toBe("verified");
  return { rows: await dump(quiet.url, names), audit: await linesOf(quiet.url, "contributions") };
}

let calm: Calm;
let calmTable: Calm | undefined;
beforeAll(async () => {
  calm = await calmNight(memory());
});

async function calmOf(source: ItemSource): Promise<Calm> {
  calmTable ??= await calmNight(source);
  return calmTable;
}

let database: TestDatabase;
let proxy: TcpProxy;
let through: string;
beforeEach(async () => {
  database = await createDatabase();
  ({ proxy, through } = await proxied(database));
  return async () => {
    await proxy[Symbol.asyncDispose]();
    await database.drop();
  };
});

/** Somebody else's name, where the one who owns everything would not do. */
let asUrl: string | undefined;

const throughProxy = (): string => asUrl ?? through;

/** What really came of each. */
const OBSERVED = new Map<string, string>();

const trial = (around: (target: Target) => Target, source: ItemSource, options: Options) =>
  migrateTrial({ url: throughProxy(), schema, source, options, now: () => NOW, around });

/** Runs a migration with a fault in it, and says what came of it; in either case all is as after a calm night in the end. */
async function outcomeOf(work: () => Promise<Report>): Promise<string> {
  let report: Report;
  try {
    report = await work();
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return `ends with ${error.code}`;
  }
  expect(report.discrepancies).toEqual([]);
  expect(report).toMatchObject({ verdict: "verified", pass: 1, items: { read: SAMPLE.length, unchanged: 0 } });
  return "survived";
}

interface Trial {
  readonly around?: (target: Target) => Target;
  readonly source?: ItemSource;
  readonly options?: Options;
  /** Takes the fault away again, so that the next call can end well. */
  readonly mend?: () => unknown;
}

async function tried(fault: Fault, { around = (target) => target, source = memory(), options = OPTIONS, mend }: Trial) {
  const outcome = await outcomeOf(() => trial(around, source, options));
  OBSERVED.set(fault, outcome);
  expect(outcome).toBe(EXPECTED[fault]);
  await mend?.();
  if (outcome !== "survived") {
    const again = await trial((target) => target, source.name === "memory:test" ? memory() : source, OPTIONS);
    expect(again).toMatchObject({ verdict: "verified", pass: 1, discrepancies: [] });
  }
  const expected = source.name === "memory:test" ? calm : await calmOf(source);
  expect(await dump(database.url, names)).toEqual(expected.rows);
  expect(await linesOf(database.url, "contributions")).toEqual(expected.audit);
}

const others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

/** Has every insert into `files` fail with a SQLSTATE, the first so many times; counted by a sequence, which no rollback takes back. */
async function failing(code: string, times: number): Promise<() => Promise<unknown>> {
  const mapping = load(schema);
  await using target = openTarget(database.url, mapping);
  expect((await target.tables.check("memory:test")).findings).toEqual([]);
  await migrateTrial({
    url: database.url,
    schema,
    source: memory(),
    options: OPTIONS,
    now: () => NOW,
    signal: AbortSignal.abort(),
  });
  await query(database.url, "create sequence faults");
  await query(
    database.url,
    `create function fail() returns trigger language plpgsql as $$ begin
       if nextval('faults') <= ${times} then raise exception 'planted' using errcode = '${code}'; end if; return null; end $$`,
  );
  await query(database.url, "create trigger fail after insert on files for each statement execute function fail()");
  return async () => {
    await query(database.url, "drop trigger fail on files");
    await query(database.url, "drop function fail; drop sequence faults");
  };
}

describe("Postgres on a bad night", () => {
  it("I3: every connection cut, again and again", async () => {
    const { around, struck } = atPages([2, 5, 9, 14, 20], () => proxy.cut());
    await tried("Postgres: every connection cut, again and again", { around });
    expect(struck()).toBe(5);
  });

  it("I3: cut in the middle of a batch", async () => {
    // How many packets the statements come in depends on what else the machine does: 190 and more.
    let packets = 0;
    let cuts = 0;
    proxy.onSent = (data) => {
      if (!data.includes('insert into "public"') && !data.includes('copy "public"')) return "answer";
      packets += 1;
      if (packets % 30 > 0 || cuts === 5) return "answer";
      cuts += 1;
      return "cut";
    };
    await tried("Postgres: cut in the middle of a batch", {});
    expect(cuts).toBe(5);
  });

  it("I3: backends ended by an administrator", async () => {
    const { around, struck } = atPages([3, 8], () => query(database.url, `select pg_terminate_backend(pid) ${others}`));
    await tried("Postgres: backends ended by an administrator", { around });
    expect(struck()).toBe(2);
  });

  it("connections refused for a while", async () => {
    const { around, struck } = atPages([4], () => {
      proxy.refuse = true;
      proxy.cut();
      setTimeout(() => {
        proxy.refuse = false;
      }, 1_500);
    });
    await tried("Postgres: connections refused for a while, as in a restart", { around });
    expect(struck()).toBe(1);
    expect(proxy.made).toBeGreaterThan(8);
  });

  it("stands still for a while", async () => {
    const { around } = atPages([6], () => {
      proxy.still = true;
      setTimeout(() => {
        proxy.still = false;
        // Bytes were swallowed: nothing sensible can follow on these connections.
        proxy.cut();
      }, PAUSE_MS);
    });
    await tried("Postgres: stands still for a while, as when it resumes from zero", { around });
  });

  it("I3: commits that happened, their answers lost", async () => {
    let [lost, commits] = [0, 0];
    proxy.onSent = (data) => {
      if (!data.includes("commit\0")) return "answer";
      commits += 1;
      // Of the copy's commits alone: a step that has nine of its own would lose one each time it is done again.
      if (commits % 9 !== 0 || lost === 5) return "answer";
      lost += 1;
      return "cut";
    };
    await tried("Postgres: commits that happened, their answers lost", {});
    expect(lost).toBe(5);
  });

  it("read-only for a while, with and without its connections cut", async () => {
    let back: Promise<void> | undefined;
    const name = new URL(database.url).pathname.slice(1);
    const readOnly = async (on: boolean) => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      // Who takes it back has to be able to write.
      await client.query("set default_transaction_read_only = off");
      await client.query(`alter database ${name} set default_transaction_read_only = ${on}`);
      await client.end();
    };
    const { around, struck } = atPages([5, 12], async () => {
      await back;
      await readOnly(true);
      // The first time connections stay, and only learn of it when they are cut one by one.
      const cut = () =>
        struck() === 2
          ? proxy.cut()
          : query(database.url, `select pg_terminate_backend(pid) ${others} and pid % 2 = 0`);
      await cut();
      back = sleep(1_000).then(() => readOnly(false));
    });
    await tried("Postgres: read-only for a while, as in a failover", { around });
    expect(struck()).toBe(2);
    await back;
  });

  it("cut while constraints are built and all is proven", async () => {
    let cuts = 0;
    const around = duringTheEnd(() => {
      setTimeout(() => proxy.cut(), 5 + cuts);
      cuts += 1;
    });
    await tried("Postgres: cut while constraints are built and all is proven", { around });
    expect(cuts).toBe(4);
  });

  it("too many connections, for a while", async () => {
    // A superuser is always let in: the migration runs as somebody who is not.
    const role = `crowd_${process.pid}`;
    await query(database.url, `create role ${role} login password 'crowd'`);
    await query(database.url, `alter database ${new URL(database.url).pathname.slice(1)} owner to ${role}`);
    const url = new URL(throughProxy());
    [url.username, url.password] = [role, "crowd"];
    asUrl = url.href;
    const { around, struck } = atPages([4], async () => {
      await query(database.url, `alter role ${role} connection limit 0`);
      proxy.cut();
      setTimeout(() => void query(database.url, `alter role ${role} connection limit -1`), 1_200);
    });
    try {
      await tried("Postgres: too many connections, for a while", { around });
      expect(struck()).toBe(1);
    } finally {
      asUrl = undefined;
      await query(database.url, `reassign owned by ${role} to current_user`);
      await query(database.url, `drop owned by ${role}`);
      await query(database.url, `drop role ${role}`);
    }
  });

  it.each([
    ["Postgres: serialization failures", "40001", 5],
    ["Postgres: deadlocks", "40P01", 5],
  ] as const)("%s", async (fault, code, times) => {
    await tried(fault, { mend: await failing(code, times) });
  });

  it.each([
    ["Postgres: no disk space", "53100"],
    ["Postgres: no memory", "53200"],
    ["Postgres: serialization failures without end", "40001"],
  ] as const)("%s", async (fault, code) => {
    await tried(fault, { mend: await failing(code, 1_000_000), options: { units: 2, concurrency: 1 } });
  });

  it("a statement_timeout of the database's own", async () => {
    await query(database.url, `alter database ${new URL(database.url).pathname.slice(1)} set statement_timeout = 5`);
    await tried("Postgres: a statement_timeout of the database's own", {
      mend: () =>
        query(database.url, `alter database ${new URL(database.url).pathname.slice(1)} reset statement_timeout`),
    });
  });

  it("never there", async () => {
    proxy.refuse = true;
    await tried("Postgres: never there", {
      mend: () => {
        expect(proxy.made).toBeLessThan(3);
        proxy.refuse = false;
      },
    });
  });

  it("cut at every page", async () => {
    const always = atPages(
      Array.from({ length: 500 }, (_, at) => at + 1),
      () => proxy.cut(),
    );
    await tried("Postgres: cut at every page", { around: always.around, options: { units: 1, concurrency: 1 } });
    expect(always.struck()).toBe(11);
  });
});

describe("DynamoDB on a bad night", () => {
  let table: string;
  let client: DynamoDBClient;
  beforeAll(async () => {
    client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
    table = tableName("faults");
    await createSampleTable(client, table);
    await fillTable(client, table, SAMPLE);
  });
  afterAll(() => client.destroy());

  /** Meets the requests of an operation with faults, each so many times. */
  async function met(fault: Fault, operation: string, faults: readonly DynamoDbFault[]): Promise<void> {
    await using between = await dynamoDbProxy(inject("dynamoDbEndpoint"));
    between.faults.set(operation, [...faults]);
    // As patient as a source's own client, in a tenth of the time; and named as one source, whatever stands between.
    const hasty = new DynamoDBClient({
      endpoint: between.endpoint,
      region: "local",
      maxAttempts: ATTEMPTS,
      retryStrategy: patientRetries(10),
    });
    const source = dynamoDbSource({ table, region: "local", client: hasty });
    await tried(fault, { source, mend: () => between.faults.clear() });
    hasty.destroy();
    expect(between.seen.get(operation)).toBeGreaterThan(1);
  }

  it.each([
    ["ProvisionedThroughputExceededException", 400],
    ["ThrottlingException", 400],
    ["RequestLimitExceeded", 400],
    ["InternalServerError", 500],
    ["ServiceUnavailable", 503],
  ] as const)("%s", async (name, status) => {
    await met(`DynamoDB: ${name}`, "Scan", Array(6).fill({ status, name }));
  });

  it.each([
    ["a gateway's 503 that is no JSON", "gateway"],
    ["connections reset", "reset"],
    ["answers cut in the middle", "cut"],
    ["slow pages", "slow"],
    ["empty pages with a place to go on from", "empty"],
  ] as const)("%s", async (name, fault) => {
    await met(`DynamoDB: ${name}`, "Scan", ["slow", fault, fault, fault]);
  });

  it("BatchGetItem that answers one key at a time", async () => {
    await met("DynamoDB: BatchGetItem that answers one key at a time", "BatchGetItem", Array(20).fill("partial"));
  });

  it.each([
    "AccessDeniedException",
    "ExpiredTokenException",
    "UnrecognizedClientException",
    "ResourceNotFoundException",
    "ValidationException",
  ] as const)("%s", async (name) => {
    await met(`DynamoDB: ${name}`, "Scan", [
      "slow",
      { status: 400, name },
      { status: 400, name },
      { status: 400, name },
      { status: 400, name },
      { status: 400, name },
    ]);
  });

  it("throttled without end", async () => {
    await met("DynamoDB: throttled without end", "Scan", Array(500).fill("throttle"));
  });
});

it("each fault was tried, and what came of it stands in the table", async () => {
  expect([...OBSERVED].sort()).toEqual(Object.entries(EXPECTED).sort());
  await expect(pageOf(OBSERVED)).toMatchFileSnapshot("README.md");
});
