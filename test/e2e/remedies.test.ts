/** What a report says is to be done, done as it says: it leads to `verified`, and never back to where it came from. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Schema } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { bigint, defineItems, defineTables, jsonb, table, text } from "../../lambda/mapping/index.ts";
import type { Options } from "../../lambda/options.ts";
import { runRollback } from "../../lambda/verbs/rollback.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { migrateTrial, query, repairTrial, verifyTrial } from "../support/migration.ts";

interface Words {
  readonly isReferring?: boolean;
  readonly isUnique?: boolean;
  readonly isNullable?: boolean;
  readonly policy?: "reject" | "identical";
  readonly ignored?: readonly string[];
  readonly isColorRead?: boolean;
  readonly isSizeOptional?: boolean;
  readonly declaresOther?: boolean;
}

/** A schema of which single words are others. */
function schemaWith(words: Words = {}): Schema {
  const { isReferring = true, isUnique = true, isNullable = false, policy = "reject", ignored = [] } = words;
  const owner = text();
  const tag = text();
  const phone = text();
  const color = text().nullable();
  const tables = defineTables({
    owners: table({ owner_id: text().primaryKey(), name: isNullable ? phone.nullable() : phone }).duplicates("merge"),
    contacts: table({ owner_id: text().primaryKey(), size: bigint().nullable() }),
    pets: table({
      pet_id: text().primaryKey(),
      owner_id: isReferring ? owner.references("owners") : owner,
      tag: isUnique ? tag.unique() : tag,
      color,
    }).duplicates(policy),
  });
  const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, part, ignoreItem }) => [
    item("Owner", { pk: "O#{id}", sk: "O" }, ({ key, attr }) => [
      part("owners", { owner_id: key.id, name: attr("Name") }),
    ]),
    item("Mark", { pk: "O#{id}", sk: "M" }, ({ key }) => [part("owners", { owner_id: key.id })]),
    item("Contact", { pk: "O#{id}", sk: "C" }, ({ key, attr }) => [
      into("contacts", {
        owner_id: key.id,
        size: words.isSizeOptional === true ? attr("Size").optional() : attr("Size"),
      }),
    ]),
    item("Pet", { pk: "O#{owner}", sk: "P#{id}", ignore: [...ignored] }, ({ key, attr, constant }) => [
      into("pets", {
        ...{ pet_id: key.id, owner_id: key.owner, tag: attr("Tag") },
        color: words.isColorRead === true ? attr("Color").optional() : constant("none"),
      }),
    ]),
    ...(words.declaresOther === true ? [ignoreItem("Other", { pk: "X#{id}", sk: "X" }, "not wanted")] : []),
  ]);
  return { tables, items };
}

const keys = (pk: string, sk: string): Item => ({ PK: { S: pk }, SK: { S: sk } });
const owner = (id: string): Item => ({ ...keys(`O#${id}`, "O"), Name: { S: "n" } });
const mark = (id: string): Item => keys(`O#${id}`, "M");
const pet = (of: string, id: string, more: Item = {}): Item => ({
  ...keys(`O#${of}`, `P#${id}`),
  Tag: { S: id },
  ...more,
});
const contact = (id: string, more: Item = { Size: { N: "1" } }): Item => ({ ...keys(`O#${id}`, "C"), ...more });

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (items: readonly Item[], words: Words = {}, options: Options = {}) =>
  migrateTrial({ url: database.url, schema: schemaWith(words), items, options });

/** The only thing to be done. */
async function remedyOf(items: readonly Item[], words: Words = {}): Promise<string> {
  const { causes } = await migrate(items, words);
  expect(causes).toHaveLength(1);
  return causes[0]?.remedy ?? "";
}

const SOUND = [owner("a"), pet("a", "p")];

interface Case {
  readonly items: readonly Item[];
  readonly says: RegExp;
  /** The source as it is to be. */
  readonly corrected: readonly Item[];
  /** Or the mapping. */
  readonly changed: Words;
  readonly options?: Options;
}

const RED: Item = { Color: { S: "red" } };
const CASES: Record<string, Case> = {
  "a row that points nowhere": {
    ...{ items: [pet("a", "p")], says: /take \.references\(\) .*; then run migrate$/ },
    ...{ corrected: SOUND, changed: { isReferring: false } },
  },
  "a part that is missing": {
    ...{ items: [mark("a")], says: /\.nullable\(\) .*; then run migrate$/ },
    ...{ corrected: [owner("a"), mark("a")], changed: { isNullable: true } },
  },
  "a value that is shared": {
    ...{ items: [...SOUND, pet("a", "q", { Tag: { S: "p" } })], says: /take \.unique\(\) .*; then run migrate$/ },
    ...{ corrected: [...SOUND, pet("a", "q")], changed: { isUnique: false } },
  },
  "an attribute nobody reads, which is left behind": {
    ...{
      items: [owner("a"), pet("a", "p", RED)],
      says: /ignore: \["Color"\] of item Pet in items\.ts, and run migrate$/,
    },
    ...{ corrected: SOUND, changed: { ignored: ["Color"] } },
  },
  "an attribute nobody reads, which is read": {
    ...{ items: [owner("a"), pet("a", "p", RED)], says: /^read it in a column and run migrate --remap/ },
    ...{ corrected: SOUND, changed: { isColorRead: true }, options: { remap: true } },
  },
  "an item that cannot be a row": {
    ...{ items: [contact("a", {})], says: /run migrate --remap/ },
    ...{ corrected: [contact("a")], changed: { isSizeOptional: true }, options: { remap: true } },
  },
  "an item of no entity": {
    ...{ items: [...SOUND, keys("X#1", "X")], says: /the mapping as below and run migrate;/ },
    ...{ corrected: SOUND, changed: { declaresOther: true } },
  },
};

describe("done as it says, by the source or by the mapping, what ends verified is", () => {
  it.each(Object.entries(CASES))("%s", async (_, { items, says, corrected, changed, options }) => {
    expect(await remedyOf(items)).toMatch(says);
    await using other = await createDatabase(database);
    expect((await migrate(items, changed, options)).verdict).toBe("verified");
    const again = { url: other.url, schema: schemaWith(), items: corrected };
    expect((await migrateTrial(again)).verdict).toBe("verified");
  });

  it("an item that is corrected is taken out of quarantine by a repair", async () => {
    const remedy = await remedyOf([contact("a", {})]);
    expect(remedy).toMatch(/^correct it in the source and run repair/);
    const task = { target: database.url, schema: schemaWith(), options: {}, force: false };
    expect((await repairTrial(task, memorySource([contact("a")]))).verdict).toBe("verified");
  });

  it("two items that give one row: one is corrected, or the run is taken back and the table has a policy", async () => {
    const both = [...SOUND, owner("b"), pet("b", "p")];
    const remedy = await remedyOf(both);
    expect(remedy).toMatch(
      /and run migrate, with --prune where its key becomes another one; or run rollback, choose a \.duplicates\(\)/,
    );
    await using other = await createDatabase(database);
    // With another key it is another item, and the one of before is gone.
    const corrected = [...SOUND, owner("b"), pet("b", "q")];
    const again = { url: other.url, schema: schemaWith(), items: corrected, options: { prune: true } };
    expect((await migrateTrial(again)).verdict).toBe("verified");
    await runRollback({ target: database.url, schema: schemaWith(), force: false });
    const same = [...SOUND, pet("a", "p")];
    expect((await migrate(same.slice(0, 2), { policy: "identical" })).verdict).toBe("verified");
  });

  it("rows of others: they are removed, and it is verified", async () => {
    await migrate(SOUND);
    await query(database.url, "insert into contacts values ('x', 1)");
    const task = { target: database.url, schema: schemaWith(), options: {} };
    const told = await verifyTrial(task, memorySource(SOUND));
    expect(told.causes.map(({ remedy }) => remedy)).toContainEqual(expect.stringMatching(/remove .*, and run verify$/));
    await query(database.url, "delete from contacts");
    expect((await verifyTrial(task, memorySource(SOUND))).verdict).toBe("verified");
  });
});

it("of what stands inside something that is read nobody says that it can be left behind", async () => {
  const tables = defineTables({ pets: { pet_id: text().primaryKey(), color: text() } });
  const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
    item("Pet", { pk: "P#{id}" }, ({ key, attr }) => [
      into("pets", { pet_id: key.id, color: attr("Look").at("Color") }),
    ]),
  ]);
  const look = { M: { Color: { S: "c" }, Size: { N: "1" } } };
  const { causes } = await migrateTrial({
    url: database.url,
    schema: { tables, items },
    items: [{ PK: { S: "P#1" }, Look: look }],
  });
  expect(causes).toMatchObject([{ subject: "Pet.Look.Size" }]);
  expect(causes[0]?.remedy).toMatch(/^read it .*; or leave it behind, ignore: \[\["Look", "Size"\]\] of item Pet in/);
});

it("what is left behind decides about rows only where all that is left becomes a column", async () => {
  const tables = defineTables({ pets: { pet_id: text().primaryKey(), other: jsonb() } });
  const of = (...ignored: string[]): Schema => ({
    tables,
    items: defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("Pet", { pk: "P#{id}", ignore: ignored }, ({ key, rest }) => [
        into("pets", { pet_id: key.id, other: rest() }),
      ]),
    ]),
  });
  const trial = { url: database.url, items: [{ PK: { S: "P#1" }, ...RED }] };
  await migrateTrial({ ...trial, schema: of() });
  await expect(migrateTrial({ ...trial, schema: of("Color") })).rejects.toMatchObject({ code: "mapping-changed" });
});
