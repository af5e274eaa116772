/** Keys in any number → those that stand there more than once, whatever the room and the order. */
import { hash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { uuidOf } from "../../../lambda/domain/decode/fingerprint.ts";
import { type Position, type Spot, spotOf } from "../../../lambda/domain/decode/source-record.ts";
import { type KeyRecord, RepeatedKeyFinder } from "../../../lambda/domain/discover/repeated-keys.ts";

const digits = (text: string): string => hash("sha256", text).slice(0, 32);
const record = (key: number, version: number, at: number, isLeftBehind = false): KeyRecord => ({
  item: uuidOf(digits(`key ${key}`)),
  fingerprint: digits(`${key} ${version}`),
  position: `byte ${at}`,
  source: `key ${key}`,
  isLeftBehind,
});

/** Adds them as often as it takes; says how often that was. */
function find(records: readonly KeyRecord[], slots?: number) {
  const finder = new RepeatedKeyFinder(slots);
  let readings = 0;
  do {
    readings += 1;
    for (const each of records) finder.add(each);
  } while (finder.needsAnother());
  return { ...finder.found(), readings };
}

/** The same with all the memory in the world. */
function model(records: readonly KeyRecord[]) {
  const items = [...Map.groupBy(records, ({ item }) => item).values()];
  const versions = items.map((copies) => new Set(copies.map(({ fingerprint }) => fingerprint)).size);
  return {
    different: items.filter((copies, at) => (versions[at] ?? 0) > 1 && copies.some(({ isLeftBehind }) => !isLeftBehind))
      .length,
    equal: items.reduce((sum, copies, at) => sum + copies.length - (versions[at] ?? 0), 0),
  };
}

it("finds what a model finds, in any order, with any room", () => {
  const drawn = fc.array(fc.tuple(fc.nat(400), fc.nat(2), fc.boolean()), { maxLength: 1500 });
  fc.assert(
    fc.property(drawn, fc.constantFrom(1024, 2048, 4096), (list, slots) => {
      const records = list.map(([key, version, isLeft], at) => record(key, version, at * 7, isLeft && version > 0));
      const { different, equal } = find(records, slots);
      expect({ different, equal }).toEqual(model(records));
      const back = find(records.toReversed(), slots);
      expect({ different: back.different, equal: back.equal }).toEqual({ different, equal });
    }),
    { numRuns: 60, seed: 7 },
  );
});

it("reads again for what it had no room for, and misses nothing", () => {
  const keys = Array.from({ length: 6_000 }, (_, key) => record(key, 0, key));
  const twice = [17, 4_321].map((key) => record(key, 1, 10_000 + key));
  const { readings, different, equal, examples } = find([...keys, ...twice, record(99, 0, 20_000)], 1024);
  expect(readings).toBeGreaterThan(7);
  expect({ different, equal }).toEqual({ different: 2, equal: 1 });
  expect(examples.different.map(({ source, positions }) => `${source} ${positions}`).sort()).toEqual([
    "key 17 byte 17,byte 10017",
    "key 4321 byte 4321,byte 14321",
  ]);
  expect(examples.equal).toEqual([{ source: "key 99", positions: ["byte 99", "byte 20000"] }]);
  // The twin: with room for all of them, once is enough.
  expect(find(keys).readings).toBe(1);
});

it("places beyond 32 bits are kept, and a third copy that differs from the first alone is told from one that does not", () => {
  const far = 2 ** 40 + 3;
  const { different, equal, examples } = find([
    record(1, 0, far),
    record(1, 1, far + 100),
    record(1, 1, far + 200),
    record(1, 0, far + 300),
  ]);
  expect({ different, equal }).toEqual({ different: 1, equal: 2 });
  expect(examples.different[0]?.positions).toEqual([`byte ${far}`, `byte ${far + 100}`]);
});

it("copies that are all left behind may differ; one that is not makes it a fault, in whichever place it stands", () => {
  const left = [record(1, 0, 0, true), record(1, 1, 1, true)];
  expect(find(left)).toMatchObject({ different: 0, equal: 0 });
  expect(find([...left, record(1, 2, 2)])).toMatchObject({ different: 1 });
  expect(find([record(1, 2, 2), ...left])).toMatchObject({ different: 1 });
});

it.each([
  ["ABB", 1, ["byte 1,byte 2"]],
  ["ABBA", 2, ["byte 1,byte 2"]],
  ["ABAB", 2, ["byte 0,byte 2"]],
  ["ABCBC", 2, ["byte 1,byte 3"]],
  ["ABCCBB", 3, ["byte 2,byte 3"]],
  ["AAB", 1, ["byte 0,byte 1"]],
  ["ABC", 0, []],
])("of %s, two places that are equal are named", (letters, copies, places) => {
  const list = [...letters].map((letter, at) => record(1, letter.charCodeAt(0), at));
  const { equal, examples } = find(list);
  expect(equal).toBe(copies);
  expect(examples.equal.map(({ positions }) => positions.join())).toEqual(places);
  // Also where there was no room for them at first, and far from the beginning.
  const others = Array.from({ length: 2_000 }, (_, key) => record(key + 2, 0, key + 100));
  const late = find([...list.slice(0, 2), ...others, ...list.slice(2)], 1024);
  expect(late.readings).toBeGreaterThan(1);
  expect(late.examples.equal.map(({ positions }) => positions.join())).toEqual(places);
  const far = 2 ** 40;
  const moved = find(list.map((each, at) => ({ ...each, position: `byte ${far + at}` as const })));
  expect(moved.examples.equal.map(({ positions }) => positions.join())).toEqual(
    places.map((pair) => pair.replaceAll(/\d+/g, (at) => String(far + Number(at)))),
  );
});

describe("of several files", () => {
  const inFile = (name: string): Position => `${name} line 7, byte 1024`;
  const POSITIONS: readonly (readonly [position: Position, spot: Spot])[] = [
    ["line 7, byte 1024", { file: "", of: "byte", at: 1024 }],
    ["byte 1024", { file: "", of: "byte", at: 1024 }],
    ["item 3", { file: "", of: "item", at: 3 }],
    ["a/b.json.gz line 7, byte 1024", { file: "a/b.json.gz", of: "byte", at: 1024 }],
    ["a/b.json.gz byte 1024", { file: "a/b.json.gz", of: "byte", at: 1024 }],
    [inFile("line 3, byte 4.json"), { file: "line 3, byte 4.json", of: "byte", at: 1024 }],
    [inFile("my, own items.json"), { file: "my, own items.json", of: "byte", at: 1024 }],
    [inFile("the line "), { file: "the line ", of: "byte", at: 1024 }],
  ];
  it.each(POSITIONS)("%s is taken apart", (position, spot) => expect(spotOf(position)).toEqual(spot));

  it("both places are named by their files, wherever each copy stands, and however often all is read", () => {
    const file = (key: number): string => `part ${key % 7}/${key % 300}.json.gz`;
    const place = (name: string, key: number, far = 0): Position => `${name} line ${key + 1}, byte ${far + key}`;
    const far = 2 ** 40;
    const keys = Array.from({ length: 6_000 }, (_, key) => ({
      ...record(key, 0, 0),
      position: place(file(key), key, far),
    }));
    const other = (key: number, version: number, name: string) => ({
      ...record(key, version, 0),
      position: place(name, 9),
    });
    const { readings, examples, different, equal } = find(
      [...keys, other(17, 1, file(17)), other(4_321, 1, "z.jsonl"), other(99, 0, file(3)), other(100, 0, file(100))],
      1024,
    );
    expect([readings > 7, different, equal]).toEqual([true, 2, 2]);
    const told = (list: typeof examples.equal) =>
      list.map(({ source, positions }) => `${source}: ${positions.join(" and ")}`).sort();
    expect(told(examples.different)).toEqual([
      `key 17: part 3/17.json.gz byte ${far + 17} and part 3/17.json.gz line 10, byte 9`,
      `key 4321: part 2/121.json.gz byte ${far + 4_321} and z.jsonl line 10, byte 9`,
    ]);
    expect(told(examples.equal)).toEqual([
      `key 100: part 2/100.json.gz byte ${far + 100} and part 2/100.json.gz line 10, byte 9`,
      `key 99: part 1/99.json.gz byte ${far + 99} and part 3/3.json.gz line 10, byte 9`,
    ]);
  });
});
