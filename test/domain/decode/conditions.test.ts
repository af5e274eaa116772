/** Rows that are there where a value is, and rows chosen by what a value is: nothing that gave no row counts as read. */

import { describe, expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../../lambda/domain/decode/cell.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { rowKeys } from "../../../lambda/domain/decode/referable.ts";
import { must } from "../../../lambda/domain/must.ts";
import { unreadValues } from "../../../lambda/domain/proof/unread.ts";
import { defineItems, defineTables, integer, jsonb, text } from "../../../lambda/mapping/index.ts";
import type { EntitySpec, Language } from "../../../lambda/mapping/items.ts";
import { loadMapping } from "../../../lambda/mapping/load.ts";

const keys = { pk: "PK" };
const tables = defineTables({
  addresses: { id: text().primaryKey(), city: text(), zip: text().nullable() },
  owners: { id: text().primaryKey(), who: text().primaryKey() },
  editors: { id: text().primaryKey(), who: text().primaryKey(), since: integer() },
});
const S = (value: string): AttributeValue => ({ S: value });
const map = (M: Item): AttributeValue => ({ M });
const list = (...L: AttributeValue[]): AttributeValue => ({ L });

/** What an item gives, by what is said of it. */
function decoding(build: (language: Language<typeof tables>) => readonly EntitySpec[]) {
  // Every table is written by somebody, as loading asks for.
  const others = ({ item, into }: Language<typeof tables>) => [
    item("Other", { pk: "other#{id}" }, ({ key, attr }) => [
      into("addresses", { id: key.id, city: attr("c"), zip: attr("z") }),
      into("owners", { id: key.id, who: attr("w") }),
      into("editors", { id: key.id, who: attr("w"), since: attr("s") }),
    ]),
  ];
  const items = defineItems(tables, { keys }, (language) => [...build(language), ...others(language)]);
  const mapping = load({ tables, items });
  const decode = decoder(mapping, { source: "s", expiredAt: 0n });
  const given = (more: Item) => {
    const { outcome } = decode({ item: { PK: S("1"), ...more } });
    if (outcome.kind === "quarantined") return `${outcome.refusal.reason}: ${outcome.refusal.detail}`;
    if (outcome.kind !== "rows") throw new Error(outcome.kind);
    const rows = [...outcome.contributions].map(
      ({ table, cells }) => `${table.name}(${cells.map((cell) => inputOf(cell) ?? "NULL").join()})`,
    );
    return [...rows, ...outcome.unmapped.map((path) => `unread ${path}`)];
  };
  return { mapping, given };
}

describe("I2: rows from a map that may be absent", () => {
  const { given, mapping } = decoding(({ item, into, when }) => [
    item("User", { pk: "{id}" }, ({ key, attr }) => [
      when(attr("Address").nullIf("none").optional().nullable(), (address) =>
        into("addresses", { id: key.id, city: address.at("City"), zip: address.at("Zip").optional() }),
      ),
    ]),
  ]);

  it.each<[string, Item, string | readonly string[]]>([
    ["there", { Address: map({ City: S("c"), Zip: S("z") }) }, ["addresses(1,c,z)"]],
    [
      "there, and more in it",
      { Address: map({ City: S("c"), Far: S("f") }) },
      ["addresses(1,c,NULL)", "unread Address.Far"],
    ],
    ["absent", {}, []],
    ["NULL", { Address: { NULL: true } }, []],
    ["a text that stands for none", { Address: S("none") }, []],
    [
      "another text",
      { Address: S("x") },
      "wrong-type: attribute Address.City goes through a S, which is no map; also attribute Address.Zip goes through a S, which is no map",
    ],
    [
      "there, without what it has to have",
      { Address: map({}) },
      "missing-attribute: attribute Address.City is absent; say .optional() or .orElse() if it may be",
    ],
  ])("%s", (_, more, expected) => expect(given(more)).toEqual(expected));

  it("are given for those who refer to them, as far as they can be", () => {
    const table = must(
      mapping.tables.find(({ name }) => name === "addresses"),
      "it is declared",
    );
    const rows = rowKeys(mapping, [{ table, columns: table.primaryKey.map(({ name }) => name) }]);
    expect(rows({ PK: S("1"), Address: map({ Zip: map({}) }) }).map(({ key }) => key)).toEqual([["1"]]);
    expect(rows({ PK: S("1") })).toEqual([]);
    // By what is no key of it, as long as it is there.
    const byZip = rowKeys(mapping, [{ table, columns: ["zip"] }]);
    expect(byZip({ PK: S("1"), Address: map({ Zip: S("z") }) })).toEqual([
      { table: "addresses", columns: ["zip"], key: ["z"] },
    ]);
    expect(byZip({ PK: S("1"), Address: map({ City: S("c") }) })).toEqual([]);
  });
});

describe("I2: that a value is there", () => {
  it("reads nothing of it: where no column takes it, it is told", () => {
    const { given } = decoding(({ item, into, when }) => [
      item("User", { pk: "{id}" }, ({ key, attr }) => [
        when(attr("A").optional(), () => into("owners", { id: key.id, who: attr("Who") })),
      ]),
    ]);
    expect(given({ A: S("a"), Who: S("w") })).toEqual(["owners(1,w)", "unread A"]);
    expect(given({ A: map({ B: S("b") }), Who: S("w") })).toEqual(["owners(1,w)", "unread A"]);
    expect(given({ Who: S("w") })).toEqual(["unread Who"]);
  });

  it("leaves the words before it to act: a capture, a number, a surrogate, a list in a list", () => {
    const { given } = decoding(({ item, into, when, each }) => [
      item("User", { pk: "{id}" }, ({ key, attr, surrogate }) => [
        when(attr("C").optional().captures("{a}-{b}").b, (b) =>
          into("owners", { id: key.id, who: b.withoutPrefix("x") }),
        ),
        when(surrogate("s", attr("S").optional()), (made) => into("owners", { id: made, who: attr("S") })),
        each(attr("L").optional(), (one) =>
          when(one.at("N").optional(), (n) =>
            when(n.at("M").optional().digits(), (m) => into("editors", { id: key.id, who: one.at("W"), since: m })),
          ),
        ),
      ]),
    ]);
    expect(given({ C: S("a-xb") })).toEqual(["owners(1,b)"]);
    expect(given({ C: S("a") })).toMatch(/^key-mismatch/);
    expect(given({ S: S("s") })).toEqual([expect.stringMatching(/^owners\([0-9a-f-]{36},s\)$/)]);
    const L = list(map({ N: map({ M: S("1") }), W: S("w") }), map({ W: S("v") }), map({ N: map({}), W: S("u") }));
    expect(given({ L })).toEqual(["editors(1,w,1)", "unread L[].W"]);
  });
});

describe("I2: rows chosen by what an element is", () => {
  const { given, mapping } = decoding(({ item, into, each, choose }) => [
    item("Group", { pk: "{id}" }, ({ key, attr }) => [
      each(attr("Members"), (member) =>
        choose(member.at("Role"), {
          owner: () => into("owners", { id: key.id, who: member.at("Who") }),
          editor: () => [into("editors", { id: key.id, who: member.at("Who"), since: attr("Since") })],
          guest: () => [],
        }),
      ),
    ]),
  ]);
  const member = (Role: string, Who: string) => map({ Role: S(Role), Who: S(Who) });

  it("go each into its table", () =>
    expect(given({ Members: list(member("owner", "a"), member("editor", "b")), Since: { N: "1" } })).toEqual([
      "owners(1,a)",
      "editors(1,b,1)",
    ]));

  it("swallow no stranger, and name what can be chosen and never the value", () => {
    expect(given({ Members: list(member("canary", "a")) })).toBe(
      'not-allowed: an element.Role is none of "owner", "editor", "guest"',
    );
    expect(given({ Members: list(map({ Who: S("a") })) })).toMatch(/^missing-attribute/);
  });

  it("leave to be told what only the others would have read", () => {
    expect(given({ Members: list(member("owner", "a"), member("guest", "b")), Since: { N: "1" } })).toEqual([
      "owners(1,a)",
      "unread Members[].Who",
      "unread Since",
    ]);
  });

  it("count for references as any other", () => {
    const table = must(
      mapping.tables.find(({ name }) => name === "owners"),
      "it is declared",
    );
    const rows = rowKeys(mapping, [{ table, columns: table.primaryKey.map(({ name }) => name) }]);
    const item = { PK: S("1"), Members: list(member("owner", "a"), member("guest", "b")) };
    expect(rows(item).map(({ key }) => key)).toEqual([["1", "a"]]);
  });

  it("are whole lists, too: one that the case does not go through is told", () => {
    const lists = decoding(({ item, into, each, choose }) => [
      item("L", { pk: "{id}" }, ({ key, attr }) => [
        choose(attr("Kind"), {
          a: () => each(attr("L"), (who) => into("owners", { id: key.id, who })),
          b: () => into("owners", { id: key.id, who: key.id }),
        }),
      ]),
    ]);
    expect(lists.given({ Kind: S("a"), L: list(S("x")) })).toEqual(["owners(1,x)"]);
    expect(lists.given({ Kind: S("b"), L: list(S("x")) })).toEqual(["owners(1,1)", "unread L"]);
  });

  it("chosen by numbers are compared as numbers", () => {
    const byNumber = decoding(({ item, into, choose }) => [
      item("N", { pk: "{id}" }, ({ key, attr }) => [
        choose(attr("Kind"), { "1": () => into("owners", { id: key.id, who: key.id }), "2": () => [] }),
      ]),
    ]);
    expect(byNumber.given({ Kind: { N: "1.0" } })).toEqual(["owners(1,1)"]);
    expect(byNumber.given({ Kind: S("2") })).toEqual([]);
  });
});

it("I2: what rows of some items read is left to rest() in the others", () => {
  const wide = defineTables({ things: { id: text().primaryKey(), city: text().nullable(), more: jsonb() } });
  const items = defineItems(wide, { keys }, ({ item, into, when, choose }) => [
    item("T", { pk: "{id}" }, ({ key, attr, rest }) => [
      choose(attr("Kind"), {
        a: () => when(attr("A").optional(), (a) => into("things", { id: key.id, city: a.at("City"), more: rest() })),
        b: () => into("things", { id: key.id, more: rest() }),
      }),
    ]),
  ]);
  const decode = decoder(load({ tables: wide, items }), { source: "s", expiredAt: 0n });
  const rest = (more: Item) => {
    const { outcome } = decode({ item: { PK: S("1"), ...more } });
    if (outcome.kind !== "rows") throw new Error(outcome.kind);
    expect(outcome.unmapped).toEqual([]);
    return [...outcome.contributions].map(({ cells }) => JSON.parse(inputOf(cells[2] ?? null) ?? ""));
  };
  const A = map({ City: S("c") });
  expect(rest({ Kind: S("a"), A, B: S("b") })).toEqual([{ B: "b" }]);
  expect(rest({ Kind: S("b"), A, B: S("b") })).toEqual([{ A: { City: "c" }, B: "b" }]);
});

it("a part of a key that only decides about rows is read by no column", () => {
  const { mapping } = decoding(({ item, into, when }) => [
    item("U", { pk: "U#{id}#{kind}" }, ({ key }) => [
      when(key.kind.nullIf("x"), () => into("owners", { id: key.id, who: key.id })),
    ]),
  ]);
  expect(unreadValues(mapping).map(({ problem }) => problem)).toEqual([expect.stringContaining("{kind}")]);
});

it("a condition that means nothing is told with what to write, and every condition is part of the identity", () => {
  const said = (build: Parameters<typeof decoding>[0]) => loadMapping(tables, defineItems(tables, { keys }, build));
  const unchecked = (value: unknown) => value as never;
  const wrong = said(({ item, into, when, choose }) => [
    item("U", { pk: "{id}" }, ({ key, attr }) => [
      when(unchecked(attr("A")), () => into("owners", { id: key.id, who: attr("A") })),
      choose(unchecked(attr("B").optional()), {
        a: () => into("editors", { id: key.id, who: key.id, since: attr("S") }),
      }),
      choose(attr("C"), {}),
      when(attr("D").optional(), (d) => into("addresses", { id: key.id, city: unchecked(d.nullable()), zip: d })),
    ]),
  ]);
  expect("problems" in wrong && wrong.problems.map(({ where, remedy }) => `${where} → ${remedy}`)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^item U, when → say \.optional\(\) or \.nullable\(\)/),
      expect.stringMatching(/^item U, choose → put it into a `when`, or say \.orElse/),
      expect.stringMatching(/^item U, choose → name texts/),
      expect.stringMatching(/^item U, into addresses → make the column \.nullable/),
    ]),
  );
  const identity = (text: string, attribute: string) => {
    const { mapping } = decoding(({ item, into, when, choose }) => [
      item("U", { pk: "{id}" }, ({ key, attr }) => [
        when(attr(attribute).optional(), () =>
          choose(attr("K"), { [text]: () => into("owners", { id: key.id, who: key.id }) }),
        ),
      ]),
    ]);
    return mapping.entities.find(({ name }) => name === "U")?.identity;
  };
  expect(new Set([identity("a", "A"), identity("b", "A"), identity("a", "B")]).size).toBe(3);
});
