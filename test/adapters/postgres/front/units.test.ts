/** Units in the ledger: planned once, claimed by one, and only what was committed counts. */

import { afterEach, beforeEach, expect, it } from "vitest";
import { load, openTarget } from "../../../../lambda/compose.ts";
import type { Item } from "../../../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../../../lambda/domain/decode/decoder.ts";
import { partsOf } from "../../../../lambda/domain/decode/mapping-parts.ts";
import { must } from "../../../../lambda/domain/must.ts";
import { defineItems, defineTables, table, text } from "../../../../lambda/mapping/index.ts";
import { pageWrite } from "../../../../lambda/pipeline/page-write.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { ledgerOf, linesOf, SPOILED } from "../../../support/ledger.ts";
import { query } from "../../../support/migration.ts";

const tables = defineTables({ things: { id: text().primaryKey() } });
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("Thing", { pk: "T#{id}" }, ({ key }) => [into("things", { id: key.id })]),
]);
const mapping = load({ tables, items });
const decode = decoder(mapping, { source: "test", expiredAt: 0n });
const thing = (id: string): Item => ({ PK: { S: `T#${id}` } });
const page = (ids: readonly string[], next?: string) =>
  pageWrite({ records: ids.map((id) => ({ item: thing(id) })), ...(next === undefined ? {} : { next }) }, decode);

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const begin = async (target: ReturnType<typeof openTarget>, units: readonly string[]) => {
  const run = await target.runs.open({
    source: "test",
    mapping: "m",
    parts: partsOf(mapping),
    remap: false,
    now: new Date(),
  });
  await target.tables.prepare(run);
  await target.queue.plan(run, units);
  return run;
};

it("I11: two processes never hold one unit, and both together hold them all", async () => {
  await using one = openTarget(database.url, mapping);
  await using other = openTarget(database.url, mapping);
  const run = await begin(one, ["a", "b", "c"]);
  const claims = await Promise.all([
    one.queue.claim(run),
    other.queue.claim(run),
    one.queue.claim(run),
    other.queue.claim(run),
  ]);
  expect(claims.flatMap((claim) => (claim === undefined ? [] : [claim.unit])).sort()).toEqual(["a", "b", "c"]);
  for (const claim of claims) await claim?.release();
  // The twin: a lock that is let go can be had by the other.
  const again = must(await other.queue.claim(run), "all are free again");
  expect(again.unit).toBe("a");
  await again.release();
});

it("I11: a worker whose connection was cut cannot commit, and its unit is free", async () => {
  await using one = openTarget(database.url, mapping);
  await using other = openTarget(database.url, mapping);
  const run = await begin(one, ["a"]);
  const lost = must(await one.queue.claim(run), "the only unit");
  await lost.commit(page(["1"], "next"));
  await query(
    database.url,
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
  );
  await expect(lost.commit(page(["2"]))).rejects.toThrow();
  const taken = must(await other.queue.claim(run), "the lock died with the connection");
  expect(taken.cursor).toBe("next");
  expect(await query(database.url, "select id from things")).toEqual([{ id: "1" }]);
  await taken.release();
  await lost.release();
});

it("I3: a page that fails leaves no row, no line and no cursor", async () => {
  await using target = openTarget(database.url, mapping);
  const run = await begin(target, ["a"]);
  const claim = must(await target.queue.claim(run), "the only unit");
  const failing = page(["1", "2"], "next");
  const broken = {
    ...failing,
    items: {
      *[Symbol.iterator]() {
        yield* failing.items;
        throw new Error("in the middle of a page");
      },
      at: failing.items.at,
    },
  };
  await expect(claim.commit(broken)).rejects.toThrow("in the middle of a page");
  expect(await query(database.url, "select from things")).toHaveLength(0);
  expect(await linesOf(database.url, "contributions")).toEqual([]);
  // The twin, and I4: the same page again, twice.
  await claim.commit(failing);
  await claim.commit(failing);
  expect(await query(database.url, "select id from things order by 1")).toEqual([{ id: "1" }, { id: "2" }]);
  expect((await target.queue.tally(run)).entities.Thing).toMatchObject({ read: 4, migrated: 2, unchanged: 2 });
  await claim.release();
});

it("the first plan of a pass stands", async () => {
  await using target = openTarget(database.url, mapping);
  const run = await begin(target, ["a", "b"]);
  await target.queue.plan(run, ["x", "y", "z"]);
  expect((await target.queue.progress(run)).units).toBe(2);
});

it("a changed mapping is refused with the way out", async () => {
  await using target = openTarget(database.url, mapping);
  await begin(target, ["a"]);
  const parts = { ...partsOf(mapping), keys: "others" };
  await expect(
    target.runs.open({ source: "test", mapping: "other", parts, remap: false, now: new Date() }),
  ).rejects.toMatchObject({
    code: "mapping-changed",
  });
});

it("a row Postgres refuses is isolated: its item is quarantined and the rest of the page is written", async () => {
  await using target = openTarget(database.url, mapping);
  const run = await begin(target, ["a"]);
  await query(database.url, "alter table things add constraint short check (length(id) < 5)");
  const claim = must(await target.queue.claim(run), "the only unit");
  await claim.commit(page(["1", "2", "far too long", "4", "5"]));
  await claim.release();
  expect(await query(database.url, "select id from things order by 1")).toEqual(
    ["1", "2", "4", "5"].map((id) => ({ id })),
  );
  expect(await linesOf(database.url, "quarantine")).toMatchObject([
    { reason: "postgres-refused", body: expect.stringContaining("far too long") },
  ]);
  expect((await target.queue.tally(run)).entities.Thing).toMatchObject({ read: 5, migrated: 4, quarantined: 1 });
  expect(await target.queue.progress(run)).toEqual({
    stopping: false,
    units: 1,
    done: 1,
    pages: 1,
    read: 5,
    migrated: 4,
    quarantined: 1,
  });
});

it("a phase is never taken back, and a pass that another process has ended is told", async () => {
  await using target = openTarget(database.url, mapping);
  const run = await begin(target, ["a"]);
  await target.runs.enter(run, "build");
  await target.runs.enter(run, "verify");
  expect(await target.runs.enter(run, "build")).toMatchObject({ phase: "verify" });
  await target.runs.enter(run, "ended");
  expect(await target.runs.enter(run, "verify")).toMatchObject({ phase: "ended" });
  expect(
    await target.runs.open({ source: "test", mapping: "m", parts: partsOf(mapping), remap: false, now: new Date() }),
  ).toMatchObject({
    pass: 2,
    phase: "copy",
  });
  await expect(target.runs.enter(run, "ended")).rejects.toMatchObject({ code: "moved-on" });
});

it("a process that comes late neither takes constraints down nor builds them in another's pass", async () => {
  await using target = openTarget(database.url, mapping);
  const run = await begin(target, ["a"]);
  await query(database.url, SPOILED.run("phase = 'ended'"));
  await query(database.url, "drop table things");
  await target.tables.prepare(run);
  await target.tables.complete(run, false, new AbortController().signal);
  expect(await query(database.url, "select to_regclass('things') as table")).toEqual([{ table: null }]);
});

it("I5: pages that give the same keys in opposite orders both end, however often Postgres has to give one up", async () => {
  await using target = openTarget(database.url, wide);
  const run = await begin(target, ["a", "b"]);
  const [one, other] = [must(await target.queue.claim(run), "one"), must(await target.queue.claim(run), "the other")];
  // Each item is larger than a batch, so its keys are locked before those of the next.
  const pageOf = (page: number, ids: readonly string[], by: string) => {
    const records = ids.map((id) => ({ item: edge(`${page}-${id}`, by) }));
    return pageWrite({ records, next: String(page) }, decoder(wide, { source: "test", expiredAt: 0n }));
  };
  const pages = 2;
  for (let at = 0; at < pages; at += 1) {
    await Promise.all([one.commit(pageOf(at, ["x", "y"], "one")), other.commit(pageOf(at, ["y", "x"], "other"))]);
  }
  expect(await query(database.url, "select from edges")).toHaveLength(2 * pages);
  const { contributions, parked } = await ledgerOf(database.url, "contributions", "parked");
  expect([contributions?.length, parked?.length]).toEqual([4 * pages, 2 * pages]);
  await one.release();
  await other.release();
  // The twin: without a deadlock nothing was shown.
  await expect
    .poll(async () => (await query<{ deadlocks: number }>(database.url, DEADLOCKS))[0]?.deadlocks)
    .toBeGreaterThan(0);
});

const DEADLOCKS = "select deadlocks::int from pg_stat_database where datname = current_database()";
const wideTables = defineTables({ edges: table({ id: text().primaryKey(), note: text() }).duplicates("identical") });
const wide = load({
  tables: wideTables,
  items: defineItems(wideTables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
    item("Edge", { pk: "E#{id}", sk: "{by}" }, ({ key, attr }) => [into("edges", { id: key.id, note: attr("Note") })]),
  ]),
});
const LARGER_THAN_A_BATCH = "x".repeat(4_100_000);
const edge = (id: string, by: string): Item => ({
  PK: { S: `E#${id}` },
  SK: { S: by },
  Note: { S: LARGER_THAN_A_BATCH },
});

it("I12: what stands in a column that nobody gives is noted row by row, also where rows would be copied", async () => {
  await using target = openTarget(database.url, mapping);
  const run = await begin(target, ["a"]);
  const claim = must(await target.queue.claim(run), "the only unit");
  await claim.commit(page(["1"], "next"));
  await query(database.url, "alter table things add column note text, alter note set default 'theirs'");
  await claim.commit(page(["2", "3"]));
  await claim.release();
  expect(await query(database.url, "select * from things order by id")).toEqual([
    { id: "1", note: null },
    { id: "2", note: "theirs" },
    { id: "3", note: "theirs" },
  ]);
  expect((await linesOf(database.url, "ungiven")).map(({ key }) => key)).toEqual([["2"], ["3"]]);
});
