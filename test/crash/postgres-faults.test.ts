/**
 * What a database does on a bad night, in the middle of a run: each fault is survived inside the one call, and what comes
 * out, ledger included, is what comes out of a night without any.
 */
import pg from "pg";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import type { Report } from "../../lambda/domain/report.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { beforePages, dump, migrateTrial, query } from "../support/migration.ts";
import { type TcpProxy, tcpProxy } from "../support/tcp-proxy.ts";

const SAMPLE = [...sampleItems({ items: 1500, seed: 8, now: new Date() })];
const schema = { tables, items };
const NOW = new Date();
const options = { units: 8, concurrency: 4 };
const names = Object.keys(tables);
const AUDIT =
  "select run, tbl, facet, key, item, row_fp, item_fp, source from migration_ledger.audit order by item, tbl, facet, key";

let calm: { rows: Record<string, string[]>; audit: unknown[] };
beforeAll(async () => {
  await using quiet = await createDatabase();
  const report = await migrateTrial({ url: quiet.url, schema, source: memorySource(SAMPLE), options, now: () => NOW });
  expect(report.verdict).toBe("verified");
  calm = { rows: await dump(quiet.url, names), audit: await query(quiet.url, AUDIT) };
});

let database: TestDatabase;
let proxy: TcpProxy;
beforeEach(async () => {
  database = await createDatabase();
  const { hostname, port } = new URL(database.url);
  proxy = await tcpProxy(hostname, Number(port));
  return async () => {
    await proxy[Symbol.asyncDispose]();
    await database.drop();
  };
});

const throughProxy = (): string => {
  const url = new URL(database.url);
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  return url.href;
};

/** Does something before pages of these numbers are written. */
function atPages(pages: readonly number[], fault: () => unknown) {
  let struck = 0;
  const around = beforePages(async (page) => {
    if (!pages.includes(page)) return;
    struck += 1;
    await fault();
  });
  return { around, struck: () => struck };
}

async function survives(around: (target: Target) => Target): Promise<Report> {
  const report = await migrateTrial({
    url: throughProxy(),
    schema,
    source: memorySource(SAMPLE),
    options,
    now: () => NOW,
    around,
  });
  expect(report.discrepancies).toEqual([]);
  expect(report).toMatchObject({ verdict: "verified", pass: 1, items: { read: SAMPLE.length, unchanged: 0 } });
  expect(await dump(database.url, names)).toEqual(calm.rows);
  expect(await query(database.url, AUDIT)).toEqual(calm.audit);
  return report;
}

const others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

describe("survived inside one run", () => {
  it("I3: every connection cut, again and again", async () => {
    const { around, struck } = atPages([2, 5, 9, 14, 20], () => proxy.cut());
    await survives(around);
    expect(struck()).toBe(5);
  });

  it("I3: backends ended by an administrator", async () => {
    const { around, struck } = atPages([3, 8], () => query(database.url, `select pg_terminate_backend(pid) ${others}`));
    await survives(around);
    expect(struck()).toBe(2);
  });

  it("connections refused for a while, as in a restart", async () => {
    const { around, struck } = atPages([4], () => {
      proxy.refuse = true;
      proxy.cut();
      setTimeout(() => {
        proxy.refuse = false;
      }, 1_500);
    });
    await survives(around);
    expect(struck()).toBe(1);
    expect(proxy.made).toBeGreaterThan(8);
  });

  it("a database that stands still for a while", async () => {
    const { around } = atPages([6], () => {
      proxy.still = true;
      setTimeout(() => {
        proxy.still = false;
        // Bytes were swallowed: nothing sensible can follow on these connections.
        proxy.cut();
      }, 1_000);
    });
    await survives(around);
  });

  it("I3: a commit that happened and whose answer was lost", async () => {
    let lost = 0;
    let commits = 0;
    proxy.onSent = (data) => {
      if (!data.includes("commit\0")) return "answer";
      commits += 1;
      // Of the copy's commits alone: a step that has nine of its own would lose one each time it is done again.
      if (commits % 9 !== 0 || lost === 5) return "answer";
      lost += 1;
      return "cut";
    };
    await survives((target) => target);
    expect(lost).toBe(5);
  });

  it("a writer that is a reader for a while, as in a failover", async () => {
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
    const { around, struck } = atPages([5], async () => {
      await readOnly(true);
      proxy.cut();
      setTimeout(() => {
        back = readOnly(false).then(() => proxy.cut());
      }, 1_000);
    });
    await survives(around);
    expect(struck()).toBe(1);
    await back;
  });

  it("a cut while constraints are built, and one while all is proven", async () => {
    let cuts = 0;
    const cutting =
      <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
      async (...given: A): Promise<R> => {
        setTimeout(() => proxy.cut(), 5 + cuts);
        cuts += 1;
        return work(...given);
      };
    await survives((target) => ({
      ...target,
      tables: { ...target.tables, complete: cutting(target.tables.complete) },
      proof: {
        ledger: cutting(target.proof.ledger),
        contents: cutting(target.proof.contents),
        relations: cutting(target.proof.relations),
      },
    }));
    expect(cuts).toBe(4);
  });
});

describe("not survived, and said so", () => {
  it("a database that was never there is told at once", async () => {
    proxy.refuse = true;
    const trial = migrateTrial({ url: throughProxy(), schema, source: memorySource(SAMPLE), options });
    await expect(trial).rejects.toMatchObject({ code: "target-unreachable" });
    expect(proxy.made).toBeLessThan(3);
  });

  it("a unit whose connection is cut at every page is given up in the end, and the next run goes on", async () => {
    const always = atPages(
      Array.from({ length: 500 }, (_, at) => at + 1),
      () => proxy.cut(),
    );
    const trial = migrateTrial({
      url: throughProxy(),
      schema,
      source: memorySource(SAMPLE),
      options: { units: 1, concurrency: 1 },
      around: always.around,
    });
    await expect(trial).rejects.toMatchObject({ code: "target-lost" });
    expect(always.struck()).toBe(11);
    await survives((target) => target);
  });
});
