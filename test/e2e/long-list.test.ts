/** Items of more rows than are sent in one go: written, changed and taken away piece by piece, they end as if each had been written whole. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { bigint, defineItems, defineTables, integer, table, text } from "../../lambda/mapping/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { ledgerOf } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, query } from "../support/migration.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";

const tables = defineTables({
  lists: table({ list_id: text().primaryKey(), name: text() }),
  entries: table({
    list_id: text().primaryKey(),
    position: integer().primaryKey(),
    value: text(),
    big: bigint(),
  }).check("no minus", "big >= 0"),
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, each, into }) => [
  item("List", { pk: "LIST#{id}" }, ({ key, attr }) => [
    each(attr("Names"), (name) => into("lists", { list_id: key.id, name })),
    each(attr("Values"), (value, position) =>
      into("entries", { list_id: key.id, position, value: value.at("Text"), big: value.at("Number") }),
    ),
  ]),
]);
const schema = { tables, items };

/** Long enough that a megabyte holds a few hundred rows. */
const LONG = "k".repeat(700);
const ROWS = IS_THOROUGH ? 3_000 : 1_500;

interface Entry {
  readonly text: string;
  readonly number?: number;
}
const listOf = (id: string, names: readonly string[], entries: readonly Entry[]): Item => ({
  PK: { S: `LIST#${id}${LONG}` },
  Names: { L: names.map((S) => ({ S })) },
  Values: { L: entries.map((each) => ({ M: { Text: { S: each.text }, Number: { N: String(each.number ?? 1) } } })) },
});
const entries = (count: number, text: (at: number) => string): Entry[] =>
  Array.from({ length: count }, (_, at) => ({ text: text(at) }));

const small = listOf(
  "small",
  ["small"],
  entries(2, (at) => `s${at}`),
);
const WHOLE = listOf(
  "long",
  ["long"],
  entries(ROWS, (at) => `v${at}`),
);
/** A third changed, a third gone, some added, and the row of another table gone. */
const CHANGED = listOf("long", [], [...entries((ROWS * 2) / 3, (at) => (at % 2 === 0 ? `v${at}` : `w${at}`))]);
const LONGER = listOf(
  "long",
  ["other"],
  entries(ROWS + 500, (at) => `v${at}`),
);
const EMPTY = listOf("long", [], []);

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (url: string, list: readonly Item[], prune = false) =>
  migrateTrial({ url, schema, source: memorySource(list, "memory:lists"), options: { prune, sample: 5 } });

const stateOf = async (url: string) => ({
  tables: await dump(url, ["lists", "entries"]),
  ledger: await ledgerOf(url, "contributions", "parked"),
});

it("I5: an item of many pieces ends, pass after pass, as a run from nothing does", async () => {
  for (const list of [WHOLE, CHANGED, LONGER, EMPTY, EMPTY, WHOLE]) {
    const report = await migrate(database.url, [small, list]);
    expect(report.verdict).toBe("verified");
    await using fresh = await createDatabase();
    await migrate(fresh.url, [small, list]);
    expect(await stateOf(database.url)).toEqual(await stateOf(fresh.url));
  }
  // I4: and read again unchanged, it writes nothing.
  const before = await query(database.url, "select xmin::text, ctid::text from entries order by ctid");
  expect((await migrate(database.url, [small, WHOLE])).items).toMatchObject({ unchanged: 2, migrated: 0 });
  expect(await query(database.url, "select xmin::text, ctid::text from entries order by ctid")).toEqual(before);
});

it("is pruned whole where the source no longer has it", async () => {
  await migrate(database.url, [small, WHOLE]);
  expect((await migrate(database.url, [small])).verdict).toBe("discrepant");
  expect((await migrate(database.url, [small], true)).verdict).toBe("verified");
  expect(await query(database.url, "select from entries")).toHaveLength(2);
  expect(await query(database.url, "select distinct item from migration_ledger.contribution")).toHaveLength(1);
});

it("a row of its last piece that Postgres refuses takes the whole item back, and no other", async () => {
  await migrate(database.url, [small, WHOLE]);
  await query(database.url, "alter table entries add constraint short check (length(value) < 10)");
  const refused = listOf("long", [], [...entries(ROWS, (at) => `x${at}`), { text: "far too long" }]);
  const before = await stateOf(database.url);
  const report = await migrate(database.url, [small, refused]);
  expect(report.items).toMatchObject({ unchanged: 1, quarantined: 1 });
  expect(await stateOf(database.url)).toEqual(before);
});

it("a damaged row of any piece is found by reading the item again", async () => {
  await migrate(database.url, [small, WHOLE]);
  await query(database.url, `update entries set value = 'edited' where position = ${ROWS - 1}`);
  const { spotChecks } = await migrate(database.url, [small, WHOLE]);
  expect(spotChecks).toMatchObject({ sampled: 2, wrong: 1 });
  expect(spotChecks.examples).toMatchObject([{ table: "entries", key: [`long${LONG}`, String(ROWS - 1)] }]);
});
