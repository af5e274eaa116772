/** Lines that are passed over when items of a file are looked for: none that has a wanted key, however it is spelt. */
import { describe, expect, it } from "vitest";
import { changesWanted, linesWanted } from "../../../../lambda/adapters/file/lines/wanted-lines.ts";

const KEYS = [
  { PK: { S: "USER#1" }, SK: { S: "A" } },
  { PK: { S: "USER#2" }, SK: { S: "B" } },
];
const isWanted = linesWanted(KEYS);

describe("is read", () => {
  it.each([
    ["a line with the key", '{"Item":{"PK":{"S":"USER#1"},"SK":{"S":"A"},"n":{"N":"1"}}}'],
    ["one with blanks", '{ "Item": { "PK": { "S": "USER#3" }, "SK": {"S":"A"} } }'],
    ["one with a backslash anywhere", '{"Item":{"PK":{"S":"USER\\u00231"},"SK":{"S":"A"}}}'],
    ["one that names its key twice", '{"Item":{"x":{"M":{"PK":{"S":"USER#3"}}},"PK":{"S":"USER#1"},"SK":{"S":"A"}}}'],
    ["one without the name", '{"Item":{"SK":{"S":"A"}}}'],
    ["one whose key is of another type", '{"Item":{"PK":{"N":"1"},"SK":{"S":"A"}}}'],
    [
      "one whose parts are wanted of different keys, which parsing sorts out",
      '{"Item":{"PK":{"S":"USER#1"},"SK":{"S":"B"}}}',
    ],
  ])("%s", (_, line) => {
    expect(isWanted(line)).toBe(true);
  });
});

describe("is passed over", () => {
  it.each([
    ["another partition", '{"Item":{"PK":{"S":"USER#3"},"SK":{"S":"A"}}}'],
    ["another sort key", '{"Item":{"PK":{"S":"USER#1"},"SK":{"S":"C"}}}'],
    ["a key that only begins as a wanted one", '{"Item":{"SK":{"S":"A"},"PK":{"S":"USER#11"}}}'],
  ])("%s", (_, line) => {
    expect(isWanted(line)).toBe(false);
  });
});

it("keys that are numbers, or have a name with a quote, are looked for in every line", () => {
  expect(linesWanted([{ id: { N: "1" } }])('{"Item":{"id":{"N":"2"}}}')).toBe(true);
  expect(linesWanted([{ 'a"b': { S: "1" } }])('{"Item":{"a\\"b":{"S":"2"}}}')).toBe(true);
  expect(linesWanted([{ PK: { S: "1" } }, { PK: { N: "1" } }])('{"Item":{"PK":{"S":"2"}}}')).toBe(true);
});

const METADATA = '"Metadata":{"WriteTimestampMicros":{"N":"1"}}';
const change = (keys: string, images = ""): string => `{${METADATA},"Keys":{${keys}}${images}}`;
const isChangeWanted = changesWanted(KEYS);

describe("a change is read", () => {
  it.each([
    ["with the key", change('"PK":{"S":"USER#1"},"SK":{"S":"A"}', ',"NewImage":{"PK":{"S":"USER#1"},"SK":{"S":"A"}}')],
    ["with the key alone", change('"SK":{"S":"A"},"PK":{"S":"USER#1"}')],
    [
      "whose image stands first",
      `{"NewImage":{"Keys":{"M":{"PK":{"S":"x"}}}},"OldImage":{},"Keys":{"PK":{"S":"USER#1"}}}`,
    ],
    ["whose key attribute is called as an image is", change('"NewImage":{"S":"x"},"PK":{"S":"USER#1"},"SK":{"S":"A"}')],
    ["with a backslash", change('"PK":{"S":"\\u0055SER#1"},"SK":{"S":"A"}')],
    ["without a key", `{${METADATA}}`],
  ])("%s", (_, line) => {
    expect(isChangeWanted(line)).toBe(true);
  });
});

it.each([
  ["with another key and an image that repeats it", '"PK":{"S":"USER#3"},"SK":{"S":"A"}'],
  ["with another key that looks like the end of one", '"PK":{"S":"}}"},"SK":{"S":"A"}'],
])("a change %s is passed over, whatever its images hold", (_, keys) => {
  expect(isChangeWanted(change(keys, `,"NewImage":{${keys},"x":{"M":{"PK":{"S":"USER#1"}}}}`))).toBe(false);
});

it("a change whose sort key is called as the partition key is read", () => {
  const isWanted = changesWanted([{ PK: { S: "USER#1" }, SK: { S: "PK" } }]);
  expect(isWanted(change('"SK":{"S":"PK"},"PK":{"S":"USER#1"}'))).toBe(true);
});
