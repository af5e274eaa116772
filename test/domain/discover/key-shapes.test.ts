/** Keys → the templates they follow. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { KeyShapes } from "../../../lambda/domain/discover/key-shapes.ts";
import { matchTemplate, parseTemplate } from "../../../lambda/mapping/template.ts";
import { IS_THOROUGH } from "../../support/thoroughness.ts";

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
    // Two names, because a mapping that has one asks for the same letters in both places.
    expect(spelled(items)).toEqual(["2 office_{officeName} / X#{officeName2}"]);
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

it("names that lead to other attributes are names, also where one has all attributes of the other and more", () => {
  const own = (at: number): Item => (at === 0 ? { C: { N: "1" }, D: { N: "1" } } : {});
  const items = many(60, (at) => keyed("ALL", name(at % 6), { A: { N: "1" }, B: { N: "1" }, ...own(at % 6) }));
  expect(spelled(items).sort()).toEqual(many(6, (at) => keyed(name(at), "")).map((item) => `10 ALL / ${text(item)}`));
  const alike = many(60, (at) => keyed("ALL", name(at % 6), { A: { N: "1" }, B: { N: "1" } }));
  expect(spelled(alike)).toEqual(["60 ALL / {text}"]);
});

it("a rare form among ids is one by chance where the others have none, and is told where they have", () => {
  const ids = many(400, (at) => keyed(`U#${nano(at)}`, "X", { A: { S: " " }, B: { S: " " } }));
  const digits = many(3, (at) => keyed(`U#${at}`, "X", { A: { S: " " }, B: { S: " " } }));
  expect(spelled([...ids, ...digits])).toEqual(["403 U#{text} / X"]);
  const uuids = many(400, (at) => keyed(`U#${uuid(at)}`, "X", { A: { S: " " }, B: { S: " " } }));
  expect(spelled([...uuids, ...digits])).toEqual(["400 U#{uuid} / X", "3 U#{int} / X"]);
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

it("an attribute that is called type and is none parts nothing", () => {
  const free = many(500, (at) => keyed(`F#${name(at)}`, "FILE", { type: { S: `mime/${name(at)}` } }));
  expect(spelled(free)).toEqual(["500 F#{text} / FILE"]);
  const few = many(500, (at) => keyed(`F#${name(at)}`, "FILE", at < 50 ? { type: { S: "image" } } : {}));
  expect(spelled(few)).toEqual(["500 F#{text} / FILE"]);
});

it("two places that always hold the same have one name, and two that do so by chance have two", () => {
  expect(spelled(many(3, (at) => keyed(`c#${at}`, `c#${at}`)))).toEqual(["3 c#{int} / c#{int}"]);
  expect(spelled(many(3, (at) => keyed(`c#${at}`, `d#${at}`)))).toEqual(["3 c#{int} / d#{int2}"]);
  expect(spelled(many(3, (at) => keyed(`c#${at}`, `c#${at + (at === 2 ? 1 : 0)}`)))).toEqual(["3 c#{int} / c#{int2}"]);
});

/** Ids nobody could tell a form by, with delimiters in them: as people, slugs and nanoid make them. */
const digest = (at: number): Buffer => createHash("sha256").update(String(at)).digest();
const nano = (at: number): string => digest(at).toString("base64url").slice(0, 21);
const person = (at: number): string => `${name((at * 7) % 61)}.${name((at * 11) % 97)}`;
const slug = (at: number): string => `${name((at * 7) % 61)}-${name((at * 11) % 97)}-${name(at)}`;
const status = (at: number): string => ["open", "paid", "shipped", "closed", "void"][at % 5] ?? "";

/** How tables are designed → the templates of their kinds. Items of one kind have an attribute of their own, and one that is not always there. */
const DESIGNS: Readonly<Record<string, { kinds: readonly ((at: number) => Item)[]; templates: readonly string[] }>> = {
  "a colon": {
    kinds: [
      (at) => keyed(`user:${person(at)}`, "profile"),
      (at) => keyed(`user:${person(at)}`, `order:${nano(at)}`),
      (at) => keyed(`org:${slug(at)}`, "meta"),
    ],
    templates: ["user:{text} / profile", "user:{text} / order:{text2}", "org:{text} / meta"],
  },
  "a path": {
    kinds: [
      (at) => keyed(`tenant/${slug(at)}`, `user/${person(at)}`),
      (at) => keyed(`tenant/${slug(at)}`, `invoice/2024/${at % 12}/${nano(at)}`),
    ],
    templates: ["tenant/{text} / user/{text2}", "tenant/{text} / invoice/{int}/{int2}/{text2}"],
  },
  "prefixes joined by an underscore or a dash, and ids that hold both": {
    kinds: [
      (at) => keyed(`user_${nano(at)}`, `user_${nano(at)}`),
      (at) => keyed(`user_${nano(at)}`, `post-${nano(at + 1)}`),
      (at) => keyed(`post-${nano(at)}`, "META"),
    ],
    templates: ["user_{text} / user_{text}", "user_{text} / post-{text2}", "post-{text} / META"],
  },
  "names and values that take turns": {
    kinds: [(at) => keyed(`user_${at}_order_${at % 7}`, "META")],
    templates: ["user_{int}_order_{int2} / META"],
  },
  "no prefix and no discriminator": {
    kinds: [
      (at) => keyed(person(at), "profile"),
      (at) => keyed(person(at), `2024-01-01T00:00:${10 + (at % 50)}Z`),
      (at) => keyed(slug(at), "v0"),
    ],
    templates: ["{text} / profile", "{text} / {iso}", "{text} / v0"],
  },
  "no prefix, and a discriminator": {
    kinds: [
      (at) => keyed(person(at), person(at), { type: { S: "employee" } }),
      (at) => keyed(person(at), person(at), { type: { S: "contractor" } }),
    ],
    templates: ["{text} / {text}", "{text} / {text}"],
  },
  "the keys of TypeDORM": {
    kinds: [
      (at) => keyed(`USER#${person(at)}`, `USER#${person(at)}`, { __en: { S: "user" } }),
      (at) => keyed(`DRM_GEN_USER.EMAIL#${person(at)}@X.ORG`, `DRM_GEN_USER.EMAIL#${person(at)}@X.ORG`),
    ],
    templates: ["USER#{text} / USER#{text}", "DRM_GEN_USER.EMAIL#{email} / DRM_GEN_USER.EMAIL#{email}"],
  },
  "the keys of ElectroDB": {
    kinds: [
      (at) => keyed(`$svc#sid_${person(at)}`, `$coll#mid_${nano(at)}#unit_1`, { __edb_e__: { S: "unit" } }),
      (at) => keyed(`$svc#sid_${person(at)}`, "$employee_1#manager_", { __edb_e__: { S: "employee" } }),
    ],
    templates: ["$svc#sid_{text} / $coll#mid_{text2}#unit_1", "$svc#sid_{text} / $employee_1#manager_"],
  },
  "the keys of OneTable": {
    kinds: [
      (at) => keyed(`account#${nano(at)}`, "account#", { _type: { S: "Account" } }),
      (at) => keyed(`account#${nano(at)}`, `user#${person(at)}`, { _type: { S: "User" } }),
    ],
    templates: ["account#{text} / account#", "account#{text} / user#{text2}"],
  },
  "the few values of a status, a country and a city": {
    kinds: [
      (at) => keyed(`ORDER#${status(at)}`, `2024-01-01T00:00:00Z#${nano(at)}`),
      (at) => keyed(`STORE#${nano(at)}`, `USA#${name((at >> 1) % 10)}#${name((at >> 1) % 16)}#${at}`),
    ],
    templates: ["ORDER#{text} / {iso}#{text2}", "STORE#{text} / USA#{text2}#{text3}#{int}"],
  },
  "versions, regions and addresses": {
    kinds: [
      (at) => keyed(`DOC#${nano(at)}`, `v${at % 400}`),
      (at) => keyed(`us-east-1:${uuid(at)}`, "settings"),
      (at) => keyed(`https://example.com/${slug(at)}`, "PAGE"),
    ],
    templates: ["DOC#{text} / v{int}", "us-east-1:{uuid} / settings", "https://example.com/{text} / PAGE"],
  },
};

const ORDERS: Readonly<Record<string, (items: readonly Item[]) => readonly Item[]>> = {
  "in turn": (items) => items,
  "one kind after the other": (items) => [...Map.groupBy(items, ownAttribute).values()].flat(),
  "ordered by their keys": (items) =>
    items
      .map((item) => ({ item, spelled: JSON.stringify(item) }))
      .sort((a, b) => (a.spelled < b.spelled ? -1 : 1))
      .map(({ item }) => item),
};
const ownAttribute = (item: Item): string => Object.keys(item).find((attribute) => attribute.startsWith("own")) ?? "";

const ITEMS = IS_THOROUGH ? 10_000 : 3_000;

describe.each(Object.entries(DESIGNS))("thousands of items by %s", (_, { kinds, templates }) => {
  const dressed = many(ITEMS, (at) => {
    const kind = at % kinds.length;
    const own = { [`own${kind}`]: { S: "a b" }, [`other${kind}`]: { N: "1.5" } };
    return { ...kinds[kind]?.(at), ...own, ...(at % 3 === 0 ? { [`seldom${kind}`]: { BOOL: true } } : {}) };
  });

  it("are all matched by what they are told to be, with the delimiter that goes with it", () => {
    const parsed = shapesOf(dressed).map(({ pk, sk = "", delimiter = "#" }) =>
      [pk, sk].map((template) => parseTemplate(template, delimiter)),
    );
    const keys = dressed.map(({ PK, SK }) =>
      [PK, SK].map((value) => (value !== undefined && "S" in value ? value.S : "")),
    );
    const unmatched = keys.filter(
      (pair) =>
        !parsed.some((templates) =>
          templates.every((one, at) => !("problem" in one) && matchTemplate(one, pair[at] ?? "") !== undefined),
        ),
    );
    expect(unmatched).toEqual([]);
  });

  it.each(Object.entries(ORDERS))("are as many shapes as there are kinds, read %s", (_, order) => {
    const found = shapesOf(order(dressed)).map(({ pk, sk }) => `${pk} / ${sk}`);
    expect(found.sort()).toEqual([...templates].sort());
  });
});

describe("whatever comes, memory is bounded and every item is counted", () => {
  it.each<[string, (at: number) => Item]>([
    [
      "random segments",
      (at) =>
        keyed(
          many(12, (part) => keyed(nano(at * 12 + part), ""))
            .map(text)
            .join("#"),
          nano(at),
        ),
    ],
    ["random forms", (at) => keyed([...digest(at)].map((byte) => PIECES[byte % PIECES.length]).join("#"), "X")],
    ["random attributes", (at) => keyed(`${nano(at)}#${nano(at + 1)}`, nano(at), { [nano(at)]: { S: "x" } })],
  ])("%s", (_, make) => {
    const shapes = new KeyShapes({ pk: "PK", sk: "SK" });
    for (let at = 0; at < 8000; at += 1) shapes.add(make(at), String(at));
    const found = shapes.shapes();
    expect(found.reduce((sum, { count }) => sum + count, 0) + shapes.beyond).toBe(8000);
    expect(found.length).toBeLessThan(5000);
  });
});
const PIECES = ["12", "2024-01-01", "a@b.c", "2024-01", "1.5", "abc"];
const text = ({ PK }: Item): string => (PK !== undefined && "S" in PK ? PK.S : "");

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
