/** Two kinds of items that hold one edge from both of its ends → one table, where they say the same. */
import { describe, expect, it } from "vitest";
import { draftItems, itemOf, notDecoded } from "../../support/drafted.ts";

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const words = ["ada", "bob", "cyd", "dee", "eve", "fay", "gus", "hal", "ivy", "jon"];

describe("two ends of one edge", () => {
  const edges = times(12, (at) => [words[at % 3], words[(at % 4) + 3 + Math.floor(at / 12)]] as const);

  it("are one table, and an edge that has one end only is told", async () => {
    const items = [
      ...edges.map(([user, group]) => itemOf(`USER#${user}`, `GROUP#${group}`)),
      ...edges.slice(1).map(([user, group]) => itemOf(`GROUP#${group}`, `USER#${user}`)),
    ];
    const drafted = await draftItems(items);
    const [table, ...others] = drafted.model.tables;
    expect(others).toEqual([]);
    expect(table?.duplicates).toBe("identical");
    expect(table?.doubts).toEqual([expect.stringMatching(/two ends of one edge; 1 edges stand at one end only$/)]);
    expect(await notDecoded(drafted, items)).toEqual([]);
  });

  it("of one kind of thing are told by what the other one says", async () => {
    const items = [
      ...edges.map(([one, other]) => itemOf(`u#${one}#follower`, `u#${other}`)),
      ...edges.map(([one, other]) => itemOf(`u#${other}#following`, `u#${one}`)),
    ];
    const drafted = await draftItems(items);
    expect(
      drafted.model.tables.map(({ name, columns, doubts }) => [name, columns.map((each) => each.name), doubts]),
    ).toEqual([["follows", ["following_id", "follower_id"], []]]);
    expect(drafted.items).toMatch(/Follower.*\n.*\n\s+following_id: key\.\w+,\n\s+follower_id: key\.followerId/);
  });

  it("are two tables where few stand in both", async () => {
    const items = [
      ...edges.map(([user, group]) => itemOf(`USER#${user}`, `GROUP#${group}`)),
      ...edges.slice(0, 3).map(([user, group]) => itemOf(`GROUP#${group}`, `USER#${user}`)),
      ...edges.map((_, at) => itemOf(`GROUP#g${at}`, `USER#u${at}`)),
    ];
    expect((await draftItems(items)).model.tables).toHaveLength(2);
  });

  it("are two tables where they share nothing", async () => {
    const items = [
      ...edges.map(([user, group]) => itemOf(`USER#${user}`, `GROUP#${group}`)),
      ...edges.map((_, at) => itemOf(`GROUP#g${at}`, `USER#u${at}`)),
    ];
    expect((await draftItems(items)).model.tables).toHaveLength(2);
  });
});
