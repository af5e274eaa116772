/** The words a mapping has for values: what each makes of an item, and what it refuses. */
import { describe, expect, it } from "vitest";
import { load } from "../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import type { AnyReader, AttributeReader } from "../../lambda/mapping/words.ts";
import { A, type ColumnName, read } from "../support/words.ts";

describe("a word", () => {
  it.each<[string, ColumnName, (a: AttributeReader, b: AttributeReader) => AnyReader, Item, unknown]>([
    ["null if: that text", "text", (a) => a.nullIf("N/A"), A({ S: "N/A" }), { value: null }],
    ["null if: another text", "text", (a) => a.nullIf("N/A"), A({ S: "n/a" }), { value: "n/a" }],
    ["null if: a number, however spelled", "integer", (a) => a.nullIf("0"), A({ N: "0.0" }), { value: null }],
    ["null if: absent is another thing", "text", (a) => a.nullIf("N/A"), {}, "missing-attribute"],
    ["without prefix", "text", (a) => a.withoutPrefix("v:"), A({ S: "v:1" }), { value: "1" }],
    ["without prefix: where there is none", "text", (a) => a.withoutPrefix("v:"), A({ S: "1" }), "no-prefix"],
    ["null if: a number is compared as one", "integer", (a) => a.nullIf("0.0"), A({ N: "0" }), { value: null }],
    ["without prefix: of a number", "text", (a) => a.withoutPrefix("v:"), A({ N: "1" }), "wrong-type"],
    ["one of", "text", (a) => a.oneOf("x", "y"), A({ S: "y" }), { value: "y" }],
    ["one of: another", "text", (a) => a.oneOf("x", "y"), A({ S: "z" }), "not-allowed"],
    ["one of: a number", "integer", (a) => a.oneOf("1", "2"), A({ N: "2.0" }), { value: "2" }],
    ["split", "texts", (a) => a.split(","), A({ S: "a,b" }), { value: '{"a","b"}' }],
    ["split: the empty text is the empty list", "texts", (a) => a.split(","), A({ S: "" }), { value: "{}" }],
    ["split: a list", "texts", (a) => a.split(","), A({ L: [] }), "wrong-type"],
    ["agrees with: the same", "text", (a, b) => a.agreesWith(b), { A: { S: "1" }, B: { N: "1.0" } }, { value: "1" }],
    ["agrees with: another", "text", (a, b) => a.agreesWith(b), { A: { S: "1" }, B: { S: "2" } }, "disagreement"],
    ["agrees with: NULL", "text", (a, b) => a.agreesWith(b.optional()), A({ S: "1" }), "disagreement"],
    [
      "digits that count seconds",
      "time",
      (a) => a.digits().epochSeconds(),
      A({ S: "1" }),
      { value: "1970-01-01 00:00:01+00" },
    ],
    ["digits that are none", "time", (a) => a.digits().epochMillis(), A({ S: "1e3" }), "not-a-number"],
    [
      "convert",
      "text",
      (a) => a.convert("up", (v) => ({ S: "S" in v ? v.S.toUpperCase() : "" })),
      A({ S: "a" }),
      { value: "A" },
    ],
    ["convert to NULL", "text", (a) => a.convert("none", () => null), A({ S: "a" }), { value: null }],
    [
      "convert: what it makes is checked as any value",
      "integer",
      (a) => a.convert("n", () => ({ N: "1.5" })),
      A({ S: "a" }),
      "would-round",
    ],
    [
      "words follow one another",
      "integer",
      (a) => a.nullIf("-").withoutPrefix("n=").digits(),
      A({ S: "n=7" }),
      { value: "7" },
    ],
    [
      "words follow one another, NULL ends them",
      "integer",
      (a) => a.nullIf("-").withoutPrefix("n=").digits(),
      A({ S: "-" }),
      { value: null },
    ],
  ])("%s", (_, column, word, item, expected) => expect(read(column, word, item)).toEqual(expected));

  it("convert: a NULL it leaves inside a map stays one, and what it makes NULL itself has to be allowed", () => {
    const map: AttributeValue = { M: { a: { NULL: true } } };
    expect(read("json", (a) => a.convert("same", (v) => v), A(map))).toEqual({ value: '{"a": null}' });
    const none: () => AttributeValue = () => ({ NULL: true });
    expect(read("text", (a) => a.convert("none", none), A({ S: "a" }))).toBe("null-attribute");
    expect(read("text", (a) => a.convert("none", none).nullable(), A({ S: "a" }))).toEqual({ value: null });
  });

  it("convert: NULL for a column that holds none refuses the item, also where nobody asked the compiler", () => {
    const strict = defineTables({ t: { id: text().primaryKey() } });
    const spec = defineItems(strict, { keys: { pk: "PK" } }, ({ item, into }) => [
      item("T", { pk: "{id}" }, ({ key }) => [into("t", { id: key.id.convert("none", () => null as never) })]),
    ]);
    const { outcome } = decoder(load({ tables: strict, items: spec }), { source: "s", expiredAt: 0n })({
      item: { PK: { S: "1" } },
    });
    expect(outcome).toMatchObject({ kind: "quarantined", refusal: { reason: "null-attribute" } });
  });

  it("convert: a function that throws, or gives what is no value, refuses the item and tells nothing of it", () => {
    const secret = "canary";
    const fails = read(
      "text",
      (a) =>
        a.convert("bad", () => {
          throw new Error(secret);
        }),
      A({ S: secret }),
    );
    expect(fails).toBe("function-failed");
    for (const made of [
      undefined,
      1,
      {},
      { S: 1 },
      { S: "a", N: "1" },
      { X: "a" },
      { L: [1] },
      { M: { a: null } },
      { BS: ["a"] },
    ]) {
      // A mapping written in JavaScript can return anything.
      expect(
        read("json", (a) => a.convert("bad", () => made as never), A({ S: "a" })),
        JSON.stringify(made),
      ).toBe("function-failed");
    }
  });
});

describe("words act in the order they are written", () => {
  const day: AttributeValue = { S: "1996-08-01 00:00" };
  const city = (value: AttributeValue): Item => A({ M: { City: value } });
  it.each<[string, ColumnName, (a: AttributeReader, b: AttributeReader) => AnyReader, Item, unknown]>([
    ["null if, of the whole", "text", (a) => a.nullIf("a#b").captures("a#{x}").x, A({ S: "a#b" }), { value: null }],
    ["null if, of a capture", "text", (a) => a.captures("a#{x}").x.nullIf("b"), A({ S: "a#b" }), { value: null }],
    ["null if, of what is no whole", "text", (a) => a.nullIf("b").captures("a#{x}").x, A({ S: "a#b" }), { value: "b" }],
    ["null if, then the inside", "text", (a) => a.nullIf("N/A").at("City"), city({ S: "c" }), { value: "c" }],
    ["null if, and it is", "text", (a) => a.nullIf("N/A").at("City"), A({ S: "N/A" }), { value: null }],
    ["a default goes on", "text", (a) => a.orElse("a#7").captures("a#{x}").x, {}, { value: "7" }],
    ["a default is checked by what follows", "text", (a) => a.orElse("z").oneOf("x"), {}, "not-allowed"],
    ["a default is not checked by what came before", "text", (a) => a.oneOf("x").orElse("z"), {}, { value: "z" }],
    [
      "without prefix, then captures",
      "text",
      (a) => a.withoutPrefix("v:").captures("{x}-{y}").y,
      A({ S: "v:1-2" }),
      { value: "2" },
    ],
    [
      "captures, then without prefix",
      "text",
      (a) => a.captures("{x}-{y}").y.withoutPrefix("v"),
      A({ S: "1-v2" }),
      { value: "2" },
    ],
    [
      "captures of a capture",
      "text",
      (a) => a.captures("{x}#{y}").y.captures("{p}-{q}").q,
      A({ S: "a#b-c" }),
      { value: "c" },
    ],
    [
      "captures, then split",
      "texts",
      (a) => a.captures("t:{x}").x.split(","),
      A({ S: "t:a,b" }),
      { value: '{"a","b"}' },
    ],
    [
      "captures of what a function made",
      "text",
      (a) => a.convert("day", () => ({ S: "d#1" })).captures("d#{n}").n,
      A(day),
      { value: "1" },
    ],
    ["optional, then the inside", "text", (a) => a.optional().at("City"), {}, { value: null }],
    ["optional, and the inside is absent", "text", (a) => a.optional().at("City"), A({ M: {} }), { value: null }],
    ["the inside, then optional", "text", (a) => a.at("City").optional(), {}, { value: null }],
    ["nullable, then the inside", "text", (a) => a.nullable().at("City"), A({ NULL: true }), { value: null }],
    ["nullable, and the inside is NULL", "text", (a) => a.nullable().at("City"), city({ NULL: true }), { value: null }],
    [
      "the inside, then nullable: of the inside alone",
      "text",
      (a) => a.at("City").nullable(),
      A({ NULL: true }),
      "null-attribute",
    ],
    ["the inside, then nullable", "text", (a) => a.at("City").nullable(), city({ NULL: true }), { value: null }],
    ["nullable says nothing of absence", "text", (a) => a.nullable().at("City"), {}, "missing-attribute"],
    ["optional says nothing of NULL", "text", (a) => a.optional().at("City"), A({ NULL: true }), "null-attribute"],
    [
      "absent passes by what is about a value",
      "text",
      (a) => a.oneOf("x").withoutPrefix("y").optional(),
      {},
      { value: null },
    ],
    ["NULL passes by it, too", "text", (a) => a.oneOf("x").nullable(), A({ NULL: true }), { value: null }],
    ["and is refused at the end", "text", (a) => a.oneOf("x").optional(), A({ NULL: true }), "null-attribute"],
    [
      "a function sees no NULL",
      "text",
      (a) => a.convert("up", () => ({ S: "y" })).nullable(),
      A({ NULL: true }),
      { value: null },
    ],
    ["digits, then null if", "integer", (a) => a.digits().nullIf("0"), A({ S: "0.00" }), { value: null }],
    [
      "digits agree as numbers",
      "integer",
      (a, b) => a.digits().agreesWith(b),
      { A: { S: "007" }, B: { N: "7" } },
      { value: "7" },
    ],
    [
      "what has to agree goes through its own words",
      "text",
      (a, b) => a.agreesWith(b.withoutPrefix("v")),
      { A: { S: "1" }, B: { S: "v1" } },
      { value: "1" },
    ],
    ["digits of 78", "integer", (a) => a.digits().oneOf("9".repeat(78)), A({ S: "9".repeat(78) }), "out-of-range"],
  ])("%s", (_, column, word, item, expected) => expect(read(column, word, item)).toEqual(expected));

  it("a part of a surrogate goes through its own", () => {
    const id = (a: string, word: (a: AttributeReader) => AnyReader) =>
      read(
        "uuid",
        (attribute) => ({
          ...attribute,
          plan: { ...attribute.plan, from: { kind: "surrogate", of: "s", parts: [word(attribute).plan] }, steps: [] },
        }),
        A({ S: a }),
      );
    expect(id("v:1", (a) => a.withoutPrefix("v:"))).toEqual(id("1", (a) => a));
    expect(id("007", (a) => a.digits())).toEqual(id("7", (a) => a));
  });

  it("what is absent or NULL is refused with a remedy that can be written", () => {
    const detail = (word: (a: AttributeReader) => AnyReader, item: Item) => {
      const strict = defineTables({ t: { id: text().primaryKey(), value: text() } });
      const spec = defineItems(strict, { keys: { pk: "PK" } }, ({ item: kind, into }) => [
        kind("T", { pk: "{id}" }, ({ key, attr }) => [
          into("t", { id: key.id, value: word(attr("A")) as AttributeReader }),
        ]),
      ]);
      const { outcome } = decoder(load({ tables: strict, items: spec }), { source: "s", expiredAt: 0n })({
        item: { PK: { S: "1" }, ...item },
      });
      return outcome.kind === "quarantined" ? outcome.refusal.detail : outcome.kind;
    };
    expect(detail((a) => a.at("City"), {})).toBe(
      "attribute A.City is absent; say .optional() or .orElse() if it may be",
    );
    expect(detail((a) => a.captures("x{y}").y, {})).toMatch(
      /say \.optional\(\) or \.orElse\(\) before \.captures\(\) if/,
    );
    expect(detail((a) => a.digits(), A({ NULL: true }))).toMatch(/say \.nullable\(\) before \.digits\(\) if/);
    expect(detail((a) => a.at("City"), A({ NULL: true }))).toMatch(
      /goes through a NULL; say \.nullable\(\) before \.at\("City"\)/,
    );
  });
});
