/** What only the whole mapping shows is found when it is loaded: all of it at once, each problem with its remedy. */
import { describe, expect, it } from "vitest";
import { defineItems, defineTables, jsonb, text } from "../../lambda/mapping/index.ts";
import type { ItemsSpec } from "../../lambda/mapping/items.ts";
import { loadMapping } from "../../lambda/mapping/load.ts";
import type { AnyReader } from "../../lambda/mapping/words.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";
import { keys, type Mistakes, one, problems, unchecked } from "../support/mistakes.ts";

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

const MISTAKES: Mistakes = {
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
  "no item at all": [one, defineItems(one, { keys }, () => []), /items: no item is declared/],
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
};

it.each(Object.entries(MISTAKES))("%s", (_, [declared, spec, message]) => {
  expect(problems(declared, spec).join("\n")).toMatch(message);
});

it("all problems come in one answer", () => {
  const broken = defineTables({ a: { id: jsonb().primaryKey() }, b: { id: text() } });
  const spec = defineItems(broken, { keys }, ({ item }) => [item("X", { pk: "{a}{b}", sk: "{" }, () => [])]);
  expect(problems(broken, spec).length).toBeGreaterThanOrEqual(5);
});
