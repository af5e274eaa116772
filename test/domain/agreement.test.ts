/** Values that have to say the same: what counts as the same, and what is told of a difference. */
import { describe, expect, it } from "vitest";
import { load } from "../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";

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
