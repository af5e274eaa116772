/** Lines of windows: those that AWS writes, in every form, and those that contradict themselves. */
import { describe, expect, it } from "vitest";
import { changeIn } from "../../../../lambda/adapters/file/export/change-line.ts";
import { START } from "../../../../lambda/adapters/file/lines/lines.ts";

const all = () => true;
const read = (text: string, images: "new" | "new and old" = "new and old") => {
  const bytes = Buffer.from(text);
  const line = { bytes, length: bytes.length, start: 0, next: START, position: "x.json.gz line 1, byte 0" as const };
  return changeIn(line, images, all);
};

const METADATA = '"Metadata":{"WriteTimestampMicros":{"N":"1768386096366933"}}';
const KEYS = '"Keys":{"PK":{"S":"a"},"SK":{"N":"1"}}';
const NEW = '"NewImage":{"n":{"N":"2"},"SK":{"N":"1"},"PK":{"S":"a"}}';
const OLD = '"OldImage":{"PK":{"S":"a"},"SK":{"N":"1.0"}}';
const line = (...members: readonly string[]): string => `{${members.join()}}`;

const key = { PK: { S: "a" }, SK: { N: "1" } };
const after = { n: { N: "2" }, SK: { N: "1" }, PK: { S: "a" } };
const before = { PK: { S: "a" }, SK: { N: "1.0" } };
const position = "x.json.gz line 1, byte 0";

it.each([
  ["an insert", line(METADATA, KEYS, NEW), "new and old", { key, after, before: "nothing", position }],
  ["an update", line(METADATA, KEYS, OLD, NEW), "new and old", { key, after, before, position }],
  ["a removal", line(METADATA, KEYS, OLD), "new and old", { key, before, position }],
  ["a put of new images", line(METADATA, KEYS, NEW), "new", { key, after, position }],
  ["a removal of new images", line(METADATA, KEYS), "new", { key, position }],
  [
    "one with its time in text",
    line('"Metadata":{"WriteTimestampMicros":"1768386096366933"}', KEYS, NEW),
    "new",
    { key, after, position },
  ],
  [
    "one with more metadata",
    line('"Metadata":{"a":{"b":{}},"WriteTimestampMicros":"1"}', KEYS, NEW),
    "new",
    { key, after, position },
  ],
] as const)("%s is a change", (_, text, images, expected) => {
  expect(read(text, images)).toEqual(expected);
});

describe("is no change, and kept as it stands", () => {
  it.each([
    ["an item", '{"Item":{"PK":{"S":"a"}}}', /beside what a change has, the line has Item/],
    ["what has no key", line(METADATA, NEW), /no "Keys"/],
    ["what has no time", line(KEYS, NEW), /no WriteTimestampMicros/],
    [
      "a time that is a number of JSON",
      line('"Metadata":{"WriteTimestampMicros":1}', KEYS, NEW),
      /no WriteTimestampMicros/,
    ],
    ["a key of nothing", line(METADATA, '"Keys":{}', NEW), /no key of a table/],
    ["a key of three", line(METADATA, '"Keys":{"a":{"S":""},"b":{"S":""},"c":{"S":""}}', OLD), /no key of a table/],
    ["a key that is a list", line(METADATA, '"Keys":{"PK":{"L":[]}}', NEW), /no key of a table/],
    [
      "a new image of another key",
      line(METADATA, KEYS, NEW.replace('"a"', '"b"')),
      /NewImage: its key is another than Keys/,
    ],
    [
      "an old image of another key",
      line(METADATA, KEYS, OLD.replace('"a"', '"b"'), NEW),
      /OldImage: its key is another than Keys/,
    ],
    [
      "an image without a part of the key",
      line(METADATA, KEYS, '"NewImage":{"PK":{"S":"a"}}'),
      /NewImage: its key is another/,
    ],
    ["an image that is null", line(METADATA, KEYS, '"NewImage":null'), /NewImage: the item is not a JSON object/],
    ["a value of no type", line(METADATA, KEYS, '"NewImage":{"PK":{"X":"a"}}'), /NewImage: PK: its type is none/],
    ["neither image where both are told", line(METADATA, KEYS), /neither image/],
    ["two new images", line(METADATA, KEYS, NEW, NEW), /NewImage stands twice/],
    ["a name that stands twice in an image", line(METADATA, KEYS, NEW.replace("n", "PK")), /stands twice/],
    ["two times", line('"Metadata":{"WriteTimestampMicros":{"N":"1","N":"2"}}', KEYS, NEW), /N stands twice/],
    ["a line that was cut short", line(METADATA, KEYS, NEW).slice(0, -2), /cut short/],
    ["text", "what?", /not JSON/],
  ])("%s", (_, text, words) => {
    expect(read(text)).toEqual({ unreadable: { position, text, detail: expect.stringMatching(words) } });
  });

  it("an old image where only new ones are told", () => {
    expect(read(line(METADATA, KEYS, OLD, NEW), "new")).toMatchObject({
      unreadable: { detail: expect.stringContaining("new images") },
    });
  });
});
