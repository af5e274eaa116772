/** What is wrong with the parts of merged rows is told when a mapping is loaded. */
import { expect, it } from "vitest";
import { defineItems, table, text } from "../../lambda/mapping/index.ts";
import { keys, type Mistakes, merged, one, problems, unchecked } from "../support/mistakes.ts";

const MISTAKES: Mistakes = {
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
};

it.each(Object.entries(MISTAKES))("%s", (_, [declared, spec, message]) => {
  expect(problems(declared, spec).join("\n")).toMatch(message);
});
