/** A model of NoSQL Workbench → what is known of its table, told by the rows that were drawn in it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { keyOf } from "../../../bin/known/drawn-key.ts";
import { readKnownModel } from "../../../bin/known/known-file.ts";
import { workbenchModels } from "../../../bin/known/workbench.ts";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import type { KnownModel } from "../../../lambda/domain/draft/known-model.ts";
import { known, recognized } from "./recognized.ts";

const file = join(import.meta.dirname, "models/online-shop.json");

let model: KnownModel;
let facets: { FacetName: string; TableData: Item[] }[];
beforeAll(async () => {
  model = await readKnownModel(file);
  facets = JSON.parse(await readFile(file, "utf8")).DataModel[0].TableFacets;
});

describe("a model of NoSQL Workbench", () => {
  it("recognizes each row as of its facet, and knows all of its attributes", () => {
    const rows = facets.flatMap(({ FacetName, TableData }) => TableData.map((row) => [FacetName, row] as const));
    expect(rows).toHaveLength(6);
    for (const [facet, row] of rows) expect(recognized(model, row)).toMatchObject([{ entity: facet, unknown: [] }]);
    expect(model).toMatchObject({
      origin: "NoSQL Workbench model Shop, table OnlineShop",
      keys: { pk: "PK", sk: "SK" },
    });
  });

  it("names what keys capture after the facets whose keys begin so", () => {
    expect(model.entities.map(({ name, pk, sk }) => [name, pk, sk])).toEqual([
      ["customer", "c#{customerId}", "c#{customerId}"],
      ["order", "c#{customerId}", "o#{orderId}#{orderId_2}"],
      ["setting", "SETTINGS", "{SK}"],
      ["sketch", "SKETCH#{sketchId}", "PAGE#{number}"],
    ]);
  });

  it("says types and what tells a facet, and nothing of what is needed", () => {
    expect(model.entities.map(({ where }) => where)).toEqual([
      { EntityType: "customer" },
      { EntityType: "order" },
      { EntityType: "setting" },
      {},
    ]);
    expect(known(model, "order", "Price")).toEqual({ path: ["Price"], type: "number", required: false });
    expect(known(model, "setting", "Sizes")?.type).toBe("set");
    expect(known(model, "order", "EntityType")).toBeUndefined();
  });
});

describe("what tells a facet", () => {
  const facet = (FacetName: string, ...rows: readonly (string | undefined)[]) => ({
    FacetName,
    NonKeyAttributes: ["T"],
    TableData: rows.map((text) => ({ PK: { S: FacetName }, ...(text === undefined ? {} : { T: { S: text } }) })),
  });
  const told = (...TableFacets: readonly object[]) =>
    workbenchModels([
      {
        DataModel: [
          { TableName: "t", KeyAttributes: { PartitionKey: { AttributeName: "PK", AttributeType: "S" } }, TableFacets },
        ],
      },
    ])[0]?.model.entities.map(({ where }) => where.T);

  it("is one text in all of its rows that no other facet has", () => {
    expect(told(facet("A", "a", "a"), facet("B", "b"))).toEqual(["a", "b"]);
    expect(told(facet("A", "a", "a2"), facet("B", "b"))).toEqual([undefined, undefined]);
    expect(told(facet("A", "a"), facet("B", "a"))).toEqual([undefined, undefined]);
    expect(told(facet("A", "a"), facet("B", "b", undefined))).toEqual([undefined, undefined]);
    expect(told(facet("A", "a"), facet("B", undefined))).toEqual([undefined, undefined]);
    expect(told(facet("A", "a", "a"), facet("B"))).toEqual([undefined, undefined]);
  });
});

describe("a key that was drawn", () => {
  const drawn = (...values: readonly string[]) =>
    keyOf({ name: "PK", alias: "PK", values, idOf: (word) => `${word}Id` });

  it.each<[keys: readonly string[], template: string | undefined]>([
    [["USER#ada", "USER#bob"], "USER#{USERId}"],
    [["USER#ada#INFO", "USER#bob#INFO"], "USER#{USERId}#INFO"],
    [["USER#ada#INFO"], "USER#{USERId}#{USERId_2}"],
    [["a|1", "a|2"], "a|{aId}"],
    [["ada", "bob"], "{PK}"],
    [["META", "META"], "META"],
    [["META"], "{PK}"],
    [["12#1", "13#1"], "{PK}"],
    [["A#1", "A#1#2"], undefined],
    [[], undefined],
  ])("%j is %s", (keys, template) => {
    expect(drawn(...keys)).toBe(template);
  });
});
