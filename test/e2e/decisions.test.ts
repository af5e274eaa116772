/** What an operator decides about a run: stopped, accepted, sealed, forgotten; and what a sealed run refuses. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reportText } from "../../lambda/adapters/report/text.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { keyedHash } from "../../lambda/domain/decode/fingerprint.ts";
import { must } from "../../lambda/domain/must.ts";
import { defineTables } from "../../lambda/mapping/index.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { runDropLedger } from "../../lambda/verbs/drop-ledger.ts";
import { runListQuarantine } from "../../lambda/verbs/list-quarantine.ts";
import { runReport } from "../../lambda/verbs/report.ts";
import { planRollback, runRollback } from "../../lambda/verbs/rollback.ts";
import { runSeal } from "../../lambda/verbs/seal.ts";
import { runStatus } from "../../lambda/verbs/status.ts";
import { runStop } from "../../lambda/verbs/stop.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { beforePages, migrateTrial, query, quiet, repairTrial, verifyTrial } from "../support/migration.ts";
import { GOOD, owner, pet, schema } from "../support/pets.ts";
import { held } from "../support/reports.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[], options = {}) =>
  beginTrial({ url: database.url, schema, items: list, options });
const verify = async (list: readonly Item[]) =>
  await verifyTrial({ target: database.url, schema, options: {} }, memorySource(list));
const place = () => ({ target: database.url, schema });
const newest = () => ({ target: database.url, run: undefined });
const accept = (key: string[], reason = "a test account") => runAccept({ ...place(), key, reason });
const seal = (force = false) => runSeal({ ...newest(), force });

const rotten = pet("2", "c", { Weight: { S: "heavy" } });
const key = ["OWNER#2", "PET#c"];

describe("accept", () => {
  it("I9: an item in quarantine, with a reason: verified, and the verdict says how many were let go", async () => {
    expect((await migrate([...GOOD, rotten])).verdict).toBe("discrepant");
    await accept(key);
    const report = await verify([...GOOD, rotten]);
    expect(report).toMatchObject({ verdict: "verified", accepted: 1, discrepancies: [], items: { quarantined: 1 } });
    expect(report.quarantine).toMatchObject([{ count: 1, accepted: 1, examples: [{ accepted: "a test account" }] }]);
    expect(reportText(report)).toMatch(/^VERIFIED \(1 accepted\) /);
    // A new pass meets the same item, and it is still let go.
    expect(await migrate([...GOOD, rotten])).toMatchObject({ verdict: "verified", accepted: 1 });
  });

  it("I9: holds for the item as it is: one that changes is told again", async () => {
    await migrate([...GOOD, rotten]);
    await accept(key);
    const other = pet("2", "c", { Weight: { S: "heavier" } });
    expect(await migrate([...GOOD, other])).toMatchObject({ verdict: "discrepant" });
  });

  it("an item that waits behind another one's row", async () => {
    const twice = [...GOOD, owner("7"), pet("1", "z"), pet("7", "z", { Tag: { S: "another tag" } })];
    const report = await migrate(twice);
    expect(report.discrepancies).toMatchObject([{ check: "completeness", subject: "pets" }]);
    const loser = must(report.discrepancies[0]?.examples[0]?.source, "the one that waits is named");
    const parsed: Record<string, { S: string }> = JSON.parse(loser);
    await accept(Object.values(parsed).map(({ S }) => S));
    expect(await verify(twice)).toMatchObject({ verdict: "verified", accepted: 1 });
  });

  it("by the hash that stands for it in a log", async () => {
    await migrate([...GOOD, rotten]);
    const { logKey, groups } = await runListQuarantine({ ...place(), limit: 5 });
    const { source } = must(groups[0]?.examples[0], "one is in quarantine");
    await accept([`#${keyedHash(logKey, source)}`]);
    expect((await verify([...GOOD, rotten])).verdict).toBe("verified");
  });

  it.each([
    ["that is in no trouble", ["OWNER#1", "METADATA"], "why"],
    ["that is not there", ["OWNER#99", "PET#c"], "why"],
    ["without a reason", ["OWNER#2", "PET#c"], " "],
  ])("an item %s is refused", async (_, which, reason) => {
    await migrate([...GOOD, rotten]);
    await expect(accept(which, reason)).rejects.toThrow();
    expect((await verify([...GOOD, rotten])).verdict).toBe("discrepant");
  });

  it("a partition of several is refused until the sort key is said", async () => {
    const two = [rotten, pet("2", "d", { Weight: { S: "heavy" } })];
    await migrate([...GOOD, ...two]);
    await expect(accept(["OWNER#2"])).rejects.toMatchObject({ code: "not-accepted" });
  });
});

describe("stop", () => {
  const many = Array.from({ length: 400 }, (_, at) => owner(`o${at}`));

  it("ends every worker at its next page as time running out does; migrate goes on", async () => {
    let stopped = false;
    const report = await migrateTrial({
      url: database.url,
      schema,
      source: memorySource(many, "memory:test", 10),
      options: { units: 4, concurrency: 2 },
      around: beforePages(async (page) => {
        if (page === 3) {
          await runStop(newest());
          stopped = true;
        }
        // Whoever looks does so four times a second; pages would be over before.
        if (stopped) await new Promise((resolve) => setTimeout(resolve, 300));
      }),
    });
    expect(report).toMatchObject({ verdict: "incomplete", pass: 1 });
    expect(report.items.read).toBeLessThan(400);
    expect((await runStatus(database.url)).is.stopping).toBe(true);
    expect(await migrate(many)).toMatchObject({ verdict: "verified", pass: 1, items: { read: 400 } });
    expect((await runStatus(database.url)).is.stopping).toBe(false);
  });

  it("says so where there is nothing to stop", async () => {
    await migrate(GOOD);
    await expect(runStop(newest())).rejects.toMatchObject({ code: "no-run" });
  });
});

describe("seal", () => {
  it("refuses a run that is not proven, unless it is forced", async () => {
    await migrate([...GOOD, rotten]);
    await expect(seal()).rejects.toMatchObject({ code: "not-proven" });
    await accept(key);
    await expect(seal()).rejects.toMatchObject({ code: "not-proven" });
    await verify([...GOOD, rotten]);
    await seal();
    expect((await runStatus(database.url)).is.sealed).toBe(true);
  });

  it("proves anew, and refuses what is not so any more, with what is the matter; without a proof the newest counts, however old", async () => {
    const report = await migrate(GOOD);
    await query(database.url, "delete from visits");
    const proving = { ...place(), options: {}, edge: quiet(), source: memorySource(GOOD) };
    await expect(runSeal({ ...newest(), force: false, proving })).rejects.toMatchObject({
      code: "not-proven",
      findings: [{ where: "visits", remedy: expect.stringContaining("repair") }, { where: "run 1" }],
    });
    expect((await runStatus(database.url)).is).toMatchObject({ sealed: false, verdict: "discrepant" });
    await repairTrial({ ...place(), options: {}, force: false }, memorySource(GOOD));
    const { provenAt = "" } = await runSeal({ ...newest(), force: false, proving });
    expect(Date.parse(provenAt)).toBeGreaterThan(Date.parse(report.finishedAt));
    expect((await seal()).provenAt).toBe(provenAt);
  });

  it("is not done by the proof of another mapping, nor by one that has not ended", async () => {
    await migrate(GOOD);
    const proving = { ...place(), options: {}, edge: quiet(), source: memorySource(GOOD) };
    const other = {
      ...proving,
      schema: { ...schema, tables: defineTables({ ...schema.tables, more: schema.tables.pets }) },
    };
    await expect(runSeal({ ...newest(), force: false, proving: other })).rejects.toMatchObject({ code: /mapping/ });
    const stopped = { ...proving, edge: quiet(AbortSignal.abort()) };
    await expect(runSeal({ ...newest(), force: false, proving: stopped })).rejects.toMatchObject({
      code: "not-proven",
    });
    expect((await runStatus(database.url)).is.sealed).toBe(false);
  });

  it("refuses a run that has not ended, forced or not", async () => {
    await migrateTrial({ url: database.url, schema, items: GOOD, signal: AbortSignal.abort() });
    await expect(seal(true)).rejects.toMatchObject({ code: "not-proven" });
  });

  it("I12: a sealed run copies, repairs and takes back no more; it can still be looked at", async () => {
    await migrate(GOOD);
    await seal();
    await query(database.url, "delete from visits");
    await expect(migrate(GOOD, { prune: true })).rejects.toMatchObject({ code: "sealed" });
    await expect(repairTrial({ ...place(), options: {}, force: true }, memorySource(GOOD))).rejects.toMatchObject({
      code: "sealed",
    });
    await expect(runRollback({ ...place(), force: true })).rejects.toMatchObject({ code: "sealed" });
    expect(await query(database.url, "select count(*)::int as rows from pets")).toEqual([{ rows: 2 }]);
    expect(held(await verify(GOOD)).verdict).toBe("discrepant");
    await expect(planRollback(place())).rejects.toMatchObject({ code: "sealed" });
    // What it has found since can be mended by nothing that is refused: none of it is told as a remedy.
    const found = await runReport(database.url, undefined);
    expect(reportText(found.report)).toMatch(/^DISCREPANT .*The run is sealed/);
    expect(must(found.report.causes[0], "it differs").remedy).toContain("run repair");
    expect(reportText(found.report)).not.toContain("run repair");
    // Nor does it stand in the way of what is done already; the proof that counted was made before.
    expect(await seal()).toEqual({ run: 1, letGo: [] });
    // Whoever asks is told what was found last.
    expect((await runStatus(database.url)).is).toMatchObject({ sealed: true, verdict: "discrepant" });
  });
});

describe("drop-ledger", () => {
  it("removes the ledger of sealed runs, and no row", async () => {
    await migrate(GOOD);
    await expect(runDropLedger(newest())).rejects.toMatchObject({ code: "not-sealed" });
    await seal();
    expect(await runDropLedger(newest())).toEqual({ runs: 1 });
    expect(await query(database.url, "select to_regnamespace('migration_ledger')::text as is")).toEqual([{ is: null }]);
    expect(await query(database.url, "select count(*)::int as rows from pets")).toEqual([{ rows: 2 }]);
    expect(await runDropLedger(newest())).toEqual({ runs: 0 });
  });
});

it("list-quarantine shows every reason with its number, and as many examples as asked for", async () => {
  const bad = ["c", "d", "e"].map((id) => pet("2", id, { Weight: { S: "heavy" } }));
  await migrate([...GOOD, ...bad, { PK: { S: "?" }, SK: { S: "?" } }]);
  const { groups } = await runListQuarantine({ ...place(), limit: 2 });
  expect(groups.map(({ reason, entity, count, examples }) => [reason, entity, count, examples?.length])).toEqual([
    ["no-entity", null, 1, 1],
    ["wrong-type", "Pet", 3, 2],
    ["superseded", "Visit", 1, 1],
  ]);
  expect((await runListQuarantine({ ...place(), limit: 0 })).groups).toHaveLength(3);
});
