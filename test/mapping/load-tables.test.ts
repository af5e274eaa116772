/** What is wrong with tables, and with what is written to them, is told when a mapping is loaded. */
import { expect, it } from "vitest";
import { defineItems, defineTables, jsonb, numeric, table, text } from "../../lambda/mapping/index.ts";
import { keys, type Mistakes, one, problems, unchecked } from "../support/mistakes.ts";

const MISTAKES: Mistakes = {
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
  "a column that is called as what every object has, and is not given": [
    defineTables({ things: { id: text().primaryKey(), constructor: text(), toString: text() } }),
    defineItems(one, { keys }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "b" }, ({ key }) => [into("things", unchecked({ id: key.id }))]),
    ]),
    /column constructor is not given[\s\S]*column toString is not given/,
  ],
  "numbers for a column that has none": [
    defineTables({ things: { id: text().primaryKey().identityLater(), note: text() } }),
    defineItems(one, { keys }, () => []),
    /column id: text cannot be numbered by Postgres/,
  ],
  "a table nobody writes": [
    one,
    defineItems(one, { keys }, ({ ignoreItem }) => [ignoreItem("X", { pk: "a", sk: "b" }, "why")]),
    /table things: no item writes it/,
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
