/** Values that have to say the same: what counts as the same, and what is told of a difference. */

import { describe, expect, it } from "vitest";
import { load } from "../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../lambda/domain/decode/cell.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { unreadValues } from "../../lambda/domain/proof/unread.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { loadMapping } from "../../lambda/mapping/load.ts";

const tables = defineTables({ t: { id: text().primaryKey(), a: text().nullable() } });
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("T", { pk: "T#{id}" }, ({ key, attr }) => [
    into("t", {
      id: key.id.agreesWith(attr("Id").optional().at("Of")),
      a: attr("A")
        .optional()
        .convert("as it is v1", (value) => value)
        .agreesWith(attr("B").optional()),
    }),
  ]),
]);
const decode = decoder(load({ tables, items }), { source: "s", expiredAt: 0n });
const told = (more: Item, id = "1") => {
  const { outcome } = decode({ item: { PK: { S: `T#${id}` }, Id: { M: { Of: { S: id } } }, ...more } });
  return outcome.kind === "quarantined" ? outcome.refusal.detail : outcome.kind;
};
const S = (value: string): AttributeValue => ({ S: value });
const N = (value: string): AttributeValue => ({ N: value });

describe("what has to agree", () => {
  it.each<[AttributeValue, AttributeValue]>([
    [S("a"), S("a")],
    [N("1.0"), N("1")],
    [S("007"), N("7")],
    [S("1.50"), N("1.5")],
    [S("-0.0"), N("0")],
  ])("%o and %o are the same, either way", (A, B) => {
    // What is compared may be of any type; the column is asked afterwards.
    expect(told({ A, B })).not.toMatch(/agree/);
    expect(told({ A: B, B: A })).not.toMatch(/agree/);
  });

  it.each<[AttributeValue, AttributeValue, string]>([
    [S("canary"), S("Canary"), "they differ in upper and lower case"],
    [S("canary"), S("canary "), "they differ in blanks around them"],
    [S("canary"), S("canary2"), "one goes on where the other ends"],
    [S("canary"), S("X#canary"), "one has something before the other, as a prefix is"],
    [S("canary"), S("bird"), "they are two texts"],
    [S("007"), S("7"), "one has something before the other, as a prefix is"],
    [N("41"), N("42"), "they are two numbers"],
    [S("41"), N("42"), "one is a number, and the text is another one or none"],
    [S("1e1"), N("10"), "one is a number, and the text is another one or none"],
    [S("canary"), { M: {} }, "S and M are not compared, but texts and numbers are; compare what is inside with .at()"],
    [
      { BOOL: true },
      { BOOL: true },
      "BOOL and BOOL are not compared, but texts and numbers are; compare what is inside with .at()",
    ],
  ])("%o and %o are not, which is told without either", (A, B, difference) =>
    expect(told({ A, B })).toBe(`attribute A has to agree with attribute B: ${difference}`),
  );

  it("is told where it is absent, by its name", () => {
    expect(told({ A: S("a") })).toBe("attribute A has to agree with attribute B: attribute B is absent, or NULL");
    expect(told({ Id: { M: {} } })).toBe(
      "key part id has to agree with attribute Id.Of: attribute Id.Of is absent, or NULL",
    );
  });
});

describe("a composed text", () => {
  const said = (build: Parameters<typeof defineItems<typeof tables>>[2]) => {
    const mapping = load({ tables, items: defineItems(tables, { keys: { pk: "PK" } }, build) });
    const decode = decoder(mapping, { source: "s", expiredAt: 0n });
    const given = (more: Item) => {
      const { outcome } = decode({ item: { PK: S("T#1"), ...more } });
      if (outcome.kind === "quarantined") return outcome.refusal.detail;
      if (outcome.kind !== "rows") throw new Error(outcome.kind);
      const rows = [...outcome.contributions].map(({ cells }) => cells.map((cell) => inputOf(cell) ?? "NULL").join());
      return [...rows, ...outcome.unmapped.map((path) => `unread ${path}`)];
    };
    return { mapping, given };
  };

  it("I2: is what an attribute made of others agrees with, which then needs no column; the others do", () => {
    const { given, mapping } = said(({ item, into, agree }) => [
      item("T", { pk: "T#{id}" }, ({ key, attr, compose }) => [
        into("t", { id: key.id, a: attr("Kind").optional() }),
        agree(
          attr("GSI").optional(),
          compose("{{T}}#{id}#{n:int}#{constructor}", { id: key.id, n: attr("N"), constructor: attr("Kind") }),
        ),
      ]),
    ]);
    const more = { Kind: S("k"), N: N("07.0") };
    expect(given({ ...more, GSI: S("{T}#1#7#k") })).toEqual(["1,k", "unread N"]);
    expect(given(more)).toEqual(["1,k", "unread N"]);
    expect(given({ ...more, GSI: S("{T}#1#7#K") })).toBe(
      'attribute GSI has to agree with the text "{{T}}#{id}#{n:int}#{constructor}": they differ in upper and lower case',
    );
    expect(given({ Kind: S("k"), GSI: S("x") })).toBe(
      "attribute N is absent; say .optional() or .orElse() if it may be",
    );
    expect(given({ ...more, N: { M: {} }, GSI: S("x") })).toMatch(
      /a part of the text .* is neither a text nor a number$/,
    );
    expect(unreadValues(mapping)).toEqual([]);
  });

  it("I2: reads a part of a key only where something else does", () => {
    const { mapping } = said(({ item, into, agree }) => [
      item("T", { pk: "{kind}#{id}" }, ({ key, attr, compose }) => [
        into("t", { id: key.id, a: attr("A") }),
        agree(attr("G"), compose("{k}", { k: key.kind })),
      ]),
    ]);
    expect(unreadValues(mapping).map(({ problem }) => problem)).toEqual(["no column reads {kind} of its keys"]);
  });

  it("fills a column, and is NULL where a part is, of which nothing is read then", () => {
    const { given } = said(({ item, into }) => [
      item("T", { pk: "T#{id}" }, ({ key, attr, compose }) => [
        into("t", {
          id: key.id,
          a: compose("{first} {last}", { first: attr("F").optional(), last: attr("L").optional() }),
        }),
      ]),
    ]);
    expect(given({ F: S("ada"), L: S("l") })).toEqual(["1,ada l"]);
    expect(given({ F: S("ada") })).toEqual(["1,NULL", "unread F"]);
  });

  it("agrees in the rows of a when, too, and only there", () => {
    const { given } = said(({ item, into, when, agree }) => [
      item("T", { pk: "T#{id}" }, ({ key, attr }) => [
        into("t", { id: key.id }),
        when(attr("A").optional(), (a) => [agree(a, key.id), agree(attr("B"), key.id)]),
        into("t", { id: key.id, a: attr("Note").optional() }),
      ]),
    ]);
    expect(given({})).toEqual(["1,NULL"]);
    expect(given({ B: S("1") })).toEqual(["1,NULL", "unread B"]);
    expect(given({ A: S("1"), B: S("1") })).toEqual(["1,NULL"]);
    expect(given({ A: S("1"), B: S("2") })).toMatch(/^attribute B has to agree with key part id/);
  });

  it("has to be given what its braces name, is part of the identity, and so is an agreement", () => {
    const loaded = (template: string, part: string, attribute = "A") =>
      loadMapping(
        tables,
        defineItems(tables, { keys: { pk: "PK" } }, ({ item, into, agree }) => [
          item("T", { pk: "T#{id}" }, ({ key, attr, compose }) => [
            into("t", { id: key.id, a: attr("A") }),
            agree(attr(attribute), compose<string, "never null">(template, { [part]: key.id } as never)),
          ]),
        ]),
      );
    const problems = (made: ReturnType<typeof loaded>) =>
      "problems" in made ? made.problems.map(({ problem, remedy }) => `${problem} → ${remedy}`) : [];
    expect(problems(loaded("U#{id}", "it"))).toEqual([
      "nothing is given for {id} → give it: { id: … }",
      "it has no {it} → correct the braces, or leave the part out",
    ]);
    expect(problems(loaded("U#{id", "id")).join()).toMatch(/single "\{" → write a capture as/);
    const identities = [loaded("U#{id}", "id"), loaded("V#{id}", "id"), loaded("U#{id}", "id", "B")].map((made) =>
      "mapping" in made ? made.mapping.entities[0]?.identity : made.problems,
    );
    expect(new Set(identities).size).toBe(3);
  });
});
