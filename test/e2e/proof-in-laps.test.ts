/** A proof in several invocations, whichever of its parts an invocation ends in: it is the proof that one invocation makes. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keptLaps } from "../../lambda/adapters/postgres/ledger/run/laps.ts";
import { countingAnew, countingInServer } from "../../lambda/adapters/postgres/proof/counted-relations.ts";
import { connect } from "../../lambda/adapters/postgres/session/connection.ts";
import { load, openTarget } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import {
  closedGate,
  copied,
  cutOff,
  finalize,
  LIST,
  makeGate,
  pet,
  proof,
  schema,
  waiting,
} from "../support/invocations.ts";
import { linesOf, SPOILED } from "../support/ledger.ts";
import { query } from "../support/migration.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
  await makeGate(database.url);
});
afterEach(() => database.drop());

const ready = async (list: readonly Item[]) => {
  await copied(database.url, list);
  expect(await finalize(database.url, list)).toBe(true);
};
/** What the server computes on its own account, as it goes over the wire. */
const KEEPING = /^Q[\s\S]*insert into migration_ledger\.lap/;
const COUNTING = /^Q[\s\S]*insert into migration_ledger\.lap[\s\S]*'relation [\s\S]*passed_gate/;
/** The last that a proof reads of its tables. */
const READING = /is false\) found/;

const killed = (last: RegExp, list: readonly Item[]) =>
  cutOff(database.url, "kill", last, (url, how) => proof(url, list, how));

/** Without what tells the time, and the way to the database, which leads through a proxy. */
const told = ({ startedAt, finishedAt, timings, phases, target, ...report }: Report) => report;

describe("I9: a proof that is killed at everything the server computes for it ends as one that is not", () => {
  it.each([
    ["keeps every promise", LIST],
    ["breaks some", [...LIST, pet("d", "d", "nobody"), pet("e", "a")]],
  ] as const)("of data that %s", async (_, list) => {
    await ready(list);
    const whole = await proof(database.url, list);
    expect(whole.verdict).toBe(list === LIST ? "verified" : "discrepant");
    expect(await linesOf(database.url, "laps")).toEqual([]);
    await killed(READING, list);
    let invocations = 1;
    let report = await killed(KEEPING, list);
    for (; report === undefined; report = await killed(KEEPING, list)) {
      invocations += 1;
      expect(invocations).toBeLessThan(20);
    }
    // Two readings of the lines, then the check, the foreign key, and whatever is not vouched for.
    expect(invocations).toBeGreaterThanOrEqual(5);
    expect(told(report)).toEqual(told(whole));
    expect(await linesOf(database.url, "laps")).toEqual([]);
  });
});

it("a count that outlasts its invocation goes on, is waited for, and is not begun twice", async () => {
  await ready(LIST);
  let last: Promise<Report>;
  {
    await using _ = await closedGate(database.url);
    // Whoever reads it for a proof is ended with the process, and only the next one leaves it to the server.
    await killed(READING, LIST);
    await expect.poll(() => waiting(database.url)).toEqual([]);
    const cut = killed(COUNTING, LIST);
    const counting = [expect.stringContaining("insert into migration_ledger")];
    await expect.poll(() => waiting(database.url)).toEqual(counting);
    expect(await cut).toBeUndefined();
    const time = new AbortController();
    const next = proof(database.url, LIST, { signal: time.signal });
    await expect.poll(async () => (await waiting(database.url)).length).toBe(2);
    time.abort();
    expect((await next).verdict).toBe("incomplete");
    last = proof(database.url, LIST);
  }
  expect((await last).verdict).toBe("verified");
});

it("I9: what the server has counted is counted anew where something was written since", async () => {
  await ready(LIST);
  await killed(READING, LIST);
  for (let laps = 0; laps < 4; laps += 1) await killed(KEEPING, LIST);
  const kept = async () =>
    (await linesOf<{ what: string }>(database.url, "laps")).filter(({ what }) => what.startsWith("relation "));
  await expect.poll(kept).toHaveLength(2);
  await query(
    database.url,
    "alter table pets disable trigger all; update pets set owner_id = 'nobody' where pet_id = 'a'",
  );
  expect((await proof(database.url, LIST)).discrepancies.map(({ check }) => check)).toContain("relations");
});

it("I9: what was written to between being kept and being told is counted anew", async () => {
  await ready(LIST);
  await using target = openTarget(database.url, load(schema));
  const run = must((await target.runs.list())[0], "there is a run");
  const pets = must(load(schema).tables[1], "pets are the second table");
  await using session = await connect(database.url, "test");
  const select =
    "select array[pet_id] as key, null::text as source, null::text[] as parent from pets where owner_id = 'nobody'";
  const count = async () => {
    const counted = await countingAnew(session, run, await keptLaps(session, run))(pets, select, []);
    return counted.count;
  };
  const server = { run: async (sql: string) => void (await session.query(sql)) };
  await countingInServer(session, server, run, new Map())(pets, select, []);
  await query(database.url, SPOILED.lapsReplaced('[{"count":7,"key":["a"],"source":null}]'));
  expect(await count()).toBe(7);
  await query(database.url, "update pets set tag = 'another' where pet_id = 'a'");
  expect(await count()).toBe(0);
});
