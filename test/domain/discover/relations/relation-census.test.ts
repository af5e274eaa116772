/** What no row shows alone, told before anything is written: orphans, values that must be unique, parts that are missing. */
import { describe, expect, it } from "vitest";
import { load } from "../../../../lambda/compose.ts";
import type { Item } from "../../../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../../../lambda/domain/decode/decoder.ts";
import { isClean } from "../../../../lambda/domain/discover/census.ts";
import { CensusTaker } from "../../../../lambda/domain/discover/census-taker.ts";
import { RelationCensus } from "../../../../lambda/domain/discover/relations/relation-census.ts";
import { defineItems, defineTables, integer, table, text } from "../../../../lambda/mapping/index.ts";

const tables = defineTables({
  users: table({ id: text().primaryKey(), email: text().unique(), nick: text() }).duplicates("merge"),
  files: {
    id: text().primaryKey(),
    owner: text().nullable().references("users"),
    above: text().nullable().references("files"),
  },
  shares: table({ file: text().primaryKey().references("files"), user: text().primaryKey() }).duplicates("identical"),
  seats: table({ row: text().primaryKey(), n: text().primaryKey(), who: text().nullable(), at: text().nullable() })
    .unique("who", "at")
    .duplicates("identical"),
  orders: table({
    id: text().primaryKey(),
    user: text().references("users", "email"),
    nick: text().nullable(),
  }).repeats("user", { nick: "nick" }),
  edges: table({ a: text().primaryKey(), b: text().primaryKey() }).duplicates("identical", { copies: 2 }),
  latest: table({ id: text().primaryKey(), owner: text().references("users"), n: integer() }).duplicates({
    latest: "n",
  }),
});
const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, part }) => [
  item("User", { pk: "U#{id}", sk: "A" }, ({ key, attr }) => [part("users", { id: key.id, email: attr("e") })]),
  item("Nick", { pk: "U#{id}", sk: "B" }, ({ key, attr }) => [part("users", { id: key.id, nick: attr("n") })]),
  item("File", { pk: "F#{id}", sk: "A" }, ({ key, attr }) => [
    into("files", { id: key.id, owner: attr("o").optional(), above: attr("a").optional() }),
  ]),
  item("Share", { pk: "F#{file}", sk: "S#{user}" }, ({ key }) => [into("shares", { file: key.file, user: key.user })]),
  item("Seat", { pk: "R#{row}", sk: "N#{n}#{copy}" }, ({ key, attr }) => [
    into("seats", { row: key.row, n: key.n, who: attr("w").optional(), at: attr("t").optional() }),
  ]),
  item("Order", { pk: "O#{id}", sk: "A" }, ({ key, attr }) => [
    into("orders", { id: key.id, user: attr("u"), nick: attr("n").optional() }),
  ]),
  item("Forth", { pk: "E#{a}", sk: "TO#{b}" }, ({ key }) => [into("edges", { a: key.a, b: key.b })]),
  item("Back", { pk: "E#{b}", sk: "FROM#{a}" }, ({ key }) => [into("edges", { a: key.a, b: key.b })]),
  item("Latest", { pk: "L#{id}", sk: "{n:int}" }, ({ key, attr }) => [
    into("latest", { id: key.id, owner: attr("o"), n: key.n.digits() }),
  ]),
]);
const mapping = load({ tables, items });
const decode = decoder(mapping, { source: "memory:relations", expiredAt: 0n });

const made = (PK: string, SK: string, more: Readonly<Record<string, string>> = {}): Item => ({
  ...{ PK: { S: PK }, SK: { S: SK } },
  ...Object.fromEntries(Object.entries(more).map(([name, S]) => [name, { S }])),
});
const user = (id: string, e = `${id}@x`): [Item, Item] => [
  made(`U#${id}`, "A", { e }),
  made(`U#${id}`, "B", { n: id }),
];

function censusOf(list: readonly Item[], whole = true) {
  const taker = new CensusTaker(mapping.keys, { mapping, decode });
  for (const item of list) taker.add({ item });
  return taker.census("memory:relations", whole);
}
/** Told the same, whichever item comes first. */
function told(list: readonly Item[]) {
  const both = [censusOf(list), censusOf(list.toReversed())].map((census) => {
    const { orphans = [], clashes, missing = [], copies = [], repeats } = census.relations;
    return {
      clean: isClean(census),
      faults: [...orphans, ...clashes, ...missing, ...copies, ...repeats].map(
        ({ table: name, columns, count }) => `${name} ${columns.join()} ${count}`,
      ),
    };
  });
  expect(both[0]).toEqual(both[1]);
  return both[0];
}

describe("a row that points to one that no item gives", () => {
  it.each<[string, Item[], string[]]>([
    ["is told", [made("F#1", "A", { o: "ada" })], ["files owner 1"]],
    ["is none where the row is there", [made("F#1", "A", { o: "ada" }), ...user("ada")], []],
    ["is none where it points to nothing", [made("F#1", "A")], []],
    ["may miss one of its own table", [made("F#1", "A", { a: "2" }), made("F#2", "A", { a: "3" })], ["files above 1"]],
    ["may point to itself", [made("F#1", "A", { a: "1" })], []],
    ["counts for each of the rows", ["1", "2", "3"].map((id) => made(`F#${id}`, "A", { o: "ada" })), ["files owner 3"]],
    ["is told for each foreign key", [made("F#1", "A", { o: "a", a: "b" })], ["files owner 1", "files above 1"]],
  ])("%s", (_, list, faults) => {
    expect(told(list)).toEqual({ clean: faults.length === 0, faults });
  });

  it("is shown with what it points to and the item it is from", () => {
    const { relations } = censusOf([made("F#1", "A", { o: "ada" })]);
    expect(relations.orphans).toEqual([
      {
        ...{ table: "files", columns: ["owner"], references: "users", count: 1, isSure: true },
        examples: [{ parent: ["ada"], source: '{"PK":{"S":"F#1"},"SK":{"S":"A"}}' }],
      },
    ]);
  });

  it("is not looked for where not every item was read", () => {
    const census = censusOf([made("F#1", "A", { o: "ada" })], false);
    expect(census.relations).not.toHaveProperty("orphans");
    expect(census.relations).not.toHaveProperty("missing");
    expect(isClean(census)).toBe(true);
  });

  it("is no sure fault where a later item may give another row", () => {
    const census = censusOf([made("L#1", "1", { o: "ada" }), made("L#1", "2", { o: "bob" }), ...user("bob")]);
    expect(census.relations.orphans).toMatchObject([{ table: "latest", count: 1, isSure: false }]);
    expect(isClean(census)).toBe(true);
  });
});

describe("a value that must be unique", () => {
  it.each<[string, Item[], string[]]>([
    ["is told where two rows hold it", [...user("ada", "x"), ...user("bob", "x")], ["users email 2"]],
    ["counts every row", ["a", "b", "c"].flatMap((id) => user(id, "x")), ["users email 3"]],
    [
      "is held once by a row that two items give",
      [made("R#1", "N#1#a", { w: "w", t: "t" }), made("R#1", "N#1#b", { w: "w", t: "t" })],
      [],
    ],
    [
      "counts such a row once beside another",
      ["R#1/a", "R#2/a", "R#2/b"].map((at) => made(at.slice(0, 3), `N#1#${at.slice(4)}`, { w: "w", t: "t" })),
      ["seats who,at 2"],
    ],
    [
      "may be several columns, of which one differs",
      [made("R#1", "N#1#a", { w: "w", t: "t" }), made("R#1", "N#2#a", { w: "w", t: "u" })],
      [],
    ],
    ["is none where one is NULL", [made("R#1", "N#1#a", { w: "w" }), made("R#1", "N#2#a", { w: "w" })], []],
  ])("%s", (_, list, faults) => {
    expect(told(list)).toEqual({ clean: faults.length === 0, faults });
  });
});

it("a row without the part that gives what may not be NULL is told, and is none once the part is there", () => {
  const [first, second] = user("ada");
  expect(told([first, second])).toEqual({ clean: true, faults: [] });
  expect(told([first])?.faults).toEqual(["users nick 1"]);
  expect(told([second])?.faults).toEqual(["users email 1"]);
});

it("I8: what is too much to remember is not looked at, which is said, and nothing false is told for it", () => {
  const few = new RelationCensus(mapping.tables, { values: 60, characters: 1000 });
  const add = (item: Item) => {
    const { outcome, source } = decode({ item });
    if (outcome.kind === "rows") for (const row of outcome.contributions) few.add(row, source);
  };
  for (let at = 0; at < 300; at += 1) {
    // A file of nobody, and one of somebody who comes behind it.
    add(made(`F#${at}`, "A", { o: `none${at}` }));
    add(made(`F#x${at}`, "A", { o: `some${at}` }));
    for (const each of user(`some${at}`)) add(each);
  }
  const { orphans, clashes, missing, copies, oneIn } = few.found(true);
  expect(oneIn).toBeGreaterThan(1);
  expect(oneIn).toBeLessThan(1000);
  expect({ clashes, missing, copies }).toEqual({ clashes: [], missing: [], copies: [] });
  const [fault] = orphans ?? [];
  expect(orphans).toHaveLength(1);
  expect(fault?.count).toBeGreaterThan(0);
  expect(fault?.count).toBeLessThan(300);
  for (const { parent } of fault?.examples ?? []) expect(parent[0]).toMatch(/^none/);
});

describe("what Postgres has no constraint for", () => {
  const two = (of: string) => [made(`E#${of}`, "TO#b"), made("E#b", `FROM#${of}`)];
  it.each<[string, Item[], string[]]>([
    ["an edge stands in both directions", [...two("a"), ...two("c")], []],
    ["half of one is missing", [...two("a"), made("E#c", "TO#b")], ["edges  1"]],
    ["the other half is", [made("E#b", "FROM#c"), ...two("a")], ["edges  1"]],
    ["a row that refers to what is unique finds it", [...user("ada"), made("O#1", "A", { u: "ada@x" })], []],
    ["and is an orphan by it", [...user("ada"), made("O#1", "A", { u: "ada" })], ["orders user 1"]],
  ])("%s", (_, list, faults) => {
    expect(told(list)).toEqual({ clean: faults.length === 0, faults });
  });
});

describe("a column that repeats what the row holds that is pointed to", () => {
  const parents = defineTables({
    customers: { id: text().primaryKey(), name: text().nullable() },
    lines: table({ id: text().primaryKey(), of: text().references("customers"), name: text().nullable() }).repeats(
      "of",
      {
        name: "name",
      },
    ),
  });
  const spec = defineItems(parents, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
    item("Customer", { pk: "C#{id}", sk: "A" }, ({ key, attr }) => [
      into("customers", { id: key.id, name: attr("n").optional() }),
    ]),
    item("Line", { pk: "C#{of}", sk: "L#{id}" }, ({ key, attr }) => [
      into("lines", { id: key.id, of: key.of, name: attr("n").optional() }),
    ]),
  ]);
  const loaded = load({ tables: parents, items: spec });
  const decodeLines = decoder(loaded, { source: "memory:lines", expiredAt: 0n });
  const [ada, nobody] = [made("C#1", "A", { n: "Ada" }), made("C#1", "A")];
  const line = (id: string, n?: string) => made("C#1", `L#${id}`, n === undefined ? {} : { n });

  it.each<[string, Item[], number]>([
    ["the same", [ada, line("1", "Ada"), line("2", "Ada")], 0],
    ["another", [ada, line("1", "Ada"), line("2", "ada")], 1],
    ["another, in several rows", [ada, line("1", "x"), line("2", "y")], 2],
    ["nothing, which says nothing", [ada, line("1")], 0],
    ["something where there is nothing", [nobody, line("1", "Ada")], 1],
    ["what nobody can know", [line("1", "Ada")], 0],
  ])("holds %s", (_, list, count) => {
    for (const ordered of [list, list.toReversed()]) {
      const taker = new CensusTaker(loaded.keys, { mapping: loaded, decode: decodeLines });
      for (const item of ordered) taker.add({ item });
      const census = taker.census("memory:lines", true);
      expect(census.relations.repeats.map((each) => [each.table, each.columns.join(), each.count])).toEqual(
        count === 0 ? [] : [["lines", "name", count]],
      );
      expect(isClean(census)).toBe(count === 0 && list.length > 1);
    }
  });
});
