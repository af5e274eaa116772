/** Every check of the proof, with its failing twin: data is broken on purpose in Postgres or at the source, and must be caught. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reportText } from "../../lambda/adapters/report/text.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { defineItems, defineTables, integer, text, uuid } from "../../lambda/mapping/index.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { SPOILED } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, verifyTrial } from "../support/migration.ts";
import { contact, GOOD, owner, pair, pet, schema } from "../support/pets.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrateItems = (list: readonly Item[]) =>
  beginTrial({ url: database.url, schema, items: list, options: { units: 2, concurrency: 2 } });

const verifyAgain = async (list: readonly Item[] = GOOD, options = {}) => {
  return await verifyTrial({ target: database.url, schema, options }, memorySource(list));
};

it("good data is verified: copies and superseded rows are shown apart and are no fault", async () => {
  const report = await migrateItems(GOOD);
  expect(report.discrepancies).toEqual([]);
  expect(report.verdict).toBe("verified");
  expect(report.tables.find(({ name }) => name === "pairs")?.copies).toBe(1);
  expect(report.tables.find(({ name }) => name === "visits")?.superseded).toBe(1);
  expect(await query(database.url, "select note from visits")).toEqual([{ note: "2" }]);
  expect(report.items).toMatchObject({ read: 10, migrated: 9, ignored: 1 });
});

describe("I9: data broken in Postgres is caught, with table and key", () => {
  const BROKEN: Record<string, readonly [sql: string, check: string, subject: string]> = {
    "the last digit of a number": ["update pets set weight = weight + 1e-28 where pet_id = 'a'", "content", "pets"],
    "a text by one blank": ["update pets set tag = tag || ' ' where pet_id = 'a'", "content", "pets"],
    "a column of a merged row": ["update owners set rank = rank + 1 where owner_id = '2'", "content", "owners"],
    "a column no part gave": ["update owners set phone = '5' where owner_id = '2'", "content", "owners"],
    "a moment by a microsecond": ["update visits set at = at + interval '1 microsecond'", "content", "visits"],
    "a row of others in the place of one": [
      "delete from visits; insert into visits values ('a', '2026-01-02T00:00:00Z', 'theirs')",
      "content",
      "visits",
    ],
    "a row of others taken over": [
      `insert into visits values ('zz', '2026-01-01T00:00:00Z', 'theirs'); ${SPOILED.lineCopied(3, "a", "zz")}`,
      "content",
      "visits",
    ],
    "a row lost": ["delete from visits", "counts", "visits"],
    "a row added": ["insert into visits values ('zz', now(), 'x')", "counts", "visits"],
    "two rows exchanged": ["update pets set weight = case pet_id when 'a' then 2 else 1 end", "content", "pets"],
    "an orphan": [
      "alter table pets drop constraint pets_owner_id_fkey; update pets set owner_id = 'nobody' where pet_id = 'a'",
      "relations",
      "pets (owner_id) → owners",
    ],
    "an orphan made while nothing looked": [
      `alter table owners disable trigger all; delete from owners where owner_id = '1'; alter table owners enable trigger all`,
      "relations",
      "pets (owner_id) → owners",
    ],
    "a duplicate": [
      "alter table pets drop constraint pets_tag_key; update pets set tag = 'tag b' where pet_id = 'a'",
      "relations",
      "pets (tag)",
    ],
    "a foreign key dropped": [
      "alter table pets drop constraint pets_owner_id_fkey",
      "relations",
      "pets (owner_id) → owners",
    ],
    "a unique constraint dropped": ["alter table pets drop constraint pets_tag_key", "relations", "pets (tag)"],
    "a NULL": [
      "alter table visits alter note drop not null; update visits set note = null",
      "relations",
      "visits (note)",
    ],
    "a line of the ledger lost": [SPOILED.lineLost(2, "a"), "content", "pets"],
    "a quarantined item forgotten": [SPOILED.tally('"quarantined":0', '"quarantined":1'), "accounting", "quarantine"],
    "an item counted twice": [SPOILED.tally('"read":([0-9]+)', '"read":1\\1'), "accounting", "all items"],
  };

  it.each(Object.entries(BROKEN))("%s", async (_, [sql, check, subject]) => {
    expect((await migrateItems(GOOD)).verdict).toBe("verified");
    expect((await verifyAgain()).verdict).toBe("verified");
    await query(database.url, sql);
    const report = await verifyAgain();
    expect(report.verdict).toBe("discrepant");
    expect(report.discrepancies.map((each) => `${each.check} ${each.subject}`)).toContain(`${check} ${subject}`);
  });

  it("names the row that differs by its key and its source", async () => {
    await migrateItems(GOOD);
    await query(database.url, "update pets set weight = 3 where pet_id = 'b'");
    const { discrepancies } = await verifyAgain();
    const [found] = discrepancies;
    expect(found).toMatchObject({ check: "content", subject: "pets", count: 1 });
    expect(found?.examples).toEqual([{ table: "pets", key: ["b"], source: expect.stringContaining("PET#b") }]);
  });
});

describe("I2: what the source holds beyond the mapping is told, never dropped", () => {
  const FAULTS: Record<string, readonly [extra: readonly Item[], check: string, text: RegExp]> = {
    "an attribute nobody reads": [[pet("1", "c", { Color: { S: "red" } })], "completeness", /no column takes it/],
    "an item of no entity": [[{ PK: { S: "WHAT#1" }, SK: { S: "EVER" } }], "completeness", /quarantine: no-entity/],
    "a missing attribute": [
      [{ PK: { S: "OWNER#1" }, SK: { S: "PET#c" }, Tag: { S: "t" } }],
      "completeness",
      /missing-attribute/,
    ],
    "a wrong type": [[pet("1", "c", { Weight: { S: "heavy" } })], "completeness", /wrong-type/],
    "a NULL where none may be": [[pet("1", "c", { Tag: { NULL: true } })], "completeness", /null-attribute/],
    "U+0000": [[pet("1", "c", { Tag: { S: "a\0b" } })], "completeness", /not-storable-text/],
    "a number out of range": [[{ ...owner("3"), Rank: { N: "9223372036854775808" } }], "completeness", /out-of-range/],
    "an orphan": [[pet("9", "c")], "relations", /not there/],
    "a duplicate of a unique value": [[pet("1", "c", { Tag: { S: "tag a" } })], "relations", /must be unique/],
    "two items with one target key": [[pet("2", "a")], "completeness", /collision/],
    "copies that differ": [[pair("OTHER", "different")], "completeness", /conflict/],
    "a merged row without its main part": [[contact("7")], "relations", /NULL where the mapping promises/],
  };

  it.each(Object.entries(FAULTS))("%s", async (_, [extra, check, text]) => {
    const report = await migrateItems([...GOOD, ...extra]);
    expect(report.verdict).toBe("discrepant");
    const found = report.discrepancies.filter((each) => each.check === check && text.test(each.problem));
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.examples[0]?.source).toBeDefined();
    expect(found[0]?.remedy).not.toBe("");
    // Everything else of the page arrived all the same.
    expect(await query(database.url, "select from pets where pet_id in ('a', 'b')")).toHaveLength(2);
  });

  it("an item that decodes at last leaves quarantine, and one that stops decoding leaves its rows stale", async () => {
    const bad = pet("1", "c", { Weight: { S: "heavy" } });
    expect((await migrateItems([...GOOD, bad])).quarantine).toHaveLength(1);
    expect((await migrateItems([...GOOD, pet("1", "c")])).verdict).toBe("verified");
    const again = await migrateItems([...GOOD, bad]);
    expect(again.quarantine).toHaveLength(1);
    expect(
      again.discrepancies.some(({ problem }) => problem.includes("in quarantine left 1 row of an earlier pass behind")),
    ).toBe(true);
    expect(await query(database.url, "select from pets where pet_id = 'c'")).toHaveLength(1);
  });
});

it("a row of somebody else in the way is never overwritten and never removed (I12)", async () => {
  await migrateItems(GOOD.filter((item) => item !== GOOD[3]));
  await query(database.url, "insert into pets values ('a', '1', 'theirs', 1)");
  const report = await migrateItems(GOOD);
  expect(report.discrepancies.some(({ problem }) => problem.includes("foreign-row"))).toBe(true);
  expect(await query(database.url, "select tag from pets where pet_id = 'a'")).toEqual([{ tag: "theirs" }]);
});

it("a row that was changed here since is not overwritten by a later pass, and told", async () => {
  await migrateItems(GOOD);
  await query(database.url, "update pets set tag = 'edited here' where pet_id = 'a'");
  const report = await migrateItems([
    ...GOOD.filter((item) => item !== GOOD[3]),
    pet("1", "a", { Weight: { N: "5" } }),
  ]);
  expect(report.verdict).toBe("discrepant");
  expect(await query(database.url, "select tag from pets where pet_id = 'a'")).toEqual([{ tag: "edited here" }]);
});

it("what was left behind is told with its reason and its share, and so is a kind of item nobody has", async () => {
  const report = await migrateItems(GOOD.filter(({ PK }) => JSON.stringify(PK) !== '{"S":"PAIR#x"}'));
  expect(report.verdict).toBe("verified");
  expect(report.ignored).toEqual([{ entity: "Marker", reason: "bookkeeping", count: 1 }]);
  expect(report.findings).toContainEqual(
    expect.objectContaining({ where: "Pair", problem: "the source has no such item" }),
  );
  expect(report.findings).toContainEqual(
    expect.objectContaining({ where: "Visit", problem: "no column reads {n} of its keys" }),
  );
  expect(reportText(report)).toMatch(/^VERIFIED .* 12\.5 % of the items were left behind, as declared\.$/m);
  // The twin: nothing of the kind where there is nothing of the kind.
  const whole = await migrateItems(GOOD);
  expect(whole.findings?.filter(({ problem }) => !problem.startsWith("no column reads"))).toEqual([]);
});

it("I2: attributes left behind on purpose are counted and named, and a name that hides nothing is told", async () => {
  const { tables, items } = schema;
  const left = { ...items, options: { ...items.options, ignore: ["Color", "Colour"] } };
  const list = [...GOOD, pet("1", "c", { Color: { S: "red" } }), pet("1", "d", { Color: { S: "black" } })];
  const report = await migrateTrial({ url: database.url, schema: { tables, items: left }, items: list });
  expect(report).toMatchObject({
    verdict: "verified",
    ignoredAttributes: [{ entity: "Pet", attribute: "Color", count: 2 }],
  });
  expect(reportText(report)).toContain("Pet, attributes: Color (2)");
  const idle = report.findings?.filter(({ problem }) => problem.includes("ignores")).map(({ problem }) => problem);
  expect(idle).toEqual(["no item has the attribute Colour, which it ignores"]);
});

it("I2: an attribute of which only an id is made is worth a look", async () => {
  const ids = defineTables({ users: { id: uuid().primaryKey(), name: text() } });
  const spec = defineItems(ids, { keys: { pk: "PK" } }, ({ item, into }) => [
    item("User", { pk: "U#{n}" }, ({ key, attr, surrogate }) => [
      into("users", { id: surrogate("user", attr("Email")), name: key.n }),
    ]),
    item("Robot", { pk: "R#{n}" }, ({ key, surrogate }) => [
      into("users", { id: surrogate("robot", key.n), name: key.n }),
    ]),
  ]);
  const list: Item[] = [{ PK: { S: "U#1" }, Email: { S: "jane@example.org" } }, { PK: { S: "R#1" } }];
  const { findings } = await migrateTrial({ url: database.url, schema: { tables: ids, items: spec }, items: list });
  expect(findings).toMatchObject([{ where: "User", problem: expect.stringContaining("of Email only an id is made") }]);
});

it("I2: a set of which nothing but the length is read is told as unmapped", async () => {
  const counted = defineTables({ tags: { id: text().primaryKey(), n: integer().primaryKey() } });
  const spec = defineItems(counted, { keys: { pk: "PK" } }, ({ item, each, into }) => [
    item("Tags", { pk: "T#{id}" }, ({ key, attr }) => [each(attr("Tags"), (_, n) => into("tags", { id: key.id, n }))]),
  ]);
  const tags: Item = { PK: { S: "T#1" }, Tags: { SS: ["a", "b"] } };
  const report = await migrateTrial({ url: database.url, schema: { tables: counted, items: spec }, items: [tags] });
  expect(report.unmapped).toMatchObject([{ entity: "Tags", attribute: "Tags" }]);
});

it("a set of numbers is in order and without repetitions by what they are, however they are spelt", async () => {
  const counted = defineTables({ ns: { id: text().primaryKey(), n: integer().primaryKey(), v: integer() } });
  const spec = defineItems(counted, { keys: { pk: "PK" } }, ({ item, each, into }) => [
    item("N", { pk: "N#{id}" }, ({ key, attr }) => [each(attr("N"), (v, n) => into("ns", { id: key.id, n, v }))]),
  ]);
  const of = (NS: string[]) =>
    migrateTrial({
      url: database.url,
      schema: { tables: counted, items: spec },
      items: [{ PK: { S: "N#1" }, N: { NS } }],
    });
  expect((await of(["20", "1E1", "10.0"])).verdict).toBe("verified");
  expect(await query(database.url, "select n, v from ns order by n")).toEqual([
    { n: 0, v: 10 },
    { n: 1, v: 20 },
  ]);
  expect(await of(["10", "20"])).toMatchObject({ verdict: "verified", items: { unchanged: 1 } });
});

it("kinds of items out of scope are left behind, and counted", async () => {
  const { tables, items } = schema;
  const { options, entities } = items;
  const scoped = { tables, items: { options: { ...options, only: ["Owner", "Contact", "Pet"] }, entities } };
  const report = await migrateTrial({ url: database.url, schema: scoped, items: GOOD });
  expect(report).toMatchObject({ verdict: "verified", items: { ignored: 5, migrated: 5 } });
  expect(report.ignored).toContainEqual({ entity: "Visit", reason: "out of scope", count: 2 });
});
