/** One item → what becomes of it. NULL, absent, empty and the text "NULL" are four things; nothing is read by accident. */

import { describe, expect, it } from "vitest";
import { load } from "../../../lambda/compose.ts";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../../lambda/domain/decode/cell.ts";
import type { Decoded } from "../../../lambda/domain/decode/decode.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import {
  bigint,
  defineItems,
  defineTables,
  integer,
  jsonb,
  table,
  text,
  timestamptz,
  uuid,
} from "../../../lambda/mapping/index.ts";

const tables = defineTables({
  things: {
    id: text().primaryKey(),
    required: text(),
    optional: text().nullable(),
    nullable: text().nullable(),
    either: text().nullable(),
    city: text().nullable(),
    first: text().nullable(),
    price: bigint().nullable(),
    label: text(),
  },
  tags: { id: text().primaryKey(), tag: text().primaryKey() },
  lines: {
    id: text().primaryKey(),
    line: integer().primaryKey(),
    part: integer().primaryKey(),
    name: text(),
    extra: jsonb().nullable(),
  },
  owners: table({ owner: uuid().primaryKey(), at: timestamptz() }).duplicates({ latest: "at" }),
});
const items = defineItems(
  tables,
  { keys: { pk: "PK", sk: "SK" }, ignore: ["GSI"], ttl: { attribute: "Gone", expired: "skip" } },
  ({ item, into, each, ignoreItem }) => [
    item(
      "Thing",
      { pk: "THING#{id}", sk: "V#{id}", where: { Type: "thing" }, ignore: ["Old"] },
      ({ key, attr, constant }) => [
        into("things", {
          id: key.id,
          required: attr("Required"),
          optional: attr("Optional").optional(),
          nullable: attr("Nullable").optional().nullable(),
          either: attr("Dotted.Name").orElse("nothing"),
          city: attr("Address").at("City").optional(),
          first: attr("List").at(0).optional(),
          price: attr("Price").optional().digits(),
          label: constant("fixed"),
        }),
        each(attr("Tags").optional(), (tag) => into("tags", { id: key.id, tag })),
        each(attr("Lines").optional(), (line, position) =>
          each(line.at("Parts"), (part, inner) =>
            into("lines", {
              id: key.id,
              line: position,
              part: inner,
              name: part.at("Name"),
              extra: part.at("Extra").optional(),
            }),
          ),
        ),
      ],
    ),
    item("Owner", { pk: "OWNER", sk: "{at}" }, ({ key, attr }) => [
      into("owners", { owner: attr("GSI1").captures("O#{owner}#X").owner, at: key.at }),
    ]),
    ignoreItem("Marker", { pk: "MARKER", sk: "{x}" }, "bookkeeping"),
  ],
);
const mapping = load({ tables, items });
const decode = decoder(mapping, { source: "test", expiredAt: 1_000n });

const thing = (more: Item = {}): Item => ({
  PK: { S: "THING#1" },
  SK: { S: "V#1" },
  Type: { S: "thing" },
  Required: { S: "r" },
  ...more,
});
const decoded = (item: Item): Decoded => decode({ item });

function rows(item: Item, name = "things"): Record<string, string | null>[] {
  const { outcome } = decoded(item);
  if (outcome.kind !== "rows")
    throw new Error(`${outcome.kind}: ${"refusal" in outcome ? outcome.refusal.detail : ""}`);
  return [...outcome.contributions]
    .filter((row) => row.table.name === name)
    .map((row) =>
      Object.fromEntries(row.facet.columns.map((column, at) => [column.name, inputOf(row.cells[at] ?? null)])),
    );
}

function reason(item: Item): string {
  const { outcome } = decoded(item);
  return outcome.kind === "quarantined" ? outcome.refusal.reason : outcome.kind;
}

describe("NULL, absent, empty and the text NULL", () => {
  it("are told apart", () => {
    expect(rows(thing({ Optional: { S: "" } }))[0]).toMatchObject({ optional: "", nullable: null, either: "nothing" });
    expect(rows(thing({ Optional: { S: "NULL" }, Nullable: { NULL: true } }))[0]).toMatchObject({
      optional: "NULL",
      nullable: null,
    });
    expect(reason(thing({ Optional: { NULL: true } }))).toBe("null-attribute");
    expect(reason(thing({ "Dotted.Name": { NULL: true } }))).toBe("null-attribute");
    expect(reason({ PK: { S: "THING#1" }, SK: { S: "V#1" }, Type: { S: "thing" } })).toBe("missing-attribute");
    expect(reason(thing({ Required: { NULL: true } }))).toBe("null-attribute");
  });
});

describe("reading", () => {
  it("names are taken as stored, paths descend, and a wrong turn is refused", () => {
    expect(
      rows(thing({ "Dotted.Name": { S: "d" }, Address: { M: { City: { S: "c" } } }, List: { L: [{ S: "one" }] } }))[0],
    ).toMatchObject({ either: "d", city: "c", first: "one" });
    expect(rows(thing({ Address: { M: {} }, List: { L: [] } }))[0]).toMatchObject({ city: null, first: null });
    expect(reason(thing({ Address: { S: "no map" } }))).toBe("wrong-type");
    expect(reason(thing({ List: { M: {} } }))).toBe("wrong-type");
  });

  it("digits in text are a number only where that is said", () => {
    expect(rows(thing({ Price: { S: "12" } }))[0]).toMatchObject({ price: "12", label: "fixed" });
    expect(reason(thing({ Price: { N: "12" } }))).toBe("wrong-type");
    expect(reason(thing({ Price: { S: "12a" } }))).toBe("not-a-number");
    expect(reason(thing({ Required: { N: "1" } }))).toBe("wrong-type");
  });

  it("captures of a composite string must match the whole of it", () => {
    const owner = (gsi: AttributeValue): Item => ({
      PK: { S: "OWNER" },
      SK: { S: "2026-01-01T00:00:00.5Z" },
      GSI1: gsi,
    });
    const id = "00000000-0000-4000-8000-00000000000A";
    expect(rows(owner({ S: `O#${id}#X` }), "owners")).toEqual([
      { owner: id.toLowerCase(), at: "2026-01-01 00:00:00.5+00" },
    ]);
    expect(reason(owner({ S: `O#${id}` }))).toBe("key-mismatch");
    expect(reason(owner({ S: "O#no-uuid#X" }))).toBe("not-a-uuid");
    expect(reason(owner({ N: "1" }))).toBe("wrong-type");
  });

  it("a later moment has a greater rank", () => {
    const rank = (at: string): number => {
      const { outcome } = decoded({
        PK: { S: "OWNER" },
        SK: { S: at },
        GSI1: { S: "O#00000000-0000-4000-8000-00000000000a#X" },
      });
      return outcome.kind === "rows" ? Number([...outcome.contributions][0]?.rank) : Number.NaN;
    };
    expect(rank("2026-01-01T00:00:00.5Z")).toBeGreaterThan(rank("2026-01-01T00:00:00Z"));
    expect(rank("2026-10-01T00:00:00+00:00")).toBeGreaterThan(rank("2026-09-30T23:59:59.999999Z"));
    expect(rank("0999-01-01T00:00:00Z")).toBeLessThan(rank("1000-01-01T00:00:00Z"));
  });
});

describe("lists and sets", () => {
  it("give a row for each element, nested ones too, with positions", () => {
    const parts = (...names: string[]): AttributeValue => ({
      M: { Parts: { L: names.map((name) => ({ M: { Name: { S: name } } })) } },
    });
    expect(
      rows(thing({ Lines: { L: [parts("a"), parts("b", "c")] } }), "lines").map(({ line, part, name }) => [
        line,
        part,
        name,
      ]),
    ).toEqual([
      ["0", "0", "a"],
      ["1", "0", "b"],
      ["1", "1", "c"],
    ]);
  });

  it("a set has no order of its own: however it comes, the rows are the same", () => {
    const tags = (list: string[]) => rows(thing({ Tags: { SS: list } }), "tags");
    expect(tags(["b", "a", "é"])).toEqual(tags(["é", "b", "a"]));
  });

  it("equal rows of one item become one and are counted", () => {
    const { outcome } = decoded(thing({ Tags: { L: [{ S: "a" }, { S: "a" }, { S: "b" }] } }));
    expect(outcome).toMatchObject({ kind: "rows", collapsed: new Map([["tags", 1]]) });
    expect(rows(thing({ Tags: { L: [{ S: "a" }, { S: "a" }] } }), "tags")).toHaveLength(1);
  });

  it("an element that is NULL, or a list that is no list, is refused", () => {
    expect(reason(thing({ Tags: { L: [{ NULL: true }] } }))).toBe("null-attribute");
    expect(reason(thing({ Tags: { S: "a" } }))).toBe("wrong-type");
    expect(reason(thing({ Tags: { NULL: true } }))).toBe("null-attribute");
  });
});

describe("I2: what nobody reads is told, at any depth", () => {
  const unmapped = (more: Item) => {
    const { outcome } = decoded(thing(more));
    return outcome.kind === "rows" ? outcome.unmapped : undefined;
  };
  it.each<[string, Item, string[]]>([
    ["nothing", { Optional: { S: "x" } }, []],
    ["an attribute", { Color: { S: "red" } }, ["Color"]],
    ["one that is NULL", { Color: { NULL: true } }, ["Color"]],
    [
      "a member of a map whose other member is read",
      { Address: { M: { City: { S: "c" }, Zip: { S: "z" } } } },
      ["Address.Zip"],
    ],
    ["an element of a list whose first is read", { List: { L: [{ S: "1" }, { S: "2" }] } }, ["List[]"]],
    [
      "a member of an element",
      { Lines: { L: [{ M: { Parts: { L: [{ M: { Name: { S: "n" }, Note: { S: "x" } } }] }, Sum: { N: "1" } } }] } },
      ["Lines[].Parts[].Note", "Lines[].Sum"],
    ],
    ["what is ignored by declaration", { Old: { S: "x" }, GSI: { S: "y" } }, []],
    ["the time-to-live, which somebody has to take or ignore", { Gone: { N: "2000" } }, ["Gone"]],
  ])("%s", (_, more, paths) => {
    expect(unmapped(more)).toEqual(paths);
  });

  it("what is read as a whole has no unread part", () => {
    const part = { M: { Name: { S: "n" }, Extra: { M: { any: { L: [{ S: "thing" }] } } } } };
    expect(unmapped({ Lines: { L: [{ M: { Parts: { L: [part] } } }] } })).toEqual([]);
  });
});

describe("which item it is", () => {
  it.each<[string, Item, string]>([
    ["a repeated capture that does not agree", thing({ SK: { S: "V#2" } }), "no-entity"],
    ["another discriminator", thing({ Type: { S: "other" } }), "no-entity"],
    ["a key that cannot be one", thing({ PK: { BOOL: true } }), "key-not-text"],
    ["no sort key", { PK: { S: "THING#1" } }, "no-key"],
    ["no partition key", { SK: { S: "THING#1" } }, "no-key"],
    ["an item that is left behind by declaration", { PK: { S: "MARKER" }, SK: { S: "1" } }, "ignored"],
    ["one that has expired", thing({ Gone: { N: "1000" } }), "expired"],
    ["one that has not", thing({ Gone: { N: "1001" } }), "rows"],
    ["one whose time-to-live is no number", thing({ Gone: { S: "1" } }), "rows"],
  ])("%s", (_, item, expected) => {
    expect(reason(item)).toBe(expected);
  });

  it("two items are two, whatever they hold, and one item is one, however it is spelled", () => {
    const a = decoded(thing({ Tags: { SS: ["x", "y"] }, Price: { S: "1" } }));
    const b = decoded({ Price: { S: "1" }, ...thing({ Tags: { SS: ["y", "x"] } }) });
    expect([b.item, b.fingerprint]).toEqual([a.item, a.fingerprint]);
    expect(decoded({ Odd: { S: "1" } }).item).not.toBe(decoded({ Odd: { S: "2" } }).item);
    expect(decoded(thing({ SK: { N: "1.0" } })).item).toBe(decoded(thing({ SK: { N: "1" } })).item);
    expect(decoded(thing({ SK: { N: "1.0" } })).item).not.toBe(decoded(thing({ SK: { S: "1" } })).item);
    expect(decoder(mapping, { source: "other", expiredAt: 0n })({ item: thing() }).item).not.toBe(
      decoded(thing()).item,
    );
  });

  it.each<[string, Item]>([
    ["only its sort key", { PK: { S: "THING#1" }, Canary: { S: "canary" } }],
    ["only its partition key", { SK: { S: "THING#1" }, Canary: { S: "canary" } }],
    ["a key of a type no key has", thing({ PK: { M: { Canary: { S: "canary" } } } })],
    ["a number that is none", thing({ SK: { N: "canary" } })],
  ])("I10: an item that lacks %s is where it stands: two of them are two, and nothing of them is shown", (_, item) => {
    const [one, other] = [3, 9].map((at) => decode({ item, position: `byte ${at}` }));
    expect([one?.source, other?.source]).toEqual(["byte 3", "byte 9"]);
    expect(one?.item).not.toBe(other?.item);
    expect(decode({ item, position: "byte 3" }).item).toBe(one?.item);
    // A source that does not say where it stands shows no more.
    expect(decoded(item).source).toMatch(/^item [0-9a-f]{16}$/);
    expect(decoded(item).outcome).toMatchObject({
      kind: "quarantined",
      refusal: { detail: expect.not.stringContaining("canary") },
    });
    // The twin: with its key it is that key, wherever it stands.
    const whole = [3, 9].map((at) => decode({ item: thing(), position: `byte ${at}` }));
    expect(whole[0]?.item).toBe(whole[1]?.item);
  });

  it("a record that is no item goes to quarantine as it stood", () => {
    const record = decode({ unreadable: { position: "byte 7", text: "what?", detail: "not JSON" } });
    expect(record.outcome).toMatchObject({ kind: "quarantined", refusal: { reason: "unreadable" } });
    expect(record.body()).toBe("what?");
  });

  it("I10: no refusal repeats what the item holds", () => {
    const canary = "canary";
    const attributes = [{ Price: { S: canary } }, { Required: { SS: [canary] } }, { PK: { S: canary } }];
    for (const more of attributes) {
      const { outcome } = decoded(thing(more));
      expect(outcome.kind === "quarantined" ? outcome.refusal.detail : canary).not.toContain(canary);
    }
  });
});
