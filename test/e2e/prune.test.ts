/** `prune`: what items gave that are gone from the source is removed, and nothing else; `maxQuarantine`: a plainly wrong mapping is stopped. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Unreadable } from "../../lambda/domain/decode/source-record.ts";
import { bigint, defineItems, defineTables, integer, table, text } from "../../lambda/mapping/index.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, query } from "../support/migration.ts";

const tables = defineTables({
  people: table({ id: text().primaryKey(), name: text().nullable(), phone: text().nullable() }).duplicates("merge"),
  pets: { pet: text().primaryKey(), owner: text().references("people"), age: integer() },
  best: table({ k: text().primaryKey(), v: text(), at: bigint() }).duplicates({ latest: "at" }),
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, part }) => [
  item("Person", { pk: "P#{id}", sk: "NAME" }, ({ key, attr }) => [part("people", { id: key.id, name: attr("v") })]),
  item("Phone", { pk: "P#{id}", sk: "PHONE" }, ({ key, attr }) => [part("people", { id: key.id, phone: attr("v") })]),
  item("Pet", { pk: "P#{owner}", sk: "PET#{pet}" }, ({ key, attr }) => [
    into("pets", { pet: key.pet, owner: key.owner, age: attr("v") }),
  ]),
  item("Best", { pk: "B#{k}", sk: "{by}" }, ({ key, attr }) => [into("best", { k: key.k, v: key.by, at: attr("v") })]),
]);
const schema = { tables, items };
const item = (PK: string, SK: string, v: Item[string]): Item => ({ PK: { S: PK }, SK: { S: SK }, v });
const [JANE, PHONE, JOE] = [
  item("P#jane", "NAME", { S: "Jane" }),
  item("P#jane", "PHONE", { S: "1" }),
  item("P#joe", "NAME", { S: "Joe" }),
];
const [TOM, REX] = [item("P#jane", "PET#tom", { N: "3" }), item("P#joe", "PET#rex", { N: "4" })];
const [OLD, NEW] = [item("B#x", "old", { N: "1" }), item("B#x", "new", { N: "2" })];
const ALL = [JANE, PHONE, JOE, TOM, REX, OLD, NEW];
const names = Object.keys(tables);

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
  expect((await beginTrial({ url: database.url, schema, items: ALL })).verdict).toBe("verified");
});
afterEach(() => database.drop());
const again = (list: readonly Item[], options = {}) =>
  migrateTrial({ url: database.url, schema, items: list, options });
/** What a migration of these items alone makes. */
async function fresh(list: readonly Item[]) {
  await using other = await createDatabase();
  await migrateTrial({ url: other.url, schema, items: list });
  return await dump(other.url, names);
}

describe("items that are gone", () => {
  const gone: readonly (readonly [string, readonly Item[]])[] = [
    ["a row of one item", [TOM]],
    ["a part of a merged row", [PHONE]],
    ["a merged row whole, with what refers to it", [JANE, PHONE, TOM]],
    ["the one that held a contested row", [NEW]],
    ["the one that waited behind it", [OLD]],
    ["all but one", ALL.filter((each) => each !== JOE)],
  ];
  it.each(gone)("%s: kept and told without prune, removed with it", async (_, list) => {
    const left = ALL.filter((each) => !list.includes(each));
    const before = await dump(database.url, names);
    const told = await again(left);
    expect(
      told.discrepancies
        .filter(({ problem }) => problem.includes("no longer gives"))
        .reduce((sum, { count }) => sum + count, 0),
    ).toBe(list.length);
    expect(await dump(database.url, names)).toEqual(before);
    expect(await again(left, { prune: true })).toMatchObject({ verdict: "verified", discrepancies: [] });
    expect(await dump(database.url, names)).toEqual(await fresh(left));
  });

  it("one that is in quarantine now is not gone: its rows are kept", async () => {
    const report = await again([...ALL.filter((each) => each !== TOM), { ...TOM, v: { S: "three" } }], { prune: true });
    expect(report.items.quarantined).toBe(1);
    expect(await query(database.url, "select pet from pets order by pet")).toEqual([{ pet: "rex" }, { pet: "tom" }]);
  });

  it("I12: a row that was changed here since is kept, and told", async () => {
    await query(database.url, "update pets set age = 99 where pet = 'tom'");
    const report = await again(
      ALL.filter((each) => each !== TOM),
      { prune: true },
    );
    expect(report.verdict).toBe("discrepant");
    expect(JSON.stringify(report.discrepancies)).toContain("tom");
    expect(await query(database.url, "select age from pets where pet = 'tom'")).toEqual([{ age: 99 }]);
  });
});

describe("a limit on quarantine", () => {
  const wrong = Array.from({ length: 40 }, (_, at) => item(`P#jane`, `PET#w${at}`, { S: "x" }));
  it("stops a copy that passes it, and lets one go on that does not", async () => {
    await expect(again([...ALL, ...wrong], { maxQuarantine: 39 })).rejects.toMatchObject({
      code: "too-many-quarantined",
      message: expect.stringMatching(/^40 items are in quarantine, more than the 39/),
    });
    expect(await again([...ALL, ...wrong], { maxQuarantine: 40 })).toMatchObject({
      verdict: "discrepant",
      items: { quarantined: 40 },
    });
  });
});

it("I12: while an item has no key that can be read, nothing is taken for gone, and that is said", async () => {
  const { SK: _, ...noSort } = JANE;
  const odd = { ...JANE, SK: { BOOL: true } };
  for (const nameless of [noSort, odd]) {
    const left = [nameless, ...ALL.filter((each) => each !== JANE && each !== TOM)];
    const report = await again(left, { prune: true });
    expect(await query(database.url, "select name from people where id = 'jane'")).toEqual([{ name: "Jane" }]);
    expect(await query(database.url, "select pet from pets order by pet")).toEqual([{ pet: "rex" }, { pet: "tom" }]);
    const stale = report.discrepancies.filter(({ problem }) => problem.includes("no longer gives"));
    expect(stale).toHaveLength(2);
    for (const { remedy } of stale)
      expect(remedy).toMatch(/^nothing is pruned while 1 item has no key that can be read/);
  }
  // The twin: one that is refused for another reason has a key, and only its own rows are kept.
  const report = await again([{ ...REX, v: { S: "four" } }, ...ALL.filter((each) => each !== TOM && each !== REX)], {
    prune: true,
  });
  expect(report.discrepancies.map(({ remedy }) => remedy).join()).not.toContain("nothing is pruned");
  expect(await query(database.url, "select pet from pets")).toEqual([{ pet: "rex" }]);
});

it("I12: while an item could not even be read, nothing is taken for gone: it may be any of them", async () => {
  const half = memorySource(ALL.slice(1));
  const torn: Unreadable = { position: "line 1", text: '{"Item":{"PK":', detail: "it ends too early" };
  const source: ItemSource = {
    ...half,
    async *read(unit, cursor, signal) {
      for await (const page of half.read(unit, cursor, signal))
        yield { ...page, records: unit.includes('"part":0') ? [...page.records, { unreadable: torn }] : page.records };
    },
  };
  const report = await migrateTrial({ url: database.url, schema, source, options: { prune: true, units: 1 } });
  expect(report.verdict).toBe("discrepant");
  expect(await query(database.url, "select name from people where id = 'jane'")).toEqual([{ name: "Jane" }]);
  // The twin: with nothing unreadable the same pass does remove it.
  await again(ALL.slice(1), { prune: true });
  expect(await query(database.url, "select name from people where id = 'jane'")).toEqual([{ name: null }]);
});
