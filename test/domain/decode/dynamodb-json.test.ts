/** DynamoDB-JSON: what is written reads back the same, any store can hold it, and what is wrong is found. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { parseItem, toDynamoDbJson } from "../../../lambda/domain/decode/dynamodb-json.ts";
import { parseJson, repeatedName } from "../../../lambda/domain/decode/json-names.ts";

/** Any UTF-16 text: controls, halves of surrogate pairs, and names objects already have. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom("__proto__", "constructor", "toString", "S", "\0", "\ud800", '"', "\\", '\\"', "1", ""),
);
const bytes = fc.uint8Array({ maxLength: 20 });

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text.map((S) => ({ S })),
    text.map((N) => ({ N })),
    bytes.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc.array(text).map((SS) => ({ SS })),
    fc.array(text).map((NS) => ({ NS })),
    fc.array(bytes).map((BS) => ({ BS })),
    fc.array(tie("value"), { maxLength: 4 }).map((L) => ({ L })),
    fc.array(fc.tuple(text, tie("value")), { maxLength: 4 }).map((members) => ({ M: Object.fromEntries(members) })),
  ),
}));
const item: fc.Arbitrary<Item> = fc.array(fc.tuple(text, value)).map((members) => Object.fromEntries(members));

/** Each value has its type's name, and its members' own. */
const namesIn = (members: Item): number => Object.values(members).reduce((sum, each) => sum + 1 + namesOf(each), 0);
const namesOf = (each: AttributeValue): number =>
  1 + ("M" in each ? namesIn(each.M) : "L" in each ? each.L.reduce((sum, inner) => sum + namesOf(inner), 0) : 0);

it("an item is the same after it was written and read, and no name stands twice in what was written", () => {
  fc.assert(
    fc.property(item, (original) => {
      const json = toDynamoDbJson(original);
      expect(parseItem(parseJson(json))).toEqual({ item: original, names: namesIn(original) });
      expect(repeatedName(json)).toBeUndefined();
    }),
  );
});

it("what is written holds no control character and no half of a surrogate pair", () => {
  fc.assert(
    fc.property(item, (original) => {
      const json = toDynamoDbJson(original);
      expect(json.isWellFormed()).toBe(true);
      expect([...json].every((char) => char >= " ")).toBe(true);
    }),
  );
});

it("a name that stands twice in one object is found, however deep and however it is spelled", () => {
  fc.assert(
    fc.property(text, value, (name, inner) => {
      const member = `${JSON.stringify(name)} \n: ${JSON.stringify(inner)}`;
      const escaped = [...Array(name.length).keys()].map((at) => name.charCodeAt(at).toString(16).padStart(4, "0"));
      const again = `"${escaped.map((unit) => `\\u${unit}`).join("")}":1`;
      expect(repeatedName(`[{"x":[{${member}},{${again}}]}]`)).toBeUndefined();
      expect(repeatedName(`[{"x":[{${member},${again}}]}]`)).toBe(name);
    }),
  );
});

it("what was parsed is left as it was, though bytes are made of its text", () => {
  const written = '{"__proto__":{"B":"AQ=="},"m":{"M":{"n":{"L":[{"S":"x"},{"BS":["Ag=="]}]}}},"s":{"S":"x"}}';
  const json = parseJson(written);
  const first = parseItem(json);
  expect(JSON.stringify(json)).toBe(written);
  expect(parseItem(json)).toEqual(first);
  expect("item" in first && toDynamoDbJson(first.item)).toBe(written);
});

/** Strings made of what stands around names, and blanks wherever JSON has them. */
const hostile = fc.array(fc.constantFrom('"', "\\", ":", " ", "\n", "a"), { maxLength: 4 }).map((all) => all.join(""));
const blank = fc.constantFrom("", "", " ", "\n\t ");
const spelledString = fc
  .tuple(hostile, fc.boolean())
  .map(([plain, isEscaped]) =>
    isEscaped
      ? `"${[...plain].map((char) => `\\u00${char.charCodeAt(0).toString(16).padStart(2, "0")}`).join("")}"`
      : JSON.stringify(plain),
  );
const { spelled } = fc.letrec<{ spelled: string }>((tie) => {
  const object = (name: fc.Arbitrary<string>) =>
    fc
      .array(
        fc.tuple(blank, name, blank, blank, tie("spelled")).map(([a, n, b, c, v]) => `${a}${n}${b}:${c}${v}`),
        { maxLength: 3 },
      )
      .map((members) => `{${members.join(",")}}`);
  return {
    spelled: fc.oneof(
      { maxDepth: 4 },
      spelledString.map((S) => `{"S":${S}}`),
      object(spelledString).map((M) => `{"M" :${M}}`),
      fc.array(tie("spelled"), { maxLength: 3 }).map((L) => `{"L": [${L.join(", ")}]}`),
    ),
  };
});

it("I2: a name that stands twice is found with the help of the names that are left as without it", () => {
  const seen = { twice: 0, once: 0 };
  fc.assert(
    fc.property(fc.array(fc.tuple(spelledString, blank, spelled), { minLength: 1, maxLength: 4 }), (members) => {
      const json = `{${members.map(([name, before, written]) => `${name}${before}:${written}`).join(",")}}`;
      const parsed = parseItem(parseJson(json));
      const twice = repeatedName(json);
      expect(repeatedName(json, "item" in parsed ? parsed.names : undefined)).toBe(twice);
      seen[twice === undefined ? "once" : "twice"] += 1;
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(seen.twice, seen.once)).toBeGreaterThan(300);
});

it("names are looked at one by one only where as many may stand there as are not left", () => {
  // A name, the same again, and a string that seems to end a third one.
  const twice = '{"a":1,"a":":"}';
  expect(repeatedName(twice, 3)).toBeUndefined();
  expect(repeatedName(twice, 2)).toBe("a");
  // A colon inside a string ends no name, whatever stands before it there.
  for (const text of ['\\":', "x :", ' \\" :', "\\\\ :"])
    expect(repeatedName(`{"a":1,"a" \n:"${text}"}`, 2)).toBeUndefined();
});

it("twelve megabytes of base64 and thousands of levels end in an answer, not in a full stack", () => {
  expect(parseItem({ a: { B: "A".repeat(12_000_000) } })).toHaveProperty("item");
  const deep = JSON.parse(`{"a":${'{"M":{"m":'.repeat(5_000)}{"S":""}${"}}".repeat(5_000)}}`);
  expect(parseItem(deep)).toEqual({ problem: expect.stringContaining("deeper") });
});

it("I2: names are read as they are spelled, also where JSON.parse takes one for another", () => {
  const letter = fc.constantFrom("\\", '"', "\n", "\u0001", "a", "\ud83d");
  fc.assert(
    fc.property(
      fc.array(letter, { minLength: 1, maxLength: 2 }).map((letters) => letters.join("")),
      hostile,
      blank,
      fc.nat(20),
      (name, held, before, at) => {
        const [spelledName, value] = [JSON.stringify(name), JSON.stringify(held)];
        const json = `{"before${at}":[${value}],${spelledName}${before}:{"x":${value},${spelledName}:2},"last":${value}}`;
        // What an engine has learned from one object must not be believed of the next.
        JSON.parse(`{"before${at}":1,"\\\\":{"\\\\":2}}`);
        expect(parseJson(json)).toEqual({ [`before${at}`]: [held], [name]: { x: held, [name]: 2 }, last: held });
      },
    ),
    { numRuns: 3_000 },
  );
});
