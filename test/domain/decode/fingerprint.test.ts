/** Fingerprints tell rows and items apart, and sums do not know an order. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { byteLength } from "../../../lambda/domain/decode/byte-length.ts";
import type { Cell } from "../../../lambda/domain/decode/cell.ts";
import {
  addSums,
  emptySum,
  foldedSum,
  formatSum,
  readSum,
  rowFingerprint,
  sourceHash,
  uuidOf,
  writeSum,
} from "../../../lambda/domain/decode/fingerprint.ts";
import { itemFingerprint } from "../../../lambda/domain/decode/item-fingerprint.ts";
import { NameOrders } from "../../../lambda/domain/decode/name-orders.ts";
import { RunningSum } from "../../../lambda/domain/decode/running-sum.ts";
import type { ColumnType } from "../../../lambda/mapping/kinds.ts";

const cell = (text: string): Cell => text;
const hex32 = fc.stringMatching(/^[0-9a-f]{32}$/);

describe("a row's fingerprint", () => {
  const numbers: readonly ColumnType[] = [{ kind: "integer" }, { kind: "integer" }, { kind: "integer" }];
  const texts: readonly ColumnType[] = [{ kind: "text" }, { kind: "text" }, { kind: "text" }];

  test("is the first half of SHA-256 over the framed cells", () => {
    // printf '~12,4:\xc3\xa9:~' | sha256sum
    const row = rowFingerprint(
      [{ kind: "text" }, { kind: "integer" }, { kind: "text" }],
      [null, cell("12"), cell("é:~")],
    );
    expect(row).toBe("e95c596748af3db4317a5f3713a5c189");
  });

  test("a NULL beside a number is no minus sign", () => {
    const a = rowFingerprint(numbers, [null, cell("5"), cell("-7")]);
    const b = rowFingerprint(numbers, [cell("-5"), null, cell("7")]);
    expect(a).not.toBe(b);
  });

  test("no two different rows share a framed text", () => {
    const row = (cells: fc.Arbitrary<string | null>) => fc.array(cells, { minLength: 3, maxLength: 3 });
    const few = row(fc.option(fc.stringMatching(/^[0-9:~,-]{0,4}$/)));
    const numerals = row(fc.option(fc.integer({ min: -2, max: 2 }).map(String)));
    const print = (columns: readonly ColumnType[], cells: readonly (string | null)[]) =>
      rowFingerprint(
        columns,
        cells.map((text) => (text === null ? null : cell(text))),
      );
    const apart =
      (columns: readonly ColumnType[]) => (a: readonly (string | null)[], b: readonly (string | null)[]) => {
        expect(print(columns, a) === print(columns, b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      };
    fc.assert(fc.property(few, few, apart(texts)), { numRuns: 1000 });
    fc.assert(fc.property(numerals, numerals, apart(numbers)), { numRuns: 1000 });
  });

  test("cells that do not match the columns are a bug, not a fingerprint", () => {
    expect(() => rowFingerprint(texts, [cell("a")])).toThrow("1 cells for 3 columns");
  });
});

const running = (prints: readonly string[]): RunningSum =>
  prints.reduce((sum, print) => sum.add(print), new RunningSum());
const sumOf = (prints: readonly string[]) => running(prints).sum();

describe("a sum of fingerprints", () => {
  test("is that of its halves, each by itself and as a whole number, spelled as a uuid or not", () => {
    const half = (prints: readonly string[], from: number) =>
      prints.reduce((sum, print) => (sum + BigInt(`0x${print.slice(from, from + 16)}`)) % 2n ** 64n, 0n);
    // Near the ends of a limb, where one more has to be carried.
    const limb = fc.constantFrom("00000000", "00000001", "7fffffff", "80000000", "ffffffff", "fffffffe", "0a9b8c7d");
    const print = fc.oneof(
      hex32,
      fc.array(limb, { minLength: 4, maxLength: 4 }).map((limbs) => limbs.join("")),
    );
    fc.assert(
      fc.property(fc.array(print, { maxLength: 30 }), (prints) => {
        const expected = { count: prints.length, high: half(prints, 0), low: half(prints, 16) };
        expect(sumOf(prints)).toEqual(expected);
        expect(sumOf(prints.map(uuidOf))).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test("I5: does not depend on order or on how it was split", () => {
    fc.assert(
      fc.property(fc.array(hex32), fc.nat(), (prints, cut) => {
        const at = prints.length === 0 ? 0 : cut % prints.length;
        const whole = sumOf(prints);
        const split = addSums(sumOf(prints.slice(at)), sumOf(prints.slice(0, at)));
        const merged = running(prints.slice(0, at)).merge(running(prints.slice(at)));
        expect(merged.sum()).toEqual(whole);
        expect(
          running(prints.slice(at))
            .addSum(sumOf(prints.slice(0, at)))
            .sum(),
        ).toEqual(whole);
        expect(split).toEqual(whole);
        expect(readSum(writeSum(whole))).toEqual(whole);
      }),
    );
  });

  test("wraps at 2^64 in each half by itself", () => {
    const all = sumOf(["f".repeat(32), `${"0".repeat(15)}1${"0".repeat(15)}2`]);
    expect(formatSum(all)).toBe(`${"0".repeat(16)}${"0".repeat(15)}1`);
    expect(all.count).toBe(2);
  });

  test("is the same from signed halves, as SQL adds them", () => {
    const print = "f000000000000000800000000000000a";
    expect(foldedSum(1, BigInt.asIntN(64, 0xf000000000000000n), BigInt.asIntN(64, 0x800000000000000an))).toEqual(
      sumOf([print]),
    );
  });

  test("a row twice is not no row, as it would be with XOR", () => {
    const print = "0123456789abcdef0123456789abcdef";
    expect(formatSum(sumOf([print, print]))).not.toBe(formatSum(emptySum));
  });

  test("goes into JSON and back without a digit lost, and nothing else is read", () => {
    const sum = sumOf(["fffffffffffffffe8000000000000001"]);
    expect(writeSum(sum)).toBe("1:fffffffffffffffe8000000000000001");
    expect(readSum(JSON.parse(JSON.stringify(writeSum(sum))))).toEqual(sum);
    expect(() => readSum("1:2")).toThrow("not the text of a fingerprint sum");
  });
});

describe("an item's fingerprint", () => {
  const same: readonly [string, Item, Item][] = [
    ["attribute order", { a: { S: "1" }, b: { S: "2" } }, { b: { S: "2" }, a: { S: "1" } }],
    [
      "order inside a map",
      { m: { M: { x: { N: "1" }, y: { N: "2" } } } },
      { m: { M: { y: { N: "2" }, x: { N: "1" } } } },
    ],
    ["string set order", { s: { SS: ["a", "b"] } }, { s: { SS: ["b", "a"] } }],
    ["number set order and spelling", { s: { NS: ["1.0", "20"] } }, { s: { NS: ["2e1", "1"] } }],
    [
      "binary set order",
      { s: { BS: [Buffer.from("a"), Buffer.from("b")] } },
      { s: { BS: [Buffer.from("b"), Buffer.from("a")] } },
    ],
    ["number spelling", { n: { N: "1.50" } }, { n: { N: "15e-1" } }],
  ];
  test.each(same)("is blind to %s", (_, a, b) => {
    expect(itemFingerprint(a)).toBe(itemFingerprint(b));
  });

  test("tells apart what differs, to the type", () => {
    const values: readonly AttributeValue[] = [
      { S: "" },
      { S: "1" },
      { S: "NULL" },
      { S: "true" },
      { N: "1" },
      { N: "12345678901234567890123456789012345678" },
      { N: "12345678901234567890123456789012345679" },
      { N: "nonsense" },
      { NULL: true },
      { BOOL: true },
      { BOOL: false },
      { L: [] },
      { M: {} },
      { L: [{ S: "1" }] },
      { L: [{ N: "1" }] },
      { L: [{ L: [] }] },
      { L: [{ S: "a" }, { S: "b" }] },
      { L: [{ S: "b" }, { S: "a" }] },
      { SS: ["a", "b"] },
      { SS: ["1"] },
      { NS: ["1"] },
      { SS: ["a,b"] },
      { M: { a: { S: "b" } } },
      { M: { b: { S: "a" } } },
      { M: { "": { NULL: true } } },
      { B: new Uint8Array() },
      { B: Buffer.from("1") },
      { BS: [Buffer.from("1")] },
      { B: Buffer.from("31") },
      { S: "31" },
      { S: "\ud800" },
      { S: "\ud801" },
      { S: "\ufffd" },
    ];
    const prints = values.map((value) => itemFingerprint({ a: value }));
    expect(new Set([...prints, itemFingerprint({})]).size).toBe(values.length + 1);
  });

  test("half a surrogate pair is no other half, wherever it stands, and two halves are no pair", () => {
    const [high, other, low] = ["\ud83d", "\ud83c", "\ude00"];
    const items: readonly Item[] = [
      { a: { S: high } },
      { a: { S: other } },
      { [high]: { S: "a" } },
      { [other]: { S: "a" } },
      { a: { S: high }, [low]: { S: "" } },
      { a: { S: high + low } },
      { a: { SS: [high, low] } },
      { a: { SS: [high + low] } },
      { a: { L: [{ S: high }, { S: low }] } },
      { a: { S: JSON.stringify(high) } },
    ];
    expect(new Set(items.map((item) => itemFingerprint(item))).size).toBe(items.length);
    expect(itemFingerprint({ a: { S: high } }, "f".repeat(32))).not.toBe(itemFingerprint({ a: { S: high } }));
  });

  test("depends on what its entity means", () => {
    expect(itemFingerprint({ a: { S: "" } }, "0".repeat(32))).not.toBe(
      itemFingerprint({ a: { S: "" } }, "1".repeat(32)),
    );
  });

  test("no text inside a value can pose as another item", () => {
    const texts = fc.stringMatching(/^[SNM0-9:~!,]{0,6}$/);
    const items = fc.dictionary(texts, texts, { maxKeys: 3 });
    const itemOf = (entries: Record<string, string>): Item =>
      Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, { S: text }]));
    const sorted = (entries: Record<string, string>) => JSON.stringify(Object.entries(entries).sort());
    fc.assert(
      fc.property(items, items, (a, b) => {
        expect(itemFingerprint(itemOf(a)) === itemFingerprint(itemOf(b))).toBe(sorted(a) === sorted(b));
      }),
      { numRuns: 1000 },
    );
  });
});

test("names are in the order that sorting gives them, remembered or not", () => {
  const name = fc.oneof(fc.constantFrom("__proto__", "constructor", "a", "b", "10", "9", "é", "\ud83d"), fc.string());
  const names = fc.uniqueArray(name, { maxLength: 6 });
  const all = new NameOrders(String);
  const few = new NameOrders(String, undefined, 300);
  fc.assert(
    fc.property(names, (list) => {
      const map = Object.fromEntries(list.map((each) => [each, 1]));
      for (const orders of [all, few]) {
        expect(orders.of(map)).toEqual([...list].sort());
        expect(orders.of(map)).toEqual([...list].sort());
      }
    }),
  );
});

test("orders are remembered, and no more of them than there is room for", () => {
  // Two orders of two names, and no third.
  const room = new NameOrders(String, undefined, 404);
  const [ab, ba, other] = [{ a: 1, b: 1 }, { b: 1, a: 1 }, { c: 1 }];
  for (const map of [ab, ba]) expect(room.of(map)).toBe(room.of(map));
  expect(room.of(other)).not.toBe(room.of(other));
  expect(room.of({})).toEqual([]);
  // What a name takes is counted, too.
  expect(new NameOrders(String, undefined, 200).of({ ["x".repeat(101)]: 1 })).toEqual(["x".repeat(101)]);
  const long = new NameOrders(String, undefined, 200);
  expect(long.of({ ["x".repeat(101)]: 1 })).not.toBe(long.of({ ["x".repeat(101)]: 1 }));
});

test("bytes are counted as UTF-8, however short the text is", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 5 }),
    fc.constantFrom("\u007f", "\u0080", "é", "😀", "a".repeat(48)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 3 }), (pieces) => {
      const text = pieces.join("");
      expect(byteLength(text)).toBe(Buffer.byteLength(text));
    }),
    { numRuns: 2_000 },
  );
});

test("a source hash is a uuid that knows where the source's name ends", () => {
  expect(sourceHash("orders", "1")).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(sourceHash("orders", "1")).toBe(sourceHash("orders", "1"));
  expect(sourceHash("orders", "1")).not.toBe(sourceHash("orders1", ""));
  expect(uuidOf("a0eebc999c0b4ef8bb6d6bb9bd380a11")).toBe("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
});
