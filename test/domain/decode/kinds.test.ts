/** Which kind an item is of, and how many rows its elements give. */
import { describe, expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import type { Decoded } from "../../../lambda/domain/decode/decode.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { defineItems, defineTables, text } from "../../../lambda/mapping/index.ts";

describe("elements that give rows of a table with a single key", () => {
  const tables = defineTables({ names: { name: text().primaryKey(), note: text().nullable() } });
  const decodeNames = decoder(
    load({
      tables,
      items: defineItems(tables, { keys: { pk: "PK" } }, ({ item, into, each }) => [
        item("Names", { pk: "{id}" }, ({ attr }) => [
          each(attr("Names"), (each) => into("names", { name: each.at("Name"), note: each.at("Note").optional() })),
        ]),
      ]),
    }),
    { source: "s", expiredAt: 0n },
  );
  const names = (...all: readonly [name: string, note?: string][]) =>
    decodeNames({
      item: {
        PK: { S: "1" },
        Names: {
          L: all.map(([name, note]) => ({
            M: { Name: { S: name }, ...(note === undefined ? {} : { Note: { S: note } }) },
          })),
        },
      },
    }).outcome;
  const keysOf = (outcome: Decoded["outcome"]) =>
    outcome.kind === "rows" ? [...outcome.contributions].map(({ key }) => key[0]) : outcome.kind;

  it("give one for each key, short or long", () => {
    const long = "x".repeat(200);
    expect(keysOf(names(["a"], ["b"], ["c"]))).toEqual(["a", "b", "c"]);
    expect(keysOf(names([long], [`${long}y`], ["a"]))).toEqual([long, `${long}y`, "a"]);
  });

  it("are counted where they are equal, and refused where they are not", () => {
    const outcome = names(["a"], ["b"], ["a"], ["b"], ["b"]);
    expect(keysOf(outcome)).toEqual(["a", "b"]);
    expect(outcome.kind === "rows" && [...outcome.collapsed]).toEqual([["names", 3]]);
    expect(names(["a"], ["b"], ["a", "other"])).toMatchObject({ refusal: { reason: "conflicting-rows" } });
    expect(names(["a"], ["a", "other"])).toMatchObject({ refusal: { reason: "conflicting-rows" } });
  });
});

it("a key is of the kind whose template it matches, however many begin as it does", () => {
  const tables = defineTables({ t: { id: text().primaryKey() } });
  const kinds = ["{id:uuid}", "A#{id}", "A#B#{id}", "A#B#C#{id}", "AX{id}"] as const;
  const decodeKinds = decoder(
    load({
      tables,
      items: defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) =>
        kinds.map((pk) => item(pk, { pk }, ({ key }) => [into("t", { id: key.id })])),
      ),
    }),
    { source: "s", expiredAt: 0n },
  );
  const kindOf = (key: string) => decodeKinds({ item: { PK: { S: key } } }).outcome.entity?.name;
  const uuidText = "e7ef93a9-9e5e-4073-9087-c4ce62885fa8";
  const keysOfKinds = [uuidText, "A#1", "A#B#1", "A#B#C#1", "AX1"];
  expect(keysOfKinds.map(kindOf)).toEqual(kinds);
  expect(["A#B#C#D#1", "B", ""].map(kindOf)).toEqual([undefined, undefined, undefined]);
});
