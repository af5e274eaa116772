/** Keys → the templates they follow. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/attribute.ts";
import { KeyShapes } from "../../lambda/domain/key-shapes.ts";
import { matchTemplate, parseTemplate } from "../../lambda/mapping/template.ts";

const keyed = (PK: string, SK: string, more: Item = {}): Item => ({ PK: { S: PK }, SK: { S: SK }, ...more });

function shapesOf(items: Iterable<Item>) {
  const shapes = new KeyShapes({ pk: "PK", sk: "SK" });
  for (const item of items) shapes.add(item, JSON.stringify(item));
  return shapes.shapes();
}
const spelled = (items: Iterable<Item>) => shapesOf(items).map(({ pk, sk, count }) => `${count} ${pk} / ${sk}`);
const many = (count: number, make: (at: number) => Item): Item[] => Array.from({ length: count }, (_, at) => make(at));
const uuid = (at: number): string => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`;
/** Nothing a form would tell as a value. */
const name = (at: number): string => [...String(at)].map((digit) => "abcdefghij".charAt(Number(digit))).join("");

describe("a piece is a value", () => {
  it("where it has the form of one", () => {
    expect(spelled([keyed(`U#${uuid(1)}`, "2024-01-01T00:00:00Z"), keyed(`U#${uuid(2)}`, "2025-01-01")])).toEqual([
      "1 U#{uuid} / {iso}",
      "1 U#{uuid} / {date}",
    ]);
  });

  it("where an attribute holds the very same, in whatever case, and is then called after it", () => {
    const items = ["Tampa Branch", "Bern"].map((text) =>
      keyed(`office_${text.toLowerCase()}`, `X#${text}`, { officeName: { S: text } }),
    );
    expect(spelled(items)).toEqual(["2 office_{officeName} / X#{officeName}"]);
  });

  it("where there are more words than a design has kinds of items", () => {
    const items = many(500, (at) => keyed(`USER#${name(at)}`, at % 2 === 0 ? "METADATA" : "PROFILE"));
    expect(spelled(items)).toEqual(["250 USER#{text} / METADATA", "250 USER#{text} / PROFILE"]);
  });

  it("but not a frequent word among the many, whenever it comes", () => {
    const names = many(500, (at) => keyed("ALL", name(at)));
    const info = many(200, (at) => keyed("ALL", "INFO", { N: { N: String(at) } }));
    expect(spelled([...names.slice(0, 10), ...info, ...names.slice(10)])).toEqual([
      "500 ALL / {text}",
      "200 ALL / INFO",
    ]);
  });
});

it("forty kinds of items stay forty", () => {
  const items = many(4000, (at) => keyed(`KIND${name(at % 40)}#${uuid(at)}`, "X"));
  expect(shapesOf(items)).toHaveLength(40);
});

it("a discriminator parts what the keys do not", () => {
  const items = many(40, (at) =>
    keyed(`C#${at}`, `C#${at}`, { EntityType: { S: at % 2 === 0 ? "customer" : "carrier" } }),
  );
  expect(shapesOf(items).map(({ where }) => where.EntityType)).toEqual(["customer", "carrier"]);
});

it("attributes are told with their types and how often they are there", () => {
  const items = many(10, (at) =>
    keyed("A", uuid(at), {
      N: { N: "1" },
      ...(at < 3 ? { D: { S: "2024-01-01" } } : {}),
      M: at < 9 ? { L: [{ S: "" }] } : { S: "" },
    }),
  );
  const [shape] = shapesOf(items);
  expect(shape?.attributes).toEqual([
    {
      name: "M",
      count: 10,
      types: [
        ["L of S", 9],
        ["S empty", 1],
      ],
    },
    { name: "N", count: 10, types: [["N", 10]] },
    { name: "D", count: 3, types: [["S date", 3]] },
  ]);
});

it("whatever the keys hold, every item is counted, there are few shapes, and the example follows its template", () => {
  const text = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.constantFrom("A", "B#", "{x}", "#", "##", "U#1#{", "|"),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 300 }), (keys) => {
      const found = shapesOf(keys.map(([pk, sk]) => keyed(pk, sk)));
      expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(keys.length);
      for (const { pk, sk = "", example } of found) {
        const item: { PK: { S: string }; SK: { S: string } } = JSON.parse(example);
        for (const [template, key] of [
          [pk, item.PK.S],
          [sk, item.SK.S],
        ] as const) {
          const parsed = parseTemplate(template.replace(/\{(\w+)\}$/, "{$1:rest}"), "\u0001");
          if ("problem" in parsed) continue;
          expect(matchTemplate(parsed, key), `${template} of ${key}`).toBeDefined();
        }
      }
    }),
  );
});
