/** Processes that decide on what was: each is overtaken by another one in the worst moment, and what it then does must do no harm. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { load, type OpenTarget, openTarget } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { must } from "../../lambda/domain/must.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import type { Run } from "../../lambda/ports/runs.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { runDropLedger } from "../../lambda/verbs/drop-ledger.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { runSeal } from "../../lambda/verbs/seal.ts";
import { runStop } from "../../lambda/verbs/stop.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { runAt } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { beforePages, migrateTrial, query, verifyTrial } from "../support/migration.ts";
import { otherSession, untilWaiting } from "../support/other-session.ts";
import { GOOD, pet, schema } from "../support/pets.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (items: readonly Item[] = GOOD, options = {}, around?: (target: Target) => Target) =>
  beginTrial({ url: database.url, schema, items, options, ...(around === undefined ? {} : { around }) });
const task = { schema, options: {} };
const verify = async (items = GOOD) => await verifyTrial({ ...task, target: database.url }, memorySource(items));
const place = () => ({ target: database.url, schema });
const newest = () => ({ target: database.url, run: undefined });
const rows = async (name: string) => (await query(database.url, `select from ${name}`)).length;

/** A process that has looked at the run, and acts later. */
async function late(work: (target: OpenTarget, run: Run) => Promise<unknown>, meanwhile: () => Promise<unknown>) {
  await using target = openTarget(database.url, load(schema));
  const run = must((await target.runs.list())[0], "there is a run");
  await meanwhile();
  return await work(target, run);
}

describe("a pass that reads nothing and is interrupted", () => {
  it("I12: prunes nothing when it is gone on with, whatever the source holds by then", async () => {
    await migrate();
    const crashing = (target: Target): Target => ({
      ...target,
      tables: { ...target.tables, complete: () => Promise.reject(new Error("crashed")) },
    });
    await expect(migrate([], { prune: true }, crashing)).rejects.toThrow("crashed");
    await expect(migrate([], { prune: true })).rejects.toMatchObject({ code: "nothing-read" });
    expect([await rows("pets"), await rows("owners")]).toEqual([2, 2]);
    expect(await migrate(GOOD, { prune: true })).toMatchObject({ verdict: "verified" });
  });
});

it("I3: a page that is being written holds its run where it is: what would move it on waits for the commit", async () => {
  await using somebody = await otherSession(database.url);
  // The page has begun, and waits for a table.
  const copying = migrate(
    GOOD,
    { units: 1, concurrency: 1 },
    beforePages(() => somebody.run("begin; lock pets in share mode")),
  );
  await untilWaiting(database.url, 1, copying);
  await late(
    async (target, run) => {
      const moving = target.runs.enter(run, "build");
      await untilWaiting(database.url, 2, moving);
      expect((await runAt(database.url)).phase).toBe("copy");
      await somebody.run("commit");
      expect((await moving).phase).toBe("build");
      // Whatever was moved on from is there, whole.
      expect(await rows("pets")).toBe(2);
    },
    async () => undefined,
  );
  expect((await copying).verdict).toBe("verified");
});

it("I12: seal decides on what the run is, not on what it was", async () => {
  await migrate();
  const stopping = new AbortController();
  await late(
    (target, run) => expect(target.decisions.seal(run, true)).rejects.toMatchObject({ code: "moved-on" }),
    () =>
      migrateTrial({
        url: database.url,
        schema,
        items: GOOD,
        signal: stopping.signal,
        around: beforePages(() => stopping.abort()),
      }),
  );
  expect(await migrate()).toMatchObject({ verdict: "verified", pass: 2 });
});

it("a wish to stop holds for whoever was at work when it was made, whoever begins then", async () => {
  const many = Array.from({ length: 300 }, (_, at) => pet("1", `m${at}`));
  let asked = false;
  const report = await migrateTrial({
    url: database.url,
    schema,
    source: memorySource([...GOOD, ...many], "memory:test", 10),
    options: { units: 2, concurrency: 1 },
    around: beforePages(async (page) => {
      if (page === 3) {
        await runStop(newest());
        asked = true;
        await using target = openTarget(database.url, load(schema));
        const run = must((await target.runs.list())[0], "there is a run");
        await target.runs.open({
          source: run.source,
          mapping: run.mapping,
          parts: must(run.parts, "kept"),
          remap: false,
          now: new Date(),
        });
      }
      if (asked) await new Promise((resolve) => setTimeout(resolve, 300));
    }),
  });
  expect(report.verdict).toBe("incomplete");
});

describe("I9: an acceptance", () => {
  const two = defineTables({ a: { id: text().primaryKey(), v: text() }, b: { id: text().primaryKey(), v: text() } });
  const both = {
    tables: two,
    items: defineItems(two, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("X", { pk: "X#{n}" }, ({ attr }) => [
        into("a", { id: attr("A"), v: attr("V") }),
        into("b", { id: attr("B"), v: attr("V") }),
      ]),
    ]),
  };
  const x = (n: number, a: string, b: string): Item => ({
    PK: { S: `X#${n}` },
    A: { S: a },
    B: { S: b },
    V: { S: String(n) },
  });
  const run = (items: readonly Item[]) => migrateTrial({ url: database.url, schema: both, items });

  it("of what an item lost hides nothing that it loses later", async () => {
    // Whichever holds the row, the other one is accepted; then a third one takes its other row, too.
    const report = await run([x(1, "same", "one"), x(2, "same", "two")]);
    const { source = "" } = must(report.discrepancies[0]?.examples[0], "one waits");
    const { PK }: { PK: { S: string } } = JSON.parse(source);
    await runAccept({ target: database.url, schema: both, key: [PK.S], reason: "known" });
    expect(await run([x(1, "same", "one"), x(2, "same", "two")])).toMatchObject({ verdict: "verified", accepted: 1 });
    const other = PK.S === "X#1" ? "one" : "two";
    const more = Array.from({ length: 8 }, (_, at) => x(at + 3, `own ${at}`, other));
    expect((await run([x(1, "same", "one"), x(2, "same", "two"), ...more])).verdict).toBe("discrepant");
  });
});

describe("a rollback that is refused", () => {
  it("I12: because of a view of others has changed nothing, and the run goes on", async () => {
    await query(
      database.url,
      "create table visits (visit_id text primary key, at timestamptz not null, note text not null)",
    );
    await migrate();
    await query(database.url, "create view busy as select owner_id from pets");
    await expect(runRollback({ ...place(), force: true })).rejects.toMatchObject({ code: "rollback-refused" });
    expect(await rows("visits")).toBe(1);
    expect((await verify()).verdict).toBe("verified");
    await query(database.url, "drop view busy");
    await runRollback({ ...place(), force: true });
    expect(await rows("visits")).toBe(0);
  });

  it("I10: names rows to a terminal, and to nobody else", async () => {
    await migrate();
    await query(database.url, "update pets set tag = 'changed' where pet_id = 'a'");
    await expect(runRollback({ ...place(), force: false })).rejects.toMatchObject({
      findings: [{ where: "table pets", keys: ["(a)"] }],
    });
  });
});

it("drop-ledger takes no view of others with it", async () => {
  await migrate();
  await runSeal({ ...newest(), force: false });
  await query(database.url, "create view mine as select source from migration_ledger.contribution");
  await expect(runDropLedger(newest())).rejects.toMatchObject({ code: "rollback-refused" });
  await query(database.url, "drop view mine");
  expect(await runDropLedger(newest())).toEqual({ runs: 1 });
});

it("tables that a sealed run has made are nobody else's to fill", async () => {
  await migrate();
  await runSeal({ ...newest(), force: false });
  await expect(
    migrateTrial({ url: database.url, schema, source: memorySource(GOOD, "memory:another") }),
  ).rejects.toMatchObject({ code: "sealed" });
});
