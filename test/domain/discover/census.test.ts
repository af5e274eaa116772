/** Decoded items → the census: policies respected, counts exact, and whatever could grow with the table cut with a number. */
import { describe, expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { isClean } from "../../../lambda/domain/discover/census.ts";
import { CensusTaker } from "../../../lambda/domain/discover/census-taker.ts";
import { Holders } from "../../../lambda/domain/proof/holders.ts";
import { bigint, defineItems, defineTables, table, text } from "../../../lambda/mapping/index.ts";

const tables = defineTables({
  rejects: { id: text().primaryKey(), n: bigint() },
  copies: table({ id: text().primaryKey(), n: bigint() }).duplicates("identical"),
  newest: table({ id: text().primaryKey(), n: bigint() }).duplicates({ latest: "n" }),
  merged: table({ id: text().primaryKey(), n: bigint().nullable(), m: bigint().nullable() }).duplicates("merge"),
});
const items = defineItems(
  tables,
  { keys: { pk: "PK", sk: "SK" }, ttl: { attribute: "Gone", expired: "skip" } },
  ({ item, into, part, ignoreItem }) => [
    item("Reject", { pk: "R#{id}", sk: "{side}" }, ({ key, attr }) => [into("rejects", { id: key.id, n: attr("n") })]),
    item("Copy", { pk: "C#{id}", sk: "{side}" }, ({ key, attr }) => [into("copies", { id: key.id, n: attr("n") })]),
    item("Newest", { pk: "N#{id}", sk: "{side}" }, ({ key, attr }) => [into("newest", { id: key.id, n: attr("n") })]),
    item("Left", { pk: "M#{id}", sk: "LEFT" }, ({ key, attr }) => [part("merged", { id: key.id, n: attr("n") })]),
    item("Right", { pk: "M#{id}", sk: "RIGHT" }, ({ key, attr }) => [part("merged", { id: key.id, m: attr("m") })]),
    item("Told", { pk: "W#{id}", sk: "{side}", where: { Type: "w" } }, ({ key, attr }) => [
      into("newest", { id: key.id, n: attr("n") }),
    ]),
    ignoreItem("Lock", { pk: "LOCK#{id}", sk: "{side}" }, "locks are not data"),
  ],
);
const mapping = load({ tables, items });
const decode = decoder(mapping, { source: "memory:census", expiredAt: 1_000n });

const made = (PK: string, SK: string, more: Item = { n: { N: "1" } }): Item => ({
  PK: { S: PK },
  SK: { S: SK },
  ...more,
});

function censusOf(list: readonly Item[], holders = new Holders()) {
  const taker = new CensusTaker(mapping.keys, { mapping, decode }, holders);
  for (const item of list) taker.add({ item });
  return taker.census("memory:census", true);
}
const n = (value: number): Item => ({ n: { N: String(value) } });

describe("two items that give one row", () => {
  it.each([
    ["reject: whatever they hold", [made("R#1", "a"), made("R#1", "b")], [["rejects", "collision", 1]]],
    ["identical: where they differ", [made("C#1", "a"), made("C#1", "b", n(2))], [["copies", "conflict", 1]]],
    ["identical: not where they are copies", [made("C#1", "a"), made("C#1", "b")], []],
    ["latest: never", [made("N#1", "a"), made("N#1", "b", n(2))], []],
    [
      "merge: not where each writes its own columns",
      [made("M#1", "LEFT"), made("M#1", "RIGHT", { m: { N: "1" } })],
      [],
    ],
    ["and not where the rows are two", [made("R#1", "a"), made("R#2", "a"), made("C#1", "a")], []],
  ])("%s", (_, list, told) => {
    const forth = censusOf(list);
    const back = censusOf(list.toReversed());
    expect(forth.conflicts.map(({ table: name, kind, count }) => [name, kind, count])).toEqual(told);
    expect(back.conflicts.map(({ table: name, kind, count }) => [name, kind, count])).toEqual(told);
    expect(isClean(forth)).toBe(told.length === 0);
  });

  it("are told with the columns that differ, or that none does", () => {
    const list = [made("R#1", "a"), made("R#1", "b"), made("C#1", "a"), made("C#1", "b", n(2)), made("C#1", "c", n(3))];
    const { conflicts } = censusOf(list);
    expect(conflicts).toMatchObject([
      {
        table: "copies",
        count: 2,
        alike: 0,
        differing: { n: 2 },
        examples: [{ differing: ["n"] }, { differing: ["n"] }],
      },
      { table: "rejects", count: 1, alike: 1, differing: {}, examples: [{ differing: [] }] },
    ]);
  });

  it("are counted all and shown a few times, with the item that came before", () => {
    const { conflicts } = censusOf(Array.from({ length: 10 }, (_, at) => made("R#1", String(at))));
    expect(conflicts).toMatchObject([{ count: 9 }]);
    expect(conflicts[0]?.examples).toHaveLength(3);
    expect(conflicts[0]?.examples[0]).toMatchObject({ key: ["1"], holder: expect.stringContaining('"SK":{"S":"0"}') });
  });

  it("are looked for among as many rows as there is room for, and the others are counted", () => {
    const list = Array.from({ length: 20 }, (_, at) => made(`R#${at % 10}`, String(at)));
    const few = censusOf(list, new Holders({ rows: 4, characters: 1_000_000 }));
    expect(few).toMatchObject({ conflicts: [{ count: 4 }], rowsNotCompared: 12 });
    expect(censusOf(list, new Holders({ rows: 100, characters: 100 })).rowsNotCompared).toBeGreaterThan(0);
    expect(censusOf(list)).toMatchObject({ conflicts: [{ count: 10 }], rowsNotCompared: 0 });
  });
});

describe("an item that becomes nothing", () => {
  it("is told by entity, reason and attribute, with the first such item", () => {
    const bad = [made("R#1", "a", { n: { S: "x" } }), made("R#2", "a", { n: { S: "y" } }), made("C#1", "a", {})];
    const { failures } = censusOf([...bad, made("R#3", "a")]);
    expect(failures).toEqual([
      expect.objectContaining({
        entity: "Reject",
        reason: "wrong-type",
        count: 2,
        detail: expect.stringMatching(/\bn\b/),
      }),
      expect.objectContaining({ entity: "Copy", reason: "missing-attribute", count: 1 }),
    ]);
    expect(failures[0]?.example).toContain("R#1");
  });

  it("is no fault where that was declared", () => {
    const census = censusOf([made("LOCK#1", "a"), made("R#1", "a", { ...n(1), Gone: { N: "999" } })]);
    expect(census).toMatchObject({ read: 2, ignored: 1, expired: 1 });
    expect(isClean(census)).toBe(true);
  });

  it("is told by the shape of its key where no template matches", () => {
    const census = censusOf([made("X#1", "Y"), made("X#2", "Y"), made("R#1", "a")]);
    expect(census.shapes.map(({ pk, sk, count }) => ({ pk, sk, count }))).toEqual([
      { pk: "X#{int}", sk: "Y", count: 2 },
    ]);
    expect(isClean(census)).toBe(false);
  });

  it("is told by its place in the file where it cannot be read", () => {
    const taker = new CensusTaker(mapping.keys, { mapping, decode });
    taker.add({ unreadable: { position: "line 7", text: "{", detail: "no JSON" } });
    expect(taker.census("memory:census", true).failures).toEqual([
      { entity: undefined, reason: "unreadable", detail: "no JSON", count: 1, example: "line 7" },
    ]);
  });
});

it("attributes nobody reads are told with their number, and names that never come twice are cut with theirs", () => {
  const { unmapped, beyond, entities } = censusOf(
    Array.from({ length: 1200 }, (_, at) =>
      made(`R#${at}`, "a", { ...n(1), Color: { S: "red" }, [`x${at}`]: { S: "" } }),
    ),
  );
  expect(unmapped[0]).toMatchObject({ entity: "Reject", attribute: "Color", count: 1200 });
  expect(unmapped.reduce((sum, { count }) => sum + count, 0) + beyond.unmapped).toBe(2400);
  expect(beyond.unmapped).toBe(201);
  const reject = entities.find(({ name }) => name === "Reject");
  expect((reject?.attributes.reduce((sum, { count }) => sum + count, 0) ?? 0) + (reject?.beyond ?? 0)).toBe(3600);
});

it("an entity is told with its items, rows and attributes, and one without an item too", () => {
  const { entities } = censusOf([made("R#1", "a"), made("R#2", "a", { n: { S: "x" } })]);
  expect(entities.find(({ name }) => name === "Reject")).toMatchObject({
    count: 2,
    rows: 1,
    attributes: [
      {
        name: "n",
        count: 2,
        types: [
          ["N", 1],
          ["S", 1],
        ],
      },
    ],
    sample: { rows: [{ table: "rejects", values: { id: "1", n: "1" } }] },
  });
  expect(entities.find(({ name }) => name === "Left")).toEqual({
    name: "Left",
    count: 0,
    rows: 0,
    attributes: [],
    ignore: [],
    beyond: 0,
  });
});

describe("worth a look, and no fault", () => {
  const told = (list: readonly Item[]) => {
    const census = censusOf(list);
    expect(isClean(census)).toBe(true);
    return census.findings.flatMap(({ where, problem }) => (/any key/.test(problem) ? [`${where}: ${problem}`] : []));
  };

  it("a text that stands for NULL where a column takes it, with how often; none where the mapping knows it", () => {
    const blank = { T: { S: "N/A" }, K: { S: "N/A" } };
    const texts = defineTables({ t: { id: text().primaryKey(), t: text(), k: text().nullable() } });
    const said = defineItems(texts, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("T", { pk: "{id:int}" }, ({ key, attr }) => [
        into("t", { id: key.id, t: attr("T"), k: attr("K").nullIf("N/A") }),
      ]),
    ]);
    const spoken = load({ tables: texts, items: said });
    const taker = new CensusTaker(spoken.keys, {
      mapping: spoken,
      decode: decoder(spoken, { source: "memory:texts", expiredAt: 0n }),
    });
    for (const [at, more] of [blank, blank, { T: { S: "Nadia" }, K: { S: "n/a." } }].entries())
      taker.add({ item: { PK: { S: String(at) }, ...more } });
    const { findings, entities } = taker.census("memory:texts", true);
    expect(findings).toEqual([
      {
        where: "T",
        problem: '2 of 3 T are the text "N/A", and stay a text',
        remedy: expect.stringContaining('.nullIf("N/A")'),
      },
    ]);
    expect(entities[0]?.attributes).toEqual([
      { name: "K", count: 3, types: [["S", 3]], nullTexts: [["N/A", 2]] },
      { name: "T", count: 3, types: [["S", 3]], nullTexts: [["N/A", 2]] },
    ]);
  });

  it("a template that takes any key and took strangers, by their shapes; not one whose items are alike", () => {
    const uuid = (at: number) => `5a1e7a30-0000-4000-8000-${String(at).padStart(12, "0")}`;
    const alike = Array.from({ length: 20 }, (_, at) => made(`R#${at}`, uuid(at)));
    expect(told(alike)).toEqual([]);
    expect(told([...alike, made("R#99", "META")])).toEqual([
      'Reject: {side} takes any key: beside 20 like "R#{int}" / "{uuid}" it took 1 like "R#{int}" / "META"',
    ]);
    expect(told([made("R#1", "left"), made("R#2", "right")])).toEqual([]);
    // What an attribute names is no stranger, whatever its key.
    const named = [...alike, made("R#99", "META")].map((item, at) => ({
      ...{ ...item, PK: { S: `W#${at}` }, Type: { S: "w" } },
    }));
    expect(told(named)).toEqual([]);
  });

  it("a part of a key that no column reads, but for one that an attribute holds in every item", () => {
    const games = defineTables({ games: { id: text().primaryKey(), map: text() } });
    const spec = defineItems(games, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
      item("Game", { pk: "G#{game}", sk: "M#{map}" }, ({ attr }) => [
        into("games", { id: attr("Id"), map: attr("Map").convert("map v1", (value) => value) }),
      ]),
    ]);
    const found = load({ tables: games, items: spec });
    const lost = (list: readonly Item[], whole = true) => {
      const taker = new CensusTaker(found.keys, {
        mapping: found,
        decode: decoder(found, { source: "s", expiredAt: 0n }),
      });
      for (const item of list) taker.add({ item });
      return taker.census("s", whole).findings.map(({ problem }) => problem);
    };
    const game = (id: string, told = id) => made(`G#${id}`, "M#x", { Id: { S: told }, Map: { S: "x" } });
    // What a function makes of an attribute need not be what it held.
    expect(lost([game("1"), game("2")])).toEqual(["no column reads {map} of its keys"]);
    expect(lost([game("ada", "Ada")])).toEqual(["no column reads {map} of its keys"]);
    expect(lost([game("1"), game("2", "two")])).toEqual(["no column reads {game}, {map} of its keys"]);
    expect(lost([game("1")], false)).toEqual(["no column reads {game}, {map} of its keys"]);
    expect(lost([])).toEqual(["no column reads {game}, {map} of its keys"]);
  });

  it("of what only an id is made", () => {
    const made = defineTables({ t: { id: text().primaryKey() } });
    const hashed = defineItems(made, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("T", { pk: "T" }, ({ attr, surrogate }) => [into("t", { id: surrogate("t", attr("Email")) })]),
    ]);
    const loaded = load({ tables: made, items: hashed });
    const taker = new CensusTaker(loaded.keys, {
      mapping: loaded,
      decode: decoder(loaded, { source: "s", expiredAt: 0n }),
    });
    expect(taker.census("s", true).findings).toMatchObject([{ where: "T", problem: expect.stringContaining("Email") }]);
  });
});
