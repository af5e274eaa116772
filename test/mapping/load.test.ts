/** What only the whole mapping shows is found when it is loaded: all of it at once, each problem with its remedy. */
import { describe, expect, it } from "vitest";
import { defineItems, defineTables, jsonb, numeric, table, text } from "../../lambda/mapping/index.ts";
import type { ItemsSpec } from "../../lambda/mapping/items.ts";
import { loadMapping } from "../../lambda/mapping/load.ts";
import type { Tables } from "../../lambda/mapping/tables.ts";
import type { AnyReader } from "../../lambda/mapping/words.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";

const keys = { pk: "PK", sk: "SK" };

function problems(declared: Tables, spec: ItemsSpec): string[] {
  const loaded = loadMapping(declared, spec);
  return "problems" in loaded
    ? loaded.problems.map(({ where, problem, remedy }) => `${where}: ${problem} → ${remedy}`)
    : [];
}

const one = defineTables({ things: { id: text().primaryKey(), note: text().nullable() } });
const merged = defineTables({ things: table({ id: text().primaryKey(), a: text(), b: text() }).duplicates("merge") });

/** What a JavaScript user, or a hasty cast, could write past the compiler. */
// biome-ignore lint/suspicious/noExplicitAny: these mistakes do not compile, and are met all the same
const unchecked = (value: unknown): any => value;

describe("the sample mapping", () => {
  it("loads without a problem", () => {
    expect(problems(tables, items)).toEqual([]);
  });

  it("has an identity that changes with what it means and with nothing else", () => {
    const identity = (spec: ItemsSpec) => {
      const loaded = loadMapping(tables, spec);
      return "mapping" in loaded ? loaded.mapping.identity : undefined;
    };
    const { options, entities } = items;
    expect(identity({ options, entities: [...entities] })).toBe(identity(items));
    expect(identity({ options: { ...options, ignore: [] }, entities })).not.toBe(identity(items));
  });
});

const MISTAKES: Record<string, readonly [Tables, ItemsSpec, RegExp]> = {
  "what repeats nothing that is there": [
    unchecked({
      a: table({ id: text().primaryKey(), b: text().references("b"), n: text(), m: numeric() })
        .repeats("b", { n: "nam", m: "name" })
        .repeats("n", { n: "name" }),
      b: { id: text().primaryKey(), name: text() },
    }),
    defineItems(unchecked({}), { keys }, () => []),
    /column n: it repeats nam of b, and one of them does not exist[\s\S]*column m: it is numeric, and name of b, which it repeats, is text[\s\S]*column n: it is to repeat what it refers to, and refers to nothing/,
  ],
  "copies that are none": [
    unchecked({ a: table({ id: text().primaryKey() }).duplicates("identical", { copies: 1 }) }),
    defineItems(unchecked({}), { keys }, () => []),
    /table a: what is expected is no number of copies → write \.duplicates\("identical", \{ copies: 2 \}\)/,
  ],
  "parts that agree on what is no matter of theirs": [
    unchecked({
      a: table({ id: text().primaryKey(), n: text().nullable(), m: text().nullable() }).duplicates(
        unchecked("merge"),
        unchecked({ agree: ["id", "m", "n", "x"] }),
      ),
    }),
    defineItems(unchecked({}), { keys }, ({ item, part }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key, attr }) => [
        unchecked(part)("a", { id: key.id, n: attr("n").optional() }),
      ]),
      item("Y", { pk: "B#{id}", sk: "b" }, ({ key }) => [unchecked(part)("a", { id: key.id })]),
    ]),
    /table a, column x: parts are to agree on a column that does not exist[\s\S]*agree on id, which is its key → leave it out[\s\S]*agree on n, and X alone gives it → give it in another part[\s\S]*agree on m, and none gives it/,
  ],
  "a column that no part is sure of": [
    unchecked({ a: table({ id: text().primaryKey(), n: text() }).duplicates("merge", { agree: ["n"] }) }),
    defineItems(unchecked({}), { keys }, ({ item, part }) => [
      ...(["X", "Y"] as const).map((name) =>
        item(name, { pk: `${name}#{id}`, sk: "b" }, ({ attr }) => [
          unchecked(part)("a", { id: attr("i"), n: attr("n").optional() }),
        ]),
      ),
    ]),
    /table a: column n may be null in every part, but is not nullable → make the column \.nullable\(\), or the value required in one part/,
  ],
  "two parts of one column, which say nothing of each other": [
    merged,
    defineItems(merged, { keys }, ({ item, part }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key, attr }) => [part("things", { id: key.id, a: attr("a") })]),
      item("Y", { pk: "B#{id}", sk: "b" }, ({ key, attr }) => [
        part("things", { id: key.id, a: attr("a"), b: attr("b") }),
      ]),
    ]),
    /both X and Y write a → give it to one part; or, where both say the same, \.duplicates\("merge", \{ agree: \["a"\] \}\)/,
  ],
  "a reference to what is not unique": [
    unchecked({
      a: { id: text().primaryKey(), b: text().references("b", "name") },
      b: { id: text().primaryKey(), name: text() },
    }),
    defineItems(unchecked({}), { keys }, () => []),
    /table a, column b: it references \(name\) of b, which is neither its primary key nor unique → say \.unique\(\) of \(name\) of b/,
  ],
  "a reference to a column that is not there": [
    unchecked({
      a: { id: text().primaryKey(), b: text().references("b", "toString") },
      b: { id: text().primaryKey() },
    }),
    defineItems(unchecked({}), { keys }, () => []),
    /table a, column b: it references toString of b, which has no such column → correct the name/,
  ],
  "two templates that a form would part": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("Number", { pk: "A#{id:int}", sk: "{side}" }, ({ key, attr }) => [
        into("things", { id: key.id, note: attr("n").optional() }),
      ]),
      item("Name", { pk: "A#{id}", sk: "LEFT" }, ({ key }) => [into("things", { id: key.id })]),
    ]),
    /^items Number and Name: both match the key "A#0" \/ "LEFT" → tell them apart by a form of a capture, as \{id:!int\} of Name, by a literal/,
  ],
  "two templates that no form of theirs would part": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("Left", { pk: "A#{id}", sk: "N#{n:int}" }, ({ key, attr }) => [
        into("things", { id: key.id, note: attr("n").optional() }),
      ]),
      item("Right", { pk: "{id}#B", sk: "N#{n:int}" }, ({ key }) => [into("things", { id: key.id })]),
    ]),
    /both match the key "A#B" .* → tell them apart by a form of a capture, as \{id:int\} and \{name:!int\}, by a literal/,
  ],
  "a condition that asks nothing": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "b", where: { data: { deep: {} } } }, ({ key }) => [
        into("things", { id: key.id }),
      ]),
      item("Y", { pk: "B#{id}", sk: "b", where: {} }, ({ key, attr }) => [
        into("things", { id: key.id, note: attr("n").optional() }),
      ]),
    ]),
    /^item X: `where` asks nothing of data\.deep: every item meets it → say what it holds, \{ deep: \{ NAME: "…" \} \}, or that it is there, \{ deep: present \}$/,
  ],
  "a surrogate of nothing": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ attr, surrogate }) => [
        into("things", { id: surrogate("thing"), note: attr("n").optional() }),
      ]),
    ]),
    /item X: a surrogate has no name or no parts.* → write surrogate/,
  ],
  "words that mean nothing": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key, attr }) => [
        into("things", { id: key.id.oneOf(), note: unchecked(attr("n").withoutPrefix("").split("")) }),
      ]),
    ]),
    /\.oneOf\(\) allows nothing.*empty prefix.*splits at nothing/s,
  ],
  "an element used outside its each": [
    one,
    defineItems(one, { keys }, ({ item, into, each }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key, attr }) => {
        let outside: AnyReader = attr("n");
        return [
          each(attr("list"), (element) => {
            outside = element;
            return into("things", { id: key.id, note: element });
          }),
          into("things", { id: key.id, note: unchecked(outside) }),
        ];
      }),
    ]),
    /item X, into things: it reads an element outside its `each` → use an element only inside its own each/,
  ],
  "an element of one list in the rows of another": [
    one,
    defineItems(one, { keys }, ({ item, into, each }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key, attr }) => {
        let outside: AnyReader = attr("n");
        return [
          each(attr("list"), (element) => {
            outside = element;
            return into("things", { id: key.id, note: element });
          }),
          each(attr("other"), () => into("things", { id: key.id, note: unchecked(outside) })),
        ];
      }),
    ]),
    /item X, into things: it reads an element outside its `each`/,
  ],
  "a position used as the list of another each": [
    one,
    defineItems(one, { keys }, ({ item, into, each }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key, attr }) => {
        let outside: AnyReader = attr("n");
        return [
          each(attr("list"), (_, position) => {
            outside = position;
            return into("things", { id: key.id, note: attr("n") });
          }),
          each(unchecked(attr("other").agreesWith(outside)), (element) =>
            into("things", { id: key.id, note: element }),
          ),
        ];
      }),
    ]),
    /item X, each: it reads an element outside its `each`/,
  ],
  "words that can do nothing where they stand, past the compiler": [
    one,
    defineItems(one, { keys }, ({ item, into, each }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key, attr }) => [
        into("things", { id: key.id, note: unchecked(attr("n").split(",")).at(0) }),
        into("things", { id: key.id, note: unchecked(attr("n").optional()).orElse("x") }),
        into("things", { id: unchecked(key.id).optional(), note: unchecked(attr("n").epochSeconds()).oneOf("x") }),
        into("things", { id: key.id, note: attr("n").at(-1) }),
        each(attr("list"), (element) => into("things", { id: key.id, note: unchecked(element).optional() })),
      ]),
    ]),
    new RegExp(
      [
        String.raw`\.at\(\) can do nothing with what \.split\(\) makes of a value → write \.at\(\) before \.split\(\)`,
        String.raw`\.orElse\(\) is about an absent value, and none can be absent there, behind \.optional\(\)`,
        String.raw`\.optional\(\) is about an absent value, and none can be absent there → leave`,
        String.raw`\.oneOf\(\) can do nothing with what \.epochSeconds\(\) or \.epochMillis\(\) makes`,
        "no list has an element -1",
        String.raw`\.optional\(\) is about an absent value`,
      ].join(String.raw`[\s\S]*`),
    ),
  ],
  "a column that is called as what every object has, and is not given": [
    defineTables({ things: { id: text().primaryKey(), constructor: text(), toString: text() } }),
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key }) => [into("things", unchecked({ id: key.id }))]),
    ]),
    /column constructor is not given[\s\S]*column toString is not given/,
  ],
  "two functions of one name": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key, attr }) => [
        into("things", {
          id: key.id.convert("f", () => ({ S: "1" })),
          note: attr("n").convert("f", () => ({ S: "2" })),
        }),
      ]),
    ]),
    /item X: two functions are called "f" → give each its own name/,
  ],
  "an item in scope that is not there": [
    one,
    defineItems(one, { keys, only: ["Y"] }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key, attr }) => [into("things", { id: key.id, note: attr("n") })]),
    ]),
    /only: there is no item Y/,
  ],
  "numbers for a column that has none": [
    defineTables({ things: { id: text().primaryKey().identityLater(), note: text() } }),
    defineItems(one, { keys }, () => []),
    /column id: text cannot be numbered by Postgres/,
  ],
  "no item at all": [one, defineItems(one, { keys }, () => []), /items: no item is declared/],
  "a table nobody writes": [
    one,
    defineItems(one, { keys }, ({ ignoreItem }) => [ignoreItem("X", { pk: "a", sk: "b" }, "why")]),
    /table things: no item writes it/,
  ],
  "a template that is never closed": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id", sk: "b" }, ({ attr }) => [
        into("things", { id: attr("i"), note: attr("n").optional() }),
      ]),
    ]),
    /item X: .*single "\{"/,
  ],
  "adjacent captures": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "{a}{b}", sk: "b" }, ({ key, attr }) => [
        into("things", { id: key.a, note: attr("n").optional() }),
      ]),
    ]),
    /item X/,
  ],
  "two items with one key": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "{s}" }, ({ key, attr }) => [
        into("things", { id: key.id, note: attr("n").optional() }),
      ]),
      item("Y", { pk: "{p}#x", sk: "S" }, ({ key, attr }) => [
        into("things", { id: key.p, note: attr("n").optional() }),
      ]),
    ]),
    /items X and Y: both match the key "A#x" \/ "S"/,
  ],
  "an item that can never be reached": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key, attr }) => [
        into("things", { id: key.id, note: attr("n").optional() }),
      ]),
      item("Y", { pk: "A#{other}", sk: "S" }, ({ key, attr }) => [
        into("things", { id: key.other, note: attr("n").optional() }),
      ]),
    ]),
    /item Y: every item it matches is taken by X/,
  ],
  "two items with one name": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key, attr }) => [
        into("things", { id: key.id, note: attr("n").optional() }),
      ]),
      item("X", { pk: "B#{id}", sk: "S" }, ({ key, attr }) => [
        into("things", { id: key.id, note: attr("n").optional() }),
      ]),
    ]),
    /item X: its name is empty or used twice/,
  ],
  "a sort key template without a sort key": [
    one,
    defineItems(one, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key, attr }) => [
        into("things", { id: key.id, note: attr("n").optional() }),
      ]),
    ]),
    /the table has none/,
  ],
  "writers with different columns": [
    defineTables({ things: { id: text().primaryKey(), note: text().default("'x'") } }),
    defineItems(
      defineTables({ things: { id: text().primaryKey(), note: text().default("'x'") } }),
      { keys },
      ({ item, into }) => [
        item("X", { pk: "A#{id}", sk: "S" }, ({ key }) => [into("things", { id: key.id })]),
        item("Y", { pk: "B#{id}", sk: "S" }, ({ key, attr }) => [into("things", { id: key.id, note: attr("n") })]),
      ],
    ),
    /X writes \(id\) but Y writes \(id, note\)/,
  ],
  "into a merge table": [
    merged,
    defineItems(merged, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key, attr }) => [
        into("things", { id: key.id, a: attr("a"), b: attr("b") }),
      ]),
    ]),
    /`into` writes a `merge` table → use part/,
  ],
  "a part of a table that does not merge": [
    one,
    defineItems(one, { keys }, ({ item, part }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key }) => [part("things", { id: key.id })]),
    ]),
    /`part` writes a table whose policy is not `merge`/,
  ],
  "two parts with one column": [
    merged,
    defineItems(merged, { keys }, ({ item, part }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key, attr }) => [
        part("things", { id: key.id, a: attr("a"), b: attr("b") }),
      ]),
      item("Y", { pk: "B#{id}", sk: "S" }, ({ key, attr }) => [part("things", { id: key.id, a: attr("a") })]),
    ]),
    /both X and Y write a/,
  ],
  "a column no part gives": [
    merged,
    defineItems(merged, { keys }, ({ item, part }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key, attr }) => [part("things", { id: key.id, a: attr("a") })]),
    ]),
    /no part gives column b/,
  ],
  "a capture that is only an escaped brace": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{{id}}", sk: "S" }, ({ key, attr }) => [
        into("things", { id: unchecked(key).id, note: attr("n").optional() }),
      ]),
    ]),
    /its key has no capture id/,
  ],
  "a misspelt capture, past the compiler": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key, attr }) => [
        into("things", { id: unchecked(key).idd, note: attr("n").optional() }),
      ]),
    ]),
    /its key has no capture idd → .* it has \{id\}/,
  ],
  "a misspelt capture inside a word, past the compiler": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key, attr }) => [
        into("things", { id: attr("Id").agreesWith(unchecked(key).idd), note: attr("n").optional() }),
      ]),
    ]),
    /item X: its key has no capture idd/,
  ],
  "a brace that is not closed, its capture used": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id", sk: "S" }, ({ key, attr }) => [
        into("things", { id: unchecked(key).id, note: attr("n").optional() }),
      ]),
    ]),
    /"A#\{id" has a single "\{"/,
  ],
  "an unknown table and an unknown column, past the compiler": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key, attr }) => [
        into("things", unchecked({ id: key.id, note: attr("n").optional(), more: attr("m") })),
        into(unchecked("thingz"), unchecked({})),
      ]),
    ]),
    /there is no column more[\s\S]*there is no such table/,
  ],
  "NULL where none may be, past the compiler": [
    one,
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ attr }) => [
        into("things", { id: unchecked(attr("i").optional()), note: attr("n").optional() }),
      ]),
    ]),
    /column id may be null, but is not nullable/,
  ],
  "a primary key that cannot be one, and none": [
    defineTables({ things: { id: jsonb().primaryKey(), n: numeric(2000, 3) }, bare: { a: text() } }),
    defineItems(one, { keys }, () => []),
    /jsonb cannot be a primary key[\s\S]*numeric\(2000, 3\)[\s\S]*table bare: it has no primary key/,
  ],
  "a name Postgres would cut": [
    defineTables({ ["x".repeat(64)]: { id: text().primaryKey() } }),
    defineItems(one, { keys }, () => []),
    /longer than 63 bytes/,
  ],
  "a composite foreign key to other kinds": [
    defineTables({
      a: table({ x: text().primaryKey(), y: text() }).foreignKey(["y", "x"], "b"),
      b: { p: text().primaryKey(), q: numeric().primaryKey() },
    }),
    defineItems(one, { keys }, () => []),
    /it is \(text, text\), the primary key of b is \(text, numeric\)/,
  ],
};

it.each(Object.entries(MISTAKES))("%s", (_, [declared, spec, message]) => {
  expect(problems(declared, spec).join("\n")).toMatch(message);
});

it("all problems come in one answer", () => {
  const broken = defineTables({ a: { id: jsonb().primaryKey() }, b: { id: text() } });
  const spec = defineItems(broken, { keys }, ({ item }) => [item("X", { pk: "{a}{b}", sk: "{" }, () => [])]);
  expect(problems(broken, spec).length).toBeGreaterThanOrEqual(5);
});
