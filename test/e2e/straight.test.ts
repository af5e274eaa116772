/** Rows copied as they come, and rows that ask for each key: both ways leave the same database, the ledger included. */
import { expect, it } from "vitest";
import { ddlOf } from "../../lambda/adapters/postgres/tables/ddl.ts";
import { load } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { ledgerOf } from "../support/ledger.ts";
import { dump, query } from "../support/migration.ts";
import { overheard } from "../support/overheard.ts";
import { contact, owner, pair, pet, schema, visit } from "../support/pets.ts";

const names = Object.keys(schema.tables);
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Everything that can meet a key already there, far from one another and within a page; and items of each fate. */
const LIST: readonly Item[] = [
  ...many(90, (at) => owner(String(at))),
  ...many(300, (at) => pet(String(at % 90), `p${at}`)),
  ...many(40, (at) => contact(String(at), `phone ${at}`)),
  // One pet of two owners: the table refuses the second.
  ...many(12, (at) => pet(String(89 - at), `p${at * 20}`, { Weight: { N: String(at) } })),
  ...many(60, (at) => visit(`p${at % 25}`, String(at), `2026-01-01T00:00:${String(at % 60).padStart(2, "0")}Z`)),
  ...[pair("LEFT", "k"), pair("RIGHT", "k")],
  ...many(8, (at) => ({ ...pet(String(at), `bad${at}`), Weight: { S: "heavy" } })),
  ...many(5, (at) => ({ PK: { S: "MARKER" }, SK: { S: String(at) } })),
  // Values that COPY has its own spelling for.
  ...["\\", "\t", "\n", "\r", "\\N", "\\.", "a\\tb", "\u2028", "🎉"].map((odd, at) =>
    pet("1", `odd ${odd}`, { Tag: { S: `${odd}${at}` } }),
  ),
  // The same key twice, with something else.
  ...many(6, (at) => pet(String(at), `p${at}`, { Weight: { N: "7" } })),
];

const LEDGER = ["contributions", "passes", "items", "parked", "quarantine", "seen", "units"] as const;

/** With tables that are there before the run, every row asks for its key. */
async function migrated(items: readonly Item[], page: number, isThereBefore: boolean) {
  let copied = 0;
  await using database = await overheard((sent) => {
    if (sent.includes('copy "public"')) copied += 1;
  });
  if (isThereBefore) await query(database.url, ddlOf(load(schema)).before.join(";"));
  const { verdict } = await database.pass(items, page);
  const ledger = await ledgerOf(database.url, ...LEDGER);
  return { copied, verdict, rows: await dump(database.url, names), ledger };
}

it.each([7, 50, 2_000])("I4, I5: with pages of %i items", async (page) => {
  const [{ copied, ...straight }, { copied: none, ...staged }] = [
    await migrated(LIST, page, false),
    await migrated(LIST, page, true),
  ];
  expect([copied > 0, none]).toEqual([true, 0]);
  expect(straight).toEqual(staged);
  expect(straight.rows.pets?.length).toBeGreaterThan(300);
});

it("a table in which keys are taken again and again is copied into ever more seldom", async () => {
  let copied = 0;
  await using database = await overheard((sent) => {
    if (sent.includes('copy "public"."pets"')) copied += 1;
  });
  // In every page one pet is of two owners.
  const pages = 60;
  const twice = many(pages, (at) => [pet("1", `p${at}`), pet("2", `p${at}`), pet("1", `q${at}`)]).flat();
  const report = await database.pass([owner("1"), owner("2"), pet("1", "first"), ...twice], 3);
  expect(report.items.migrated).toBe(3 + twice.length);
  // The first page goes well. Then the second, the fourth, the ninth and so on are tried, and no other.
  expect(copied).toBe(1 + 4);
});

it("a first pass does not ask what the ledger knows, page after page", async () => {
  let [asked, pages] = [0, 0];
  await using database = await overheard((sent) => {
    if (/hash = any\(\$2|s\(hash, fp, place\)/.test(sent)) asked += 1;
    if (/insert into \S+\.seen /.test(sent)) pages += 1;
  });
  const pets = [owner("1"), ...many(99, (at) => pet("1", `p${at}`))];
  await database.pass(pets, 20);
  expect([asked, pages]).toEqual([0, 5]);
  // The twin: a second pass asks once a page.
  await database.pass(pets, 20);
  expect([asked, pages]).toEqual([5, 10]);
});

/** How often rows of pets were sent, of one page that holds them all. */
async function piecesOf(pets: readonly Item[], isThereBefore: boolean): Promise<number> {
  let pieces = 0;
  await using database = await overheard((sent) => {
    if (/copy "public"."pets"|insert into "public"."pets"/.test(sent)) pieces += 1;
  });
  if (isThereBefore) await query(database.url, ddlOf(load(schema)).before.join(";"));
  const report = await database.pass([owner("1"), ...pets], pets.length + 1);
  expect(report.items.migrated).toBe(pets.length + 1);
  return pieces;
}

it.each([
  ["1 MB of text is copied at a time", false, 1],
  ["200 KB of values ask for their keys at a time", true, 5],
] as const)("I8: of a page %s", async (_, isThereBefore, more) => {
  const pets = many(400, (at) => pet("1", `p${at}`, { Tag: { S: `${at} ${"x".repeat(3_000)}` } }));
  const one = await piecesOf(pets.slice(0, 40), isThereBefore);
  expect(await piecesOf(pets, isThereBefore)).toBeGreaterThanOrEqual(one + more);
});
