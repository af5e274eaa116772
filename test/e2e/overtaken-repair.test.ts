/** Repairs, and proofs beside them, that are overtaken by another process in the worst moment: what they then do must do no harm. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { load, type OpenTarget, openTarget } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { versionsByItem } from "../../lambda/domain/decode/copies.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { must } from "../../lambda/domain/must.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import type { Run } from "../../lambda/ports/runs.ts";
import { runRepair } from "../../lambda/verbs/repair.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { runSeal } from "../../lambda/verbs/seal.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { runAt, SPOILED } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { beforePages, migrateTrial, query, quiet, repairTrial, verifyTrial } from "../support/migration.ts";
import { GOOD, schema } from "../support/pets.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const edge = quiet();
const migrate = (items: readonly Item[] = GOOD, options = {}, around?: (target: Target) => Target) =>
  beginTrial({ url: database.url, schema, items, options, ...(around === undefined ? {} : { around }) });
const task = { schema, options: {} };
const verify = async (items = GOOD) => await verifyTrial({ ...task, target: database.url }, memorySource(items));
const repair = async (items = GOOD, force = false) =>
  await repairTrial({ ...task, target: database.url, force }, memorySource(items));
const place = () => ({ target: database.url, schema });
const newest = () => ({ target: database.url, run: undefined });
const built = async () =>
  (
    await query(
      database.url,
      "select from pg_constraint where contype in ('f', 'u') and connamespace = 'public'::regnamespace",
    )
  ).length;

/** A process that has looked at the run, and acts later. */
async function late(work: (target: OpenTarget, run: Run) => Promise<unknown>, meanwhile: () => Promise<unknown>) {
  await using target = openTarget(database.url, load(schema));
  const run = must((await target.runs.list())[0], "there is a run");
  await meanwhile();
  return await work(target, run);
}

describe("I9: a proof that a repair has overtaken", () => {
  it("is kept by nobody, and the repair ends what it began", async () => {
    await migrate();
    const before = await built();
    await late(
      async (target, run) => {
        const { run: repairing } = await target.repairs.begin(run, false);
        expect(await built()).toBeLessThan(before);
        await expect(target.runs.enter(run, "ended", must(run.report, "it was proven"))).rejects.toMatchObject({
          code: "moved-on",
        });
        expect(repairing.phase).toBe("repair");
      },
      async () => undefined,
    );
    await expect(runSeal({ ...newest(), force: true })).rejects.toThrow();
    expect((await repair()).verdict).toBe("verified");
    expect(await built()).toBe(before);
  });

  it("two repairs at once leave every constraint in its place", async () => {
    await migrate();
    const before = await built();
    await query(database.url, "delete from visits");
    await Promise.allSettled([repair(), repair(), verify()]);
    if ((await runAt(database.url)).phase !== "ended") await repair();
    expect(await built()).toBe(before);
    expect((await repair()).verdict).toBe("verified");
  });
});

describe("a repair that was overtaken", () => {
  it("I12: writes nothing in a run that was sealed since", async () => {
    await migrate();
    await query(database.url, "delete from pets where pet_id = 'a'");
    await late(
      async (target, run) => {
        const { run: repairing } = await target.repairs.begin(run, true);
        const items = await target.repairs.next(repairing);
        await migrate();
        await query(database.url, "insert into pets values ('a', '1', 'theirs', 77)");
        await query(database.url, SPOILED.run("phase = 'ended', sealed_at = now()"));
        const decode = decoder(load(schema), { source: "memory:test", expiredAt: 0n });
        const now = versionsByItem(GOOD.map((item) => decode({ item })));
        await expect(target.repairs.mend(repairing, items, now)).rejects.toMatchObject({ code: "moved-on" });
      },
      async () => undefined,
    );
    expect(await query(database.url, "select tag from pets where pet_id = 'a'")).toEqual([{ tag: "theirs" }]);
  });

  it("I3: does not take a pass that has begun since for one that has ended", async () => {
    await migrate();
    const stopping = new AbortController();
    await late(
      (target, run) => expect(target.repairs.begin(run, false)).rejects.toMatchObject({ code: "no-run" }),
      () =>
        migrateTrial({
          url: database.url,
          schema,
          items: GOOD,
          options: { units: 4, concurrency: 1 },
          signal: stopping.signal,
          around: beforePages((page) => page === 2 && stopping.abort()),
        }),
    );
    expect(await migrate(GOOD, { prune: true })).toMatchObject({ verdict: "verified", pass: 2 });
  });

  it("does not take a run back from its rollback", async () => {
    await migrate();
    await query(database.url, SPOILED.run("phase = 'rollback'"));
    await expect(repair()).rejects.toMatchObject({ code: "in-use" });
    await runRollback({ ...place(), force: true });
  });

  it("I12: does not write over what has come since, nor with leave that was given to another one", async () => {
    await migrate();
    await query(
      database.url,
      "alter table pets drop constraint pets_owner_id_fkey; delete from owners where owner_id = '1'",
    );
    await query(database.url, "update pets set tag = 'changed here' where pet_id = 'b'");
    const stopped = await runRepair(
      { ...task, target: database.url, force: true },
      { ...edge, signal: AbortSignal.abort() },
      memorySource(GOOD),
    );
    expect(stopped.report.verdict).toBe("incomplete");
    await query(database.url, "insert into owners (owner_id, name, phone, rank) values ('1', 'by hand', '7', 7)");
    const report = await repair();
    expect(report.verdict).toBe("discrepant");
    expect(await query(database.url, "select name from owners where owner_id = '1'")).toEqual([{ name: "by hand" }]);
    expect(await query(database.url, "select tag from pets where pet_id = 'b'")).toEqual([{ tag: "changed here" }]);
    expect((await repair(GOOD, true)).verdict).toBe("verified");
  });

  it("tells of a row that a trigger of others refuses, and ends", async () => {
    await migrate();
    await query(database.url, "delete from visits");
    await query(
      database.url,
      "create function f() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$",
    );
    await query(database.url, "create trigger t before insert on visits for each row execute function f()");
    expect(await repair()).toMatchObject({ verdict: "discrepant", repaired: { rows: 0, left: 1 } });
    await query(database.url, "drop trigger t on visits");
    expect(await repair()).toMatchObject({ verdict: "verified", repaired: { rows: 1 } });
  });
});
