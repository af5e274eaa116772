/** Kinds of items that only what they hold tells apart: by a member of a map, by what is there and what is not. */

import { describe, expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../../lambda/domain/decode/cell.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { absent, defineItems, defineTables, jsonb, present, text, type Where } from "../../../lambda/mapping/index.ts";
import { loadMapping } from "../../../lambda/mapping/load.ts";

const keys = { pk: "PK" };
const tables = defineTables({ t: { id: text().primaryKey(), gone: text().nullable(), more: jsonb().nullable() } });
const S = (value: string): AttributeValue => ({ S: value });
const map = (M: Item): AttributeValue => ({ M });

describe("I2: kinds of items", () => {
  const items = defineItems(tables, { keys }, ({ item, into }) => [
    item("Plain", { pk: "{id}", where: { Gone: absent } }, ({ key, rest }) => [
      into("t", { id: key.id, more: rest() }),
    ]),
    item("File", { pk: "{id}", where: { Gone: absent, data: { "T.Y": "file", V: 2 } } }, ({ key, attr }) => [
      into("t", { id: key.id, gone: attr("data").at("Name") }),
    ]),
    item("Gone", { pk: "{id}", where: { Gone: present } }, ({ key, attr }) => [
      into("t", { id: key.id, gone: attr("At").optional() }),
    ]),
    item("Note", { pk: "{id}", where: { Gone: absent, data: { "T.Y": "note" } } }, ({ key, rest }) => [
      into("t", { id: key.id, more: rest() }),
    ]),
  ]);
  const decode = decoder(load({ tables, items }), { source: "s", expiredAt: 0n });
  const told = (more: Item) => {
    const { outcome } = decode({ item: { PK: S("1"), ...more } });
    if (outcome.kind !== "rows") throw new Error(JSON.stringify(outcome));
    const cells = [...outcome.contributions][0]?.cells.map(inputOf);
    return { kind: outcome.entity.name, cells: cells?.slice(1), unmapped: outcome.unmapped };
  };

  it.each<[string, Item, ReturnType<typeof told>]>([
    ["nothing there", { A: S("a") }, { kind: "Plain", cells: [null, '{"A": "a"}'], unmapped: [] }],
    [
      "a member of a map",
      { data: map({ "T.Y": S("file"), V: { N: "2.0" }, Name: S("n"), Size: S("s") }) },
      { kind: "File", cells: ["n", null], unmapped: ["data.Size"] },
    ],
    [
      "another number of it",
      { data: map({ "T.Y": S("file"), V: { N: "3" } }) },
      { kind: "Plain", cells: [null, '{"data": {"V": 3, "T.Y": "file"}}'], unmapped: [] },
    ],
    [
      "known by the kind, so not left over",
      { data: map({ "T.Y": S("note"), Text: S("t") }) },
      { kind: "Note", cells: [null, '{"data": {"Text": "t"}}'], unmapped: [] },
    ],
    ["no map", { data: S("file") }, { kind: "Plain", cells: [null, '{"data": "file"}'], unmapped: [] }],
    ["there, which has read nothing", { Gone: S("x") }, { kind: "Gone", cells: [null, null], unmapped: ["Gone"] }],
    ["there, as NULL", { Gone: { NULL: true } }, { kind: "Gone", cells: [null, null], unmapped: ["Gone"] }],
  ])("%s", (_, more, expected) => expect(told(more)).toEqual(expected));

  it("have to differ in what an item can hold, and what they are told by is part of their identity", () => {
    const loaded = (...both: readonly Where[]) =>
      loadMapping(
        tables,
        defineItems(tables, { keys }, ({ item, into }) =>
          both.map((where, at) =>
            item(`K${at}`, { pk: "{id}", where }, ({ key, attr, rest }) => [
              into("t", { id: key.id, gone: attr("G").optional(), more: rest() }),
            ]),
          ),
        ),
      );
    expect(loaded({ A: present }, { B: present })).toMatchObject({
      problems: [{ problem: expect.stringContaining("both match"), remedy: expect.stringContaining("`where`") }],
    });
    const identity = (where: Where) => {
      const made = loaded(where, { Z: "z", A: "other" });
      return "mapping" in made ? made.mapping.entities.find(({ name }) => name === "K0")?.identity : made.problems;
    };
    const wheres: readonly Where[] = [
      { A: absent },
      { A: "x" },
      { A: { B: absent } },
      { A: { B: "x" } },
      { A: { presence: "absent" } },
    ];
    const identities = wheres.map(identity);
    expect(identities.every((each) => typeof each === "string")).toBe(true);
    expect(new Set(identities).size).toBe(wheres.length);
  });
});
