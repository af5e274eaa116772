/** What `bench:draft` measures with: a mapping finds all of itself, and each thing that is taken from it is missed by name. */
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { migrateTrial } from "../support/migration.ts";
import { GOOD, marker, owner, schema } from "../support/pets.ts";
import { isUntold } from "./draft/comments.ts";
import { type Contents, contentsOf } from "./draft/contents.ts";
import { type CaseResult, meanOf, missedBy, missingIn, tableOf } from "./draft/goals.ts";
import { recallOf } from "./draft/recall.ts";
import { writeSoundItems } from "./draft/sound-items.ts";
import { ask } from "./measure/engine.ts";

describe("recall by content", () => {
  let database: TestDatabase;
  let hand: Contents;
  let drafted: (sql: string) => Promise<Contents>;
  beforeAll(async () => {
    database = await createDatabase();
    const report = await migrateTrial({ url: database.url, schema, items: GOOD });
    hand = await contentsOf(database.url, report);
    drafted = async (sql) => {
      await ask(database.url, sql);
      return contentsOf(database.url, report);
    };
  });
  afterAll(() => database.drop());

  it("is whole of a mapping and itself, in other names and another order, too", () => {
    expect(hand.columns.length).toBeGreaterThan(10);
    expect(recallOf(hand, hand)).toEqual({
      ...{ columns: 1, foreignKeys: 1 },
      ...{ missedColumns: [], missedForeignKeys: [] },
    });
    const renamed: Contents = {
      columns: hand.columns
        .toReversed()
        .map((each) => ({ ...each, table: `t_${each.table}`, column: `c_${each.column}` })),
      relations: hand.relations.map(({ table, columns, references, referencedColumns, orphans }) => ({
        ...{ table: `t_${table}`, columns: columns.map((name) => `c_${name}`), orphans },
        ...{ references: `t_${references}`, referencedColumns: referencedColumns.map((name) => `c_${name}`) },
      })),
    };
    expect(recallOf(hand, renamed)).toMatchObject({ columns: 1, foreignKeys: 1 });
  });

  it("misses a column that is not there, and the key that leads to it", () => {
    const without = (table: string, column: string): Contents => ({
      ...hand,
      columns: hand.columns.filter((each) => each.table !== table || each.column !== column),
    });
    expect(recallOf(hand, without("pets", "tag"))).toEqual({
      ...{ columns: (hand.columns.length - 1) / hand.columns.length, foreignKeys: 1 },
      ...{ missedColumns: ["pets.tag"], missedForeignKeys: [] },
    });
    expect(recallOf(hand, without("owners", "owner_id"))).toMatchObject({
      foreignKeys: 0,
      missedForeignKeys: ["pets.owner_id → owners"],
    });
  });

  it("misses a key that is not there, or leads elsewhere, or from elsewhere", () => {
    expect(recallOf(hand, { ...hand, relations: [] })).toMatchObject({ columns: 1, foreignKeys: 0 });
    for (const wrong of [{ referencedColumns: ["name"] }, { columns: ["tag"] }]) {
      const relations = hand.relations.map((key) => ({ ...key, ...wrong }));
      expect(recallOf(hand, { ...hand, relations })).toMatchObject({ columns: 1, foreignKeys: 0 });
    }
    expect(recallOf({ ...hand, relations: [] }, hand)).toMatchObject({ foreignKeys: null });
  });

  it("finds a key of several columns in whatever order they stand, and not by one of them", () => {
    const columns = ["a", "b", "x", "y"].map((column) => ({ table: "t", column, values: column }));
    const key = (from: readonly string[], to: readonly string[]): Contents => ({
      columns,
      relations: [{ table: "t", columns: from, references: "t", referencedColumns: to, orphans: 0 }],
    });
    const hand = key(["a", "b"], ["x", "y"]);
    expect(recallOf(hand, key(["b", "a"], ["y", "x"])).foreignKeys).toBe(1);
    expect(recallOf(hand, key(["b", "a"], ["x", "y"])).foreignKeys).toBe(0);
    expect(recallOf(hand, key(["a"], ["x"])).foreignKeys).toBe(0);
  });

  it("counts each value as often as it is there, one that is not there never, and order not at all", async () => {
    expect(recallOf(hand, await drafted("update owners set phone = null where phone is null"))).toMatchObject({
      columns: 1,
    });
    const swapped = "update pets set weight = weight; update visits set note = note";
    expect(recallOf(hand, await drafted(swapped))).toMatchObject({ columns: 1 });
    const more = "insert into owners (owner_id, name, phone, rank) values ('3', 'another', null, 9007199254740993)";
    // The owners of the pets are still those that there were.
    expect(recallOf(hand, await drafted(more)).missedColumns).toEqual(["owners.name", "owners.rank"]);
  });
});

it("items are sound that the mapping by hand takes, and only they", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "dynamodb-to-postgres-sound-"));
  const [all, sound] = [join(folder.path, "all.jsonl"), join(folder.path, "sound.jsonl")];
  const lines = [owner("1"), { ...owner("2"), Rank: { S: "second" } }, marker].map((Item) => JSON.stringify({ Item }));
  await writeFile(all, `${lines.join("\n")}\n`);
  expect(await writeSoundItems(all, schema, sound)).toBe(1);
  const kept = (await readFile(sound, "utf8")).trim().split("\n");
  expect(kept.map((line) => JSON.parse(line))).toEqual([{ Item: owner("1") }, { Item: marker }]);
});

describe("a foreign key with orphans", () => {
  const relation = {
    table: "pets",
    columns: ["owner_id"],
    references: "owners",
    referencedColumns: ["id"],
    orphans: 2,
  };
  const several = { ...relation, columns: ["a", "b"], references: "pairs", referencedColumns: ["a", "b"] };
  const text = (above: string, behind: string): string => `export const tables = defineTables({
  owners: { id: text().primaryKey() }, // nothing of pets
  pets: table({
    id: text().primaryKey(),
    ${above}
    owner_id: text().references("owners"),${behind}
    name: text(),
  })
    ${above}
    .foreignKey(["a", "b"], "pairs"),${behind}
  others: { owner_id: text().references("owners") }, // another's
});`;

  it("has to be told where it stands", () => {
    for (const key of [relation, several]) {
      expect(isUntold(text("", ""), key)).toBe(true);
      expect(isUntold(text("", " // 2 of 3 have no owner"), key)).toBe(false);
      expect(isUntold(text("// 2 of 3 have no owner", ""), key)).toBe(false);
      expect(isUntold(text("", ""), { ...key, orphans: 0 })).toBe(false);
      expect(isUntold(text("", " // told"), { ...key, references: "someone" })).toBe(true);
    }
  });
});

describe("the goals", () => {
  const good: CaseResult = {
    ...{ name: "good", columns: 1, foreignKeys: null, verdict: "verified", lost: 0, timesCheck: 1.5 },
    ...{ wrong: [], failures: [], missedColumns: [], missedForeignKeys: [] },
  };

  it("are met by what has everything", () => {
    expect(missedBy([good])).toEqual([]);
    expect(missingIn(good)).toEqual([]);
    expect(tableOf([good]).split("\n")[1]).toBe("good  1.00     none          0           0     verified  × 1.5");
  });

  it.each<[string, Partial<CaseResult>]>([
    ["bad: it did not load", { failures: ["it did not load"] }],
    ["bad: columns: 0.59 is below 0.6", { columns: 0.59 }],
    ["bad: foreign keys: 0.59 is below 0.6", { foreignKeys: 0.59 }],
    ["the mean of the columns: 0.84 is below 0.85", { columns: 0.68 }],
    ["the mean of the foreign keys: 0.79 is below 0.8", { foreignKeys: 0.79 }],
    ["bad: a.b → c has orphans, and no comment tells it", { wrong: ["a.b → c"] }],
    ["bad: 1 items or attributes are lost that the mapping written by hand has", { lost: 1 }],
  ])("%s", (told, wrong) => {
    expect(missedBy([good, { ...good, name: "bad", ...wrong }])).toContain(told);
  });

  it("count a case without a draft as nothing found, and name what was missed", () => {
    const failed: CaseResult = { name: "failed", failures: ["no draft"] };
    expect(meanOf([good, failed], "columns")).toBe(0.5);
    expect(meanOf([good], "foreignKeys")).toBe(null);
    expect(missingIn({ ...good, missedColumns: ["a.b"], missedForeignKeys: ["a.b → c"] })).toEqual([
      "good, columns not found: a.b",
      "good, foreign keys not found: a.b → c",
    ]);
  });
});
