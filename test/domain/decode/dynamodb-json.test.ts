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

it("an item is the same after it was written and read, and no name stands twice in what was written", () => {
  fc.assert(
    fc.property(item, (original) => {
      const json = toDynamoDbJson(original);
      expect(parseItem(parseJson(json))).toEqual({ item: original });
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

it("twelve megabytes of base64 and thousands of levels end in an answer, not in a full stack", () => {
  expect(parseItem({ a: { B: "A".repeat(12_000_000) } })).toHaveProperty("item");
  const deep = JSON.parse(`{"a":${'{"M":{"m":'.repeat(5_000)}{"S":""}${"}}".repeat(5_000)}}`);
  expect(parseItem(deep)).toEqual({ problem: expect.stringContaining("deeper") });
});

it("I2: names are read as they are spelled, also where JSON.parse takes one for another", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("\\", '"', "\n", "\u0001", "a", "\ud83d"), { minLength: 1, maxLength: 2 }),
      fc.nat(20),
      (letters, at) => {
        const name = letters.join("");
        const json = `{"before${at}":1,${JSON.stringify(name)}:{${JSON.stringify(name)}:2}}`;
        // What an engine has learned from one object must not be believed of the next.
        JSON.parse(`{"before${at}":1,"\\\\":{"\\\\":2}}`);
        const parsed = parseJson(json);
        expect(parsed).toEqual({ [`before${at}`]: 1, [name]: { [name]: 2 } });
      },
    ),
    { numRuns: 2_000 },
  );
});
