/** One column that several parts of a row give, and have to give alike: who holds it, who says the same, and who something else. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { load } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { CensusTaker } from "../../lambda/domain/discover/census-taker.ts";
import { defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { memorySource } from "../support/memory-source.ts";
import { dump, migrateTrial, query, verifyTrial } from "../support/migration.ts";
import { passesEndAsOne } from "../support/passes.ts";
import { SEED } from "../support/thoroughness.ts";

const tables = defineTables({
  users: table({
    id: text().primaryKey(),
    email: text().nullable().unique(),
    name: text().nullable(),
    theme: text().nullable(),
  }).duplicates("merge", { agree: ["email"] }),
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, part }) => [
  item("Profile", { pk: "U#{id}", sk: "P#{n}" }, ({ key, attr }) => [
    part("users", { id: key.id, email: attr("e").optional(), name: attr("v").optional() }),
  ]),
  item("Settings", { pk: "U#{id}", sk: "S#{n}" }, ({ key, attr }) => [
    part("users", { id: key.id, email: attr("e").optional(), theme: attr("v").optional() }),
  ]),
]);
const schema = { tables, items };
const made = (id: string, SK: string, more: Readonly<Record<string, string>>): Item => ({
  ...{ PK: { S: `U#${id}` }, SK: { S: SK } },
  ...Object.fromEntries(Object.entries(more).map(([name, S]) => [name, { S }])),
});
const PROFILE = made("ada", "P#1", { e: "ada@x", v: "Ada" });
const SETTINGS = made("ada", "S#1", { e: "ada@x", v: "dark" });
const OTHER = made("ada", "S#1", { e: "ada@y", v: "dark" });
const SILENT = made("ada", "S#1", { v: "dark" });

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const migrate = (list: readonly Item[], prune = false) =>
  beginTrial({ url: database.url, schema, items: list, options: { prune } });
const rows = () => query(database.url, "select * from users order by id");
const ADA = { id: "ada", email: "ada@x", name: "Ada", theme: "dark" };

describe("a column that two parts give", () => {
  it.each([
    ["is held once where both say the same", SETTINGS, 1],
    ["is the one's where the other has nothing to say", SILENT, 0],
  ] as const)("%s", async (_, settings, copies) => {
    for (const list of [
      [PROFILE, settings],
      [settings, PROFILE],
    ]) {
      const report = await migrateTrial({ url: database.url, schema, items: list });
      expect(report.verdict).toBe("verified");
      expect(report.tables[0]).toMatchObject({ copies, actualRows: 1 });
      expect(await rows()).toEqual([ADA]);
    }
  });

  it("I9: is a conflict where they differ, told with both, in whichever order they come, and can be let go", async () => {
    const report = await migrate([PROFILE, OTHER]);
    expect(report.verdict).toBe("discrepant");
    const { problem, subject, remedy, examples } = report.discrepancies[0] ?? {};
    expect({ problem, subject }).toEqual({
      subject: "users",
      problem: "1 contribution does not hold its row: differing-parts",
    });
    expect(remedy).toMatch(/^two items say different things of one column: correct one of them .*column of its own/);
    const sources = ['{"PK":{"S":"U#ada"},"SK":{"S":"P#1"}}', '{"PK":{"S":"U#ada"},"SK":{"S":"S#1"}}'];
    expect([examples?.[0]?.source, examples?.[0]?.holder].sort()).toEqual(sources);
    const held = await rows();
    await using back = await createDatabase();
    await migrateTrial({ url: back.url, schema, items: [OTHER, PROFILE] });
    expect(await dump(back.url, ["users"])).toEqual(await dump(database.url, ["users"]));
    expect(held).toEqual([{ ...ADA, email: expect.stringMatching(/^ada@[xy]$/) }]);
    const task = { target: database.url, schema };
    await runAccept({ ...task, key: [], reason: "known", all: true, reasonCode: "differing-parts", entity: undefined });
    const again = await verifyTrial({ ...task, options: {} }, memorySource([PROFILE, OTHER]));
    expect(again).toMatchObject({ verdict: "verified", accepted: 1 });
  });

  it("goes over to the other part when the one that held it is gone, and to NULL with the last", async () => {
    await migrate([PROFILE, SETTINGS]);
    expect(await migrate([SETTINGS], true)).toMatchObject({ verdict: "verified" });
    expect(await rows()).toEqual([{ ...ADA, name: null }]);
    expect(await migrate([PROFILE, SETTINGS], true)).toMatchObject({ verdict: "verified" });
    expect(await migrate([PROFILE], true)).toMatchObject({ verdict: "verified" });
    expect(await rows()).toEqual([{ ...ADA, theme: null }]);
    const mute = made("ada", "P#1", { v: "Ada" });
    expect(await migrate([mute], true)).toMatchObject({ verdict: "verified" });
    expect(await rows()).toEqual([{ ...ADA, theme: null, email: null }]);
  });

  it("is told by check with both, and by its column", () => {
    const mapping = load(schema);
    const conflicts = (list: readonly Item[]) => {
      const decode = decoder(mapping, { source: "s", expiredAt: 0n });
      const taker = new CensusTaker(mapping.keys, { mapping, decode });
      for (const item of list) taker.add({ item });
      return taker.census("s", true).conflicts;
    };
    const taker = new CensusTaker(mapping.keys, { mapping, decode: decoder(mapping, { source: "s", expiredAt: 0n }) });
    taker.add({ item: PROFILE });
    // A person sees one row.
    expect(taker.census("s", true).entities[0]).toMatchObject({
      rows: 1,
      sample: { rows: [{ table: "users", values: { id: "ada", name: "Ada", email: "ada@x" } }] },
    });
    expect(conflicts([PROFILE, SETTINGS])).toEqual([]);
    expect(conflicts([PROFILE, SILENT])).toEqual([]);
    expect(conflicts([PROFILE, OTHER])).toMatchObject([
      { table: "users", kind: "differing-parts", count: 1, differing: { email: 1 } },
    ]);
    expect(conflicts([PROFILE, { ...PROFILE, SK: { S: "P#2" } }])).toMatchObject([{ kind: "collision", count: 1 }]);
  });
});

it("may be one that is never NULL, though one part lacks it: a row that no part gives it to is told", async () => {
  const strict = defineTables({
    users: table({ id: text().primaryKey(), email: text(), theme: text().nullable() }).duplicates("merge", {
      agree: ["email"],
    }),
  });
  const spec = defineItems(strict, { keys: { pk: "PK", sk: "SK" } }, ({ item, part }) => [
    item("Profile", { pk: "U#{id}", sk: "P#{n:int}" }, ({ key, attr }) => [
      part("users", { id: key.id, email: attr("e") }),
    ]),
    item("Settings", { pk: "U#{id}", sk: "S#{n:int}" }, ({ key, attr }) => [
      part("users", { id: key.id, email: attr("e").optional(), theme: attr("v") }),
    ]),
  ]);
  const PLAIN = made("ada", "P#1", { e: "ada@x" });
  const trial = { url: database.url, schema: { tables: strict, items: spec } };
  expect((await migrateTrial({ ...trial, items: [PLAIN, SILENT] })).verdict).toBe("verified");
  const alone = await migrateTrial({ ...trial, items: [SILENT], options: { prune: true } });
  expect(alone.discrepancies).toMatchObject([
    { subject: "users (email)", problem: "1 row is NULL where the mapping promises a value" },
  ]);
});

it(`I5: parts that agree or do not, pass after pass, end as a run from nothing does (seed ${SEED})`, () =>
  passesEndAsOne({
    ...{ url: database.url, schema, tables: ["users"], items: 90 },
    make(place, draw) {
      const id = `k${draw(20)}`;
      const email: Record<string, string> = draw(3) === 0 ? {} : { e: `${id}@${draw(4) === 0 ? "y" : "x"}` };
      return made(id, `${["P", "S"][place % 2]}#${place}`, { ...email, v: `v${draw(3)}` });
    },
  }));
