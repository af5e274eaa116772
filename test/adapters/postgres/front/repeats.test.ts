/** Copies of items in the ledger: what is kept of them, and when it counts. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { load, openTarget } from "../../../../lambda/compose.ts";
import type { Item } from "../../../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../../../lambda/domain/decode/decoder.ts";
import { partsOf } from "../../../../lambda/domain/decode/mapping-parts.ts";
import { must } from "../../../../lambda/domain/must.ts";
import { defineItems, defineTables, text } from "../../../../lambda/mapping/index.ts";
import { pageWrite } from "../../../../lambda/pipeline/page-write.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { linesOf } from "../../../support/ledger.ts";

const tables = defineTables({ things: { id: text().primaryKey(), v: text() } });
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into, ignoreItem }) => [
  item("Thing", { pk: "T#{id}" }, ({ key, attr }) => [into("things", { id: key.id, v: attr("V") })]),
  ignoreItem("Gone", { pk: "T#{id}", where: { State: "gone" } }, "deleted things"),
]);
const mapping = load({ tables, items });
const decode = decoder(mapping, { source: "test", expiredAt: 0n });
const thing = (V: string, more: Item = {}): Item => ({ PK: { S: "T#1" }, V: { S: V }, ...more });
const [GONE, ONE] = [thing("0", { State: { S: "gone" } }), thing("1")];

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const request = { source: "test", mapping: "m", parts: partsOf(mapping), remap: false, now: new Date() };

/** A run that has copied all of them and looked through what it has read. */
async function copied(target: ReturnType<typeof openTarget>, list: readonly Item[], units = ["a"]) {
  const run = await target.runs.open(request);
  await target.tables.prepare(run);
  await target.queue.plan(run, units);
  const claim = must(await target.queue.claim(run), "the first unit");
  await claim.commit(pageWrite({ records: list.map((item) => ({ item })) }, decode));
  await claim.release();
  const building = await target.runs.enter(run, "build");
  expect((await target.repeats.find(building)).units).toEqual(units.map((unit) => ({ unit, cursor: undefined })));
  return building;
}
const shownAt = (list: readonly Item[], at = 0) =>
  list.map((item, n) => decode({ item, position: `item ${at + n}` as const }));

it.each([
  ["a copy nobody has seen again may be one that counts", [GONE], "quarantined"],
  ["the twin: all are seen, and all are left behind", [GONE, thing("2", { State: { S: "gone" } })], "ignored"],
])("%s", async (_, shown, fate) => {
  await using target = openTarget(database.url, mapping);
  const run = await copied(target, shown.length > 1 ? shown : [GONE, ONE]);
  await target.repeats.keep(run, "a", shownAt(shown), "next");
  expect(await target.repeats.decide(run, decode)).toBe(true);
  const fates = (await linesOf<{ fate: string | null }>(database.url, "copies")).map((copy) => copy.fate);
  expect(new Set(fates.filter((each) => each !== null))).toEqual(new Set([fate]));
});

it("I3: where a unit is read on is what a page was kept up to; one that was read to its end is not read again for one that is behind", async () => {
  await using target = openTarget(database.url, mapping);
  const { find, keep } = target.repeats;
  const run = await copied(target, [GONE, ONE]);
  await keep(run, "a", shownAt([GONE]), "next");
  expect((await find(run)).units).toEqual([{ unit: "a", cursor: "next" }]);
  await keep(run, "a", shownAt([ONE], 1), undefined);
  expect((await find(run)).units).toEqual([]);
  await keep(run, "a", shownAt([GONE]), "next");
  expect((await find(run)).units).toEqual([]);
});

it("after another source has been found out, what a process keeps that is still reading has no effect", async () => {
  await using target = openTarget(database.url, mapping);
  const { find, keep } = target.repeats;
  const units = ["a", "b"];
  const run = await copied(target, [GONE, ONE], units);
  await keep(run, "a", shownAt([GONE], 7), undefined);
  await keep(run, "a", shownAt([GONE], 7), "next");
  await expect(keep(run, "b", [], undefined)).rejects.toMatchObject({ code: "source-changed" });
  await keep(run, "a", shownAt([ONE]), "next");
  const kept = async () =>
    (await linesOf<{ body: unknown; positions: unknown[]; kind: unknown }>(database.url, "copies")).filter(
      ({ body, positions, kind }) => body !== null || positions.length > 0 || kind !== null,
    );
  expect(await kept()).toEqual([]);
  const again = await target.runs.open(request);
  expect((await find(again)).units).toEqual(units.map((unit) => ({ unit, cursor: undefined })));
  // The twin: the next one begins again.
  await keep(again, "a", shownAt([ONE]), "next");
  expect(await kept()).toHaveLength(1);
  expect((await find(again)).units[0]).toEqual({ unit: "a", cursor: "next" });
});
