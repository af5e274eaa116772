import { describe, expect, it } from "vitest";
import { type Around, Composition } from "../../../lambda/domain/profile/composition.ts";
import { IdSets } from "../../../lambda/domain/profile/id-sets.ts";

/** Names and texts → what an item holds around an attribute. */
const around = (held: Readonly<Record<string, string>>): Around =>
  Map.groupBy(
    Object.entries(held).map(([name, text]) => ({ name, text })),
    ({ text }) => text.toLowerCase(),
  );

function piecesOf(...texts: readonly (readonly [text: string, held: Readonly<Record<string, string>>])[]) {
  const composition = new Composition("#", new IdSets());
  for (const [text, held] of texts) composition.add(text, around(held));
  return composition.pieces?.map(({ stem, constant, repeats }) => ({ stem, constant, repeats }));
}

describe("how texts are made", () => {
  it("is told by what is always the same, and by what repeats another value", () => {
    expect(piecesOf(["USER#ada", { "attr.id": "ada" }], ["USER#bob", { "attr.id": "bob" }])).toEqual([
      { stem: "", constant: "USER", repeats: [] },
      { stem: "", constant: undefined, repeats: [{ name: "attr.id", isExact: true }] },
    ]);
  });

  it("is in no doubt once one text has shown which of two values it repeats", () => {
    const found = piecesOf(["w#1", { "key.a": "1", "key.b": "1" }], ["w#2", { "key.a": "1", "key.b": "2" }]);
    expect(found?.[1]?.repeats).toEqual([{ name: "key.b", isExact: true }]);
  });

  it("sees values behind a literal, and in another case", () => {
    expect(piecesOf(["$app#city_paris", { "attr.City": "Paris" }])?.[1]).toEqual({
      stem: "city_",
      constant: "paris",
      repeats: [{ name: "attr.City", isExact: false }],
    });
  });

  it("learns nothing from a literal that nothing follows, whichever comes first", () => {
    const full = ["$app#manager_7x", { "attr.manager": "7x" }] as const;
    const empty = ["$app#manager_", {}] as const;
    for (const texts of [
      [full, empty],
      [empty, full],
    ])
      expect(piecesOf(...texts)?.[1]?.repeats).toEqual([{ name: "attr.manager", isExact: true }]);
  });

  it("is unknown where texts begin in different ways", () => {
    expect(piecesOf(["a#city_paris", { x: "paris" }], ["a#town", {}])).toBeUndefined();
  });
});
