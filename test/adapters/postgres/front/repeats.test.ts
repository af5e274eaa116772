/** Copies of items in the ledger: what is kept of them, and when it counts. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { load, openTarget } from "../../../../lambda/compose.ts";
import type { Item } from "../../../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../../../lambda/domain/decode/decode.ts";
import { partsOf } from "../../../../lambda/domain/decode/mapping-parts.ts";
import { must } from "../../../../lambda/domain/must.ts";
import { defineItems, defineTables, text } from "../../../../lambda/mapping/index.ts";
import { pageWrite } from "../../../../lambda/pipeline/copy.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { query } from "../../../support/migration.ts";

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

/** A run that has copied all of them and looked through what it has read. */
async function copied(target: ReturnType<typeof openTarget>, list: readonly Item[]) {
  const parts = partsOf(mapping);
  const run = await target.runs.open({ source: "test", mapping: "m", parts, remap: false, now: new Date() });
  await target.tables.prepare(run);
  await target.queue.plan(run, ["a"]);
  const claim = must(await target.queue.claim(run), "the only unit");
  await claim.commit(pageWrite({ records: list.map((item) => ({ item })) }, decode));
  await claim.release();
  const building = await target.runs.enter(run, "build");
  await target.repeats.find(building);
  return building;
}

it.each([
  ["a copy nobody has seen again may be one that counts", [GONE], "quarantined"],
  ["the twin: all are seen, and all are left behind", [GONE, thing("2", { State: { S: "gone" } })], "ignored"],
])("%s", async (_, shown, fate) => {
  await using target = openTarget(database.url, mapping);
  const run = await copied(target, shown.length > 1 ? shown : [GONE, ONE]);
  const page = shown.map((item) => decode({ item, position: "item 0" }));
  await target.repeats.keep(run, "a", page, false);
  expect(await target.repeats.decide(run, decode)).toBe(true);
  const fates = await query<{ fate: string }>(
    database.url,
    "select distinct fate from migration_ledger.repeated where fate is not null",
  );
  expect(fates).toEqual([{ fate }]);
});
