/** Words of a whole row: what an item is called by elsewhere, what is left of it, and keys that are no text. */

import { describe, expect, it } from "vitest";
import { load } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../lambda/domain/decode/cell.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { bytea, defineItems, defineTables, integer, jsonb, text, uuid } from "../../lambda/mapping/index.ts";

const tables = defineTables({
  things: { id: uuid().primaryKey(), parent_id: uuid().nullable().references("things"), kind: text(), rest: jsonb() },
});
const items = defineItems(tables, { keys: { pk: "PK" }, ignore: ["Index"] }, ({ item, into }) => [
  item("Thing", { pk: "T#{id}" }, ({ key, attr, surrogate, constant, rest }) => [
    into("things", {
      id: surrogate("thing", key.id),
      parent_id: surrogate("thing", attr("Parent").optional()),
      kind: constant("k"),
      rest: rest(),
    }),
  ]),
]);
const decode = decoder(load({ tables, items }), { source: "s", expiredAt: 0n });
function row(item: Item): readonly (string | null)[] {
  const { outcome } = decode({ item });
  if (outcome.kind !== "rows") throw new Error(JSON.stringify(outcome));
  expect(outcome.unmapped).toEqual([]);
  return [...outcome.contributions][0]?.cells.map(inputOf) ?? [];
}

describe("a surrogate", () => {
  it("is a uuid of version 5, the same always, and another for other parts", () => {
    const [id] = row({ PK: { S: "T#a" } });
    // Computed once with Python's uuid.uuid5 over the same name: the number must never change.
    expect(id).toBe("dbb49903-3961-5a53-b1f3-7391764a2f3c");
    expect(row({ PK: { S: "T#b" } })[0]).not.toBe(id);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("refers to what another item is called by, and to nothing where there is nothing to refer to", () => {
    expect(row({ PK: { S: "T#b" }, Parent: { S: "a" } })[1]).toBe(row({ PK: { S: "T#a" } })[0]);
    expect(row({ PK: { S: "T#b" } })[1]).toBeNull();
  });
});

it("rest holds what nothing else reads and nobody ignores, and nothing is unmapped any more", () => {
  const more: Item = { Parent: { S: "a" }, Index: { S: "i" }, Color: { S: "red" }, Deep: { M: { a: { N: "1.50" } } } };
  expect(JSON.parse(row({ PK: { S: "T#a" }, ...more })[3] ?? "")).toEqual({ Color: "red", Deep: { a: 1.5 } });
  expect(row({ PK: { S: "T#a" } })[3]).toBe("{}");
});

describe("keys that are no text", () => {
  const numbered = defineTables({ readings: { n: integer().primaryKey(), raw: bytea() } });
  const decodeNumbered = decoder(
    load({
      tables: numbered,
      items: defineItems(numbered, { keys: { pk: "Id", sk: "Raw" } }, ({ item, into }) => [
        item("Reading", { pk: "{n:int}", sk: "{raw}" }, ({ key, attr }) => [
          into("readings", { n: key.n.digits(), raw: attr("Raw") }),
        ]),
      ]),
    }),
    { source: "s", expiredAt: 0n },
  );

  it("are captured as their one spelling", () => {
    const { outcome } = decodeNumbered({ item: { Id: { N: "1.20e1" }, Raw: { B: Uint8Array.of(255, 0) } } });
    expect(outcome).toMatchObject({
      kind: "rows",
      contributions: [{ key: ["12"], cells: ["12", { input: "\\xff00" }] }],
    });
  });

  it("must be there", () => {
    const { outcome } = decodeNumbered({ item: { Id: { N: "1" } } });
    expect(outcome).toMatchObject({ kind: "quarantined", refusal: { reason: "no-key" } });
  });
});
