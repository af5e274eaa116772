/** A proof in several invocations: what an earlier one has computed counts while nothing was written since, and not one write longer. */
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPostgres } from "../../bin/embedded/postgres.ts";
import { load, openTarget } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf, SPOILED } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { query, verifyTrial } from "../support/migration.ts";
import { untilWaiting } from "../support/other-session.ts";
import { GOOD, pet, schema } from "../support/pets.ts";

const LIST: readonly Item[] = [...GOOD, ...Array.from({ length: 100 }, (_, at) => pet("1", `p${at}`))];
const names = Object.keys(schema.tables);

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

/** One invocation, which has no time left when so many tables are computed. */
async function lap(tables: number, url = database.url) {
  await using target = openTarget(url, load(schema));
  const run = must((await target.runs.list())[0], "there is a run");
  const controller = new AbortController();
  let asked = 0;
  const signal = new Proxy(controller.signal, {
    get: (of, name) => {
      if (name === "aborted") asked += 1;
      const own = Reflect.get(of, name);
      return name === "aborted" ? asked > tables : typeof own === "function" ? own.bind(of) : own;
    },
  });
  return await target.proof.contents(run, signal);
}
const whole = async (url = database.url) =>
  (await lap(Number.POSITIVE_INFINITY, url)) ?? expect.fail("nothing was aborted");
const kept = async () =>
  (await linesOf<{ what: string }>(database.url, "laps")).filter(({ what }) => what.startsWith("table ")).length;
/** Makes what was kept tell itself from what is computed anew. */
const mark = (url = database.url) => query(url, SPOILED.lapsMarked);
const marked = (content: Awaited<ReturnType<typeof whole>>) =>
  content.tables.filter(({ rows }) => rows === -1).map(({ table }) => table);

const verify = async () =>
  await verifyTrial({ target: database.url, schema, options: { sample: 0 } }, memorySource(LIST));
const migrate = (url = database.url) => beginTrial({ url, schema, items: LIST });

it("goes on with the tables that are left, and forgets them all when the proof has ended", async () => {
  await migrate();
  expect(await lap(1)).toBeUndefined();
  expect(await kept()).toBe(1);
  expect(await lap(2)).toBeUndefined();
  expect(await kept()).toBe(3);
  expect((await lap(1))?.tables.map(({ table }) => table)).toEqual(names);
  expect(await kept()).toBe(4);
  expect((await verify()).verdict).toBe("verified");
  expect(await linesOf(database.url, "laps")).toEqual([]);
});

describe("I9: what was kept counts", () => {
  beforeEach(async () => {
    await migrate();
    expect(await lap(3)).toBeUndefined();
    await mark();
  });
  const ALL = ["owners", "pets", "visits"];

  it.each([
    ["nothing happens", []],
    ["Postgres tidies up", ["vacuum freeze pets", "analyze pets"]],
    ["others write elsewhere", ["create table others (i int)", "insert into others values (1)"]],
  ])("while %s", async (_, statements) => {
    for (const statement of statements) await query(database.url, statement);
    expect(marked(await whole())).toEqual(ALL);
  });

  const WRITTEN: Record<string, readonly string[]> = {
    "a value is changed": ["update pets set weight = weight + 1 where pet_id = 'p7'"],
    "a value is changed, and Postgres' statistics are reset": [
      "update pets set weight = weight + 1 where pet_id = 'p7'; select pg_stat_reset()",
    ],
    "a row is removed and written anew": [
      "with p as (delete from pets where pet_id = 'p7' returning *) insert into pets select pet_id, owner_id, 'other', weight from p",
    ],
    "all rows are, by a truncation": [
      "create table copied as table pets; truncate pets; insert into pets select pet_id, owner_id, tag, weight + 1 from copied",
    ],
    "the rows are moved to another place, and one is changed": [
      "update pets set weight = weight + 1 where pet_id = 'p7'",
      "vacuum full pets",
    ],
    "a column is dropped and added again": [
      "alter table pets drop column weight; alter table pets add column weight numeric not null default 1",
    ],
    "two columns exchange their names": [
      "alter table pets rename owner_id to x; alter table pets rename tag to owner_id; alter table pets rename x to tag",
    ],
    "a line of the ledger is changed": [SPOILED.lineChanged(2, "p7")],
    "a contribution is parked": [SPOILED.lineParked(2, "p7")],
  };
  it.each(Object.entries(WRITTEN))("not when %s", async (_, statements) => {
    for (const statement of statements) await query(database.url, statement);
    const content = await whole();
    expect(marked(content)).toEqual(["owners", "visits"]);
    const pets = must(content.tables[1], "pets are the second table");
    expect(pets.differences.different.count + pets.foreignRows).toBeGreaterThan(0);
  });

  it("not half an hour later", async () => {
    await query(database.url, SPOILED.lapsEarlier);
    expect(marked(await whole())).toEqual([]);
  });

  it("not for what has begun since", async () => {
    await query(database.url, SPOILED.run("epoch = epoch + 1"));
    expect(marked(await whole())).toEqual([]);
  });
});

describe("I9: a write between two laps makes the proof discrepant", () => {
  /** A writer that stays connected: it has told Postgres' statistics nothing yet. */
  async function beside(work: (writer: pg.Client) => Promise<void>): Promise<void> {
    const writer = new pg.Client({ connectionString: database.url });
    await writer.connect();
    try {
      await work(writer);
    } finally {
      await writer.end();
    }
  }

  it("by a session that is still there", async () => {
    await migrate();
    expect(await lap(3)).toBeUndefined();
    await beside(async (writer) => {
      await writer.query("update pets set weight = weight + 1 where pet_id = 'p7'");
      expect((await verify()).discrepancies).toMatchObject([
        { check: "content", subject: "pets", count: 1, examples: [{ key: ["p7"] }] },
      ]);
    });
  });

  it("in a partition", async () => {
    await query(
      database.url,
      "create table visits (visit_id text primary key, at timestamptz not null, note text not null) partition by hash (visit_id)",
    );
    for (const at of [0, 1])
      await query(
        database.url,
        `create table visits_${at} partition of visits for values with (modulus 2, remainder ${at})`,
      );
    expect((await migrate()).verdict).toBe("verified");
    expect(await lap(3)).toBeUndefined();
    await query(database.url, "update visits set note = 'another'");
    expect((await verify()).discrepancies).toMatchObject([{ check: "content", subject: "visits" }]);
  });

  it("within a transaction that was open, in a part of it that had begun", async () => {
    await migrate();
    await beside(async (writer) => {
      await writer.query("begin; insert into owners (owner_id, name, rank) values ('x', 'x', 1); savepoint part");
      await writer.query("update pets set weight = weight + 1 where pet_id = 'p7'");
      expect(await lap(3)).toBeUndefined();
      await writer.query(
        "update visits set note = 'another'; release part; delete from owners where owner_id = 'x'; commit",
      );
    });
    expect((await verify()).discrepancies.map(({ check, subject }) => `${check} ${subject}`)).toEqual([
      "content pets",
      "content visits",
    ]);
  });

  it("but is no part of one that had begun: all tables are looked at as of one moment", async () => {
    await migrate();
    const different = async (proof = whole()) =>
      (await proof).tables.map(
        ({
          differences: {
            different: { count },
          },
        }) => count,
      );
    await beside(async (writer) => {
      await writer.query("begin; lock table pairs in access exclusive mode");
      const proof = whole();
      await untilWaiting(database.url, 1, proof);
      await writer.query(
        "update pets set weight = weight + 1 where pet_id = 'p7'; update pairs set kind = 'another'; commit",
      );
      expect(await different(proof)).toEqual([0, 0, 0, 0]);
    });
    expect(await different()).toEqual([0, 1, 0, expect.toSatisfy((count) => count > 0)]);
  });
});

it("I9: a server that crashed between two laps has forgotten neither the laps nor what was written since", async () => {
  const server = await startPostgres({ settings: { synchronous_commit: "on" } });
  try {
    expect((await migrate(server.url)).verdict).toBe("verified");
    const crash = async () => {
      const victim = new pg.Client({ connectionString: server.url });
      victim.on("error", () => undefined);
      await victim.connect();
      const { rows } = await victim.query<{ pid: number }>("select pg_backend_pid() as pid");
      process.kill(must(rows[0], "a backend has a number").pid, "SIGKILL");
      await expect.poll(() => query(server.url, "select 1").then(() => "there", String)).toBe("there");
    };
    expect(await lap(3, server.url)).toBeUndefined();
    await mark(server.url);
    await crash();
    expect(marked(await whole(server.url))).toEqual(["owners", "pets", "visits"]);
    await query(server.url, SPOILED.lapsLost);
    expect(await lap(3, server.url)).toBeUndefined();
    await query(server.url, "update pets set weight = weight + 1 where pet_id = 'p7'");
    await crash();
    expect((await whole(server.url)).tables[1]?.differences.different.count).toBe(1);
  } finally {
    await server.stop();
  }
});
