/** Lists, sets, maps and texts made of several → what is drafted of them. */
import { describe, expect, it } from "vitest";
import { draftItems, itemOf, notDecoded, pointersOf, tableIn } from "../../support/drafted.ts";

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const uuid = (at: number): string => `3d4285f0-e52b-401a-a59b-${String(at).padStart(12, "0")}`;

describe("what is not one value", () => {
  const text = (S: string): { S: string } => ({ S });
  const item = (at: number, more: Parameters<typeof itemOf>[2] = {}) => itemOf(`FILE#${uuid(at)}`, "FILE", more);

  it("is rows with their position where it is a list, and members are columns", async () => {
    const items = times(4, (at) =>
      item(at, {
        Lines: { L: times(at, (line) => ({ M: { Sku: text(`s${line}`), Price: { N: "1.5" } } })) },
        Size: at,
      }),
    );
    const drafted = await draftItems([...items, item(9, { Size: 1 })]);
    expect(tableIn(drafted, "file_lines")?.columns.map(({ name, key }) => [name, key])).toEqual([
      ["file_id", true],
      ["position", true],
      ["sku", false],
      ["price", false],
    ]);
    expect(pointersOf(tableIn(drafted, "file_lines"))).toEqual(["file_id → files"]);
    expect(drafted.items).toContain('each(attr("Lines").optional(), (line, position) =>');
    expect(await notDecoded(drafted, [...items, item(9, { Size: 1 })])).toEqual([]);
  });

  it("is an array where it is a set, and rows where its elements are ids", async () => {
    const users = times(24, (at) => itemOf(`USER#name${at}x`, "PROFILE", { Age: at, Email: `${at}@example.org` }));
    const files = times(4, (at) =>
      item(at, { Tags: { SS: ["a", `b${at}`] }, Readers: { SS: [`name${at}x`, `name${at + 1}x`] } }),
    );
    const drafted = await draftItems([...users, ...files]);
    expect(tableIn(drafted, "files")?.columns.map(({ name, type }) => [name, type.kind])).toEqual([
      ["file_id", "uuid"],
      ["tags", "text[]"],
    ]);
    expect(pointersOf(tableIn(drafted, "file_readers"))).toEqual(["file_id → files", "reader → users"]);
    expect(await notDecoded(drafted, [...users, ...files])).toEqual([]);
  });

  it("is columns where maps are of one shape, and jsonb where they are dictionaries", async () => {
    const items = times(8, (at) =>
      item(at, {
        Address:
          at === 0
            ? { NULL: true }
            : { M: { City: text("x"), Zip: text("1"), ...(at > 5 ? { Door: { N: "1" } } : {}) } },
        Votes: { M: { [uuid(at)]: { N: "1" } } },
      }),
    );
    const drafted = await draftItems(items);
    expect(tableIn(drafted, "files")?.columns.map(({ name, nullable }) => [name, nullable])).toEqual([
      ["file_id", false],
      ["address_city", true],
      ["address_zip", true],
      ["address_door", true],
      ["votes", false],
    ]);
    expect(drafted.items).toContain('address_door: attr("Address").nullable().at("Door").optional()');
    expect(await notDecoded(drafted, items)).toEqual([]);
  });

  it("is taken apart where it is a text of several, and left behind where it repeats them", async () => {
    const items = times(6, (at) =>
      item(at, {
        Owner: `USER#u${at}x#2024`,
        Index: `x${at}`,
        GSI1PK: `OWNER#u${at}x`,
        GSI2PK: `FILE#${uuid(at).toUpperCase()}`,
      }),
    );
    const drafted = await draftItems(items);
    expect(drafted.items).toContain('attr("Owner").captures("USER#{userId}#{');
    expect(drafted.items).toContain('attr("GSI1PK").captures("OWNER#{ownerId}").ownerId');
    expect(drafted.model.kinds[0]?.ignore).toEqual([{ attribute: "GSI2PK", why: "made of file_id, in another case" }]);
    expect(await notDecoded(drafted, items)).toEqual([]);
  });
});
