/** One item → what becomes of it. NULL, absent, empty and the text "NULL" are four things; nothing is read by accident. */

import { describe, expect, it } from "vitest";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { decoded, reason, rows, thing } from "../../support/things.ts";

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
