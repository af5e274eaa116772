/** What is left behind on purpose: an attribute, or one member of a map, and nothing beside it. */

import { describe, expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../../lambda/domain/decode/cell.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { unread } from "../../../lambda/domain/proof/discrepancy.ts";
import { idleIgnores } from "../../../lambda/domain/proof/idle-ignores.ts";
import { ignoredText, memberText, namesOf } from "../../../lambda/mapping/attribute-path.ts";
import { defineItems, defineTables, jsonb, text } from "../../../lambda/mapping/index.ts";
import type { Ignored } from "../../../lambda/mapping/items.ts";
import { loadMapping } from "../../../lambda/mapping/load.ts";

const tables = defineTables({ things: { id: text().primaryKey(), name: text().nullable(), more: jsonb().nullable() } });
const mapped = (ignore: readonly Ignored[], takesRest = false) =>
  defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
    item("Thing", { pk: "{id}", ignore }, ({ key, attr, rest, constant }) => [
      into("things", {
        id: key.id,
        name: attr("Named").optional().at("Name"),
        more: takesRest ? rest() : constant(null),
      }),
    ]),
  ]);
function decoded(ignore: readonly Ignored[], more: Item, takesRest = false) {
  const { outcome } = decoder(load({ tables, items: mapped(ignore, takesRest) }), { source: "s", expiredAt: 0n })({
    item: { PK: { S: "1" }, ...more },
  });
  if (outcome.kind !== "rows") throw new Error(JSON.stringify(outcome));
  const json = inputOf([...outcome.contributions][0]?.cells[2] ?? null);
  return { unmapped: outcome.unmapped, ignored: outcome.ignored, rest: json === null ? null : JSON.parse(json) };
}
const S = (value: string): AttributeValue => ({ S: value });
const map = (M: Item): AttributeValue => ({ M });
const TYPE = ["data", "TYPE"];

describe("I2: a member of a map that is left behind", () => {
  it.each<[string, readonly Ignored[], Item, string[], string[]]>([
    ["alone in its map", [TYPE], { data: map({ TYPE: S("t") }) }, [], ['["data", "TYPE"]']],
    [
      "beside others, which are told",
      [TYPE],
      { data: map({ TYPE: S("t"), A: S("a") }) },
      ["data.A"],
      ['["data", "TYPE"]'],
    ],
    ["in no map", [TYPE], { data: S("t") }, ["data"], []],
    ["in an empty map", [TYPE], { data: map({}) }, [], []],
    ["in a list of maps", [TYPE], { data: { L: [map({ TYPE: S("t") })] } }, ["data"], []],
    [
      "beside a member that is read",
      [["Named", "Nick"]],
      { Named: map({ Name: S("n"), Nick: S("k") }) },
      [],
      ['["Named", "Nick"]'],
    ],
    ["deeper", [["a", "b", "c"]], { a: map({ b: map({ c: S("c"), d: S("d") }) }) }, ["a.b.d"], ['["a", "b", "c"]']],
    [
      "and an attribute whose name holds a dot",
      ["data.TYPE"],
      { "data.TYPE": S("t"), data: map({ TYPE: S("t") }) },
      ["data"],
      ["data.TYPE"],
    ],
    [
      "and a dotted name left behind by nothing",
      [TYPE],
      { "data.TYPE": S("t"), data: map({ TYPE: S("t") }) },
      ['"data.TYPE"'],
      ['["data", "TYPE"]'],
    ],
    ["called as what every object has", [["constructor", "toString"]], { data: map({}) }, ["data"], []],
  ])("%s", (_, ignore, more, unmapped, ignored) => expect(decoded(ignore, more)).toMatchObject({ unmapped, ignored }));

  it("is no part of all that is left", () => {
    const data = map({ TYPE: S("t"), A: S("a"), deep: map({ B: S("b"), C: S("c") }) });
    expect(decoded([TYPE, ["data", "deep", "B"]], { data }, true)).toEqual({
      unmapped: [],
      ignored: ['["data", "TYPE"]', '["data", "deep", "B"]'],
      rest: { data: { A: "a", deep: { C: "c" } } },
    });
  });

  it("is told where no item has it, and how one is written that is meant", () => {
    const { entities, ignore } = load({ tables, items: mapped(["data.TYPE", ["data", "Old"]]) });
    const found = idleIgnores({ entities, ignore }, () => false).map(({ problem, remedy }) => `${problem} → ${remedy}`);
    expect(found[0]).toMatch(/the attribute data\.TYPE, .*left behind as \["data", "TYPE"\]$/);
    expect(found[1]).toMatch(/the member \["data", "Old"\], which it ignores → correct the name, or remove it$/);
  });

  it("has to be named", () => {
    const loaded = loadMapping(tables, mapped([[]]));
    const [problem] = "problems" in loaded ? loaded.problems : [];
    expect(problem).toMatchObject({ where: "item Thing, ignore", remedy: expect.stringContaining('["data", "TYPE"]') });
  });
});

describe("I2: a map of which the rows of other items read members", () => {
  const chosen = (ignore: readonly Ignored[]) =>
    defineItems(tables, { keys: { pk: "PK" } }, ({ item, into, choose }) => [
      item("Thing", { pk: "{id}", ignore }, ({ key, attr, constant }) => [
        choose(attr("Kind"), {
          full: () => into("things", { id: key.id, name: attr("a").at("b").at("c"), more: constant(null) }),
          bare: () => into("things", { id: key.id, name: constant(null), more: constant(null) }),
        }),
      ]),
    ]);
  const unmapped = (ignore: readonly Ignored[], a: AttributeValue) => {
    const mapping = load({ tables, items: chosen(ignore) });
    const item = { PK: S("1"), Kind: S("bare"), a };
    const { outcome } = decoder(mapping, { source: "s", expiredAt: 0n })({ item });
    return outcome.kind === "rows" ? outcome.unmapped : outcome;
  };
  const nested = map({ b: map({ c: S("c"), d: S("d") }), e: map({ f: S("f") }) });

  it("is told member by member where none of them was read, and left behind so", () => {
    expect(unmapped([], nested)).toEqual(["a.b.c", "a.b.d", "a.e"]);
    expect(
      unmapped(
        [
          ["a", "b", "c"],
          ["a", "b", "d"],
        ],
        nested,
      ),
    ).toEqual(["a.e"]);
    expect(unmapped([["a", "b"]], nested)).toEqual(["a.e"]);
  });

  it("is told as a whole where it is no map", () => {
    expect(unmapped([], S("x"))).toEqual(["a"]);
    expect(unmapped([], map({ b: S("x") }))).toEqual(["a.b"]);
  });
});

describe("a place inside an item", () => {
  it.each([
    ["data", ["data"], '"data"'],
    ["data.TYPE", ["data", "TYPE"], '["data", "TYPE"]'],
    ['"data.TYPE"', ["data.TYPE"], '"data.TYPE"'],
    ['a."b\\"[0].c".d', ["a", 'b"[0].c', "d"], '["a", "b\\"[0].c", "d"]'],
    ['""', [""], '""'],
  ])("%s is read back as it was", (path, names, written) => {
    expect(names.map(memberText).join(".")).toBe(path);
    expect(namesOf(path)).toEqual(names);
    expect(unread("Thing", path)).toContain(`ignore: [${written}] of item Thing`);
    expect(ignoredText(names)).toBe(written);
  });

  it.each(["Lines[].Note", "Lines[0]", "long…"])("%s is none that can be left behind alone", (path) => {
    expect(namesOf(path)).toBeUndefined();
    expect(unread("Thing", path)).toMatch(/cannot be left behind alone$/);
  });
});
