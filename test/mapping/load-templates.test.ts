/** What is wrong with key templates is told when a mapping is loaded. */
import { expect, it } from "vitest";
import { defineItems } from "../../lambda/mapping/index.ts";
import { keys, type Mistakes, one, problems, unchecked } from "../support/mistakes.ts";

const MISTAKES: Mistakes = {
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
  "a sort key template without a sort key": [
    one,
    defineItems(one, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("X", { pk: "A#{id}", sk: "S" }, ({ key, attr }) => [
        into("things", { id: key.id, note: attr("n").optional() }),
      ]),
    ]),
    /the table has none/,
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
};

it.each(Object.entries(MISTAKES))("%s", (_, [declared, spec, message]) => {
  expect(problems(declared, spec).join("\n")).toMatch(message);
});
