/** The page's table of types, cell by cell: what it says needs no word needs none, what it refuses is refused whatever is said. */
import { expect, it } from "vitest";
import type { AttributeType, AttributeValue } from "../../lambda/domain/decode/attribute.ts";
import { encode } from "../../lambda/domain/decode/cell.ts";
import { isRefusal } from "../../lambda/domain/decode/refusal.ts";
import { type Word, wordOf } from "../../lambda/domain/decode/steps.ts";
import type { Conversion, Kind } from "../../lambda/mapping/kinds.ts";
import { readPage } from "../support/pages.ts";

/** A value of each type, as friendly to the column as its type can be. */
function friendly(type: AttributeType, kind: Kind): AttributeValue {
  const texts: Partial<Record<Kind, string>> = {
    uuid: "5a1e7a30-0000-4000-8000-000000000001",
    timestamptz: "2024-01-01T00:00:00Z",
    timestamp: "2024-01-01T00:00:00",
    date: "2024-01-01",
    boolean: "1",
    bytea: "01",
  };
  const bytes = Uint8Array.of(1);
  const S = texts[kind] ?? "1";
  const one = {
    S: { S },
    N: { N: kind === "date" ? "86400000" : "1" },
    B: { B: bytes },
    BOOL: { BOOL: true },
    NULL: { NULL: true },
  } as const;
  if (type in one) return one[type as keyof typeof one];
  const many = {
    M: { M: { a: one.S } },
    L: { L: [one.S] },
    SS: { SS: [S] },
    NS: { NS: ["1"] },
    BS: { BS: [bytes] },
  } as const;
  return many[type as keyof typeof many];
}

/** What can be said of a value before it goes into a column, and how that takes it then. */
const WORDS: Readonly<Record<string, readonly [Word | undefined, Conversion]>> = {
  natural: [undefined, "natural"],
  digits: [{ kind: "digits" }, "digits"],
  epochSeconds: [undefined, "epochSeconds"],
  epochMillis: [undefined, "epochMillis"],
  hex: [{ kind: "hex" }, "natural"],
  trueFalse: [{ kind: "true false", yes: "1", no: "0" }, "natural"],
};
const accepts = (kind: Kind, value: AttributeValue): string[] =>
  Object.entries(WORDS).flatMap(([word, [step, conversion]]) => {
    const after = step === undefined ? value : wordOf(step, "it", new Map())(value);
    const isTaken = after !== null && !isRefusal(after) && !isRefusal(encode({ kind }, after, conversion));
    return isTaken ? [word] : [];
  });

const PAGE = await readPage("schema/README.md");
const [, table = ""] = /## From DynamoDB types to columns\n[\s\S]*?\n((?:\|.*\n)+)/.exec(PAGE) ?? [];
const [header = [], , ...rows] = table
  .trim()
  .split("\n")
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const CELLS = rows.flatMap(([kinds = "", ...cells]) =>
  [...kinds.matchAll(/`([^`]+)`/g)].flatMap(([, kind]) =>
    cells.map((cell, at) => ({ kind: kind as Kind, type: header[at + 1] as AttributeType, cell })),
  ),
);

it("names every kind of column and every type", () => {
  expect(new Set(CELLS.map(({ kind }) => kind)).size).toBe(17);
  expect(new Set(CELLS.map(({ type }) => type)).size).toBe(10);
  expect(CELLS).toHaveLength(170);
});

it.each(CELLS)("$type into $kind: $cell", ({ type, kind, cell }) => {
  const accepted = accepts(kind, friendly(type, kind));
  const members: Record<string, AttributeValue> = {
    "of S": { S: "1" },
    "of N": { N: "1" },
    "of B": { B: Uint8Array.of(1) },
  };
  const words = [...cell.matchAll(/\.(\w+)\(…?\)/g)].map(([, word]) => word);
  if (cell === "✓") expect(accepted).toContain("natural");
  else if (cell in members) {
    const only = Object.entries(members).filter(([, member]) => accepts(kind, { L: [member] }).length > 0);
    expect(only.map(([of]) => of)).toEqual([cell]);
  } else if (cell === "–" || cell === "`.nullable()`") expect(accepted).toEqual([]);
  else expect(accepted).toEqual(words);
});
