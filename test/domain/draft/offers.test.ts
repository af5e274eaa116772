/** What is stored twice, or nowhere by itself → what a person is told of it. */
import { describe, expect, it } from "vitest";
import { draftItems, itemOf, tableIn } from "../../support/drafted.ts";

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const uuid = (at: number): string => `3d4285f0-e52b-401a-a59b-${String(at).padStart(12, "0")}`;

describe("what a person is offered", () => {
  it("a table for ids that no item is about", async () => {
    const items = times(9, (at) => itemOf(`PROJECT#p${at % 3}x`, `TASK#${uuid(at)}`, { Title: `t ${at}` }));
    const doubts = tableIn(await draftItems(items), "tasks")?.columns.flatMap((column) => column.doubts);
    expect(doubts).toEqual([
      '3 different ones, and no item is about one: into("projects", { project_id: … }) would give them a table',
    ]);
  });

  it("one table for kinds that have at most one row each of the same", async () => {
    const items = times(5, (at) => [
      itemOf(`USER#${uuid(at)}`, "PROFILE", { Name: `n${at}` }),
      itemOf(`USER#${uuid(at)}`, "COUNTS", { Posts: at }),
    ]).flat();
    const { model } = await draftItems(items);
    expect(model.tables.flatMap(({ name, doubts }) => doubts.map((doubt) => [name, doubt]))).toEqual([
      ["counts", 'at most one row for each of users: part() of one table with .duplicates("merge") would hold both'],
    ]);
  });

  it("copies of an item under other keys, with how many are equal", async () => {
    const page = (at: number, version: number) => ({ Title: `t ${at}`, Body: `b ${at}.${version}`, By: "ada" });
    const items = times(6, (at) => [
      itemOf(`PAGE#${uuid(at)}`, "LATEST", page(at, at === 0 ? 9 : 2)),
      ...[1, 2].map((version) => itemOf(`PAGE#${uuid(at)}`, `VERSION#${version}`, page(at, version))),
    ]).flat();
    const { model } = await draftItems(items);
    expect(model.kinds.flatMap(({ name, doubts }) => doubts.map((doubt) => `${name}: ${doubt.slice(0, 50)}`))).toEqual([
      "Page: 5 of 6 are equal to an item of Version but for the",
    ]);
  });

  it("to leave out what a map repeats of another item", async () => {
    const author = (at: number) => ({ M: { UserId: { S: uuid(at) }, Name: { S: `n${at}` }, Age: { N: "7" } } });
    const items = [
      ...times(5, (at) => itemOf(`USER#${uuid(at)}`, "PROFILE", { UserId: uuid(at), Name: `n${at}`, Age: 7 })),
      ...times(5, (at) => itemOf(`POST#${uuid(90 + at)}`, "POST", { Author: author(at) })),
    ];
    const posts = tableIn(await draftItems(items), "posts");
    expect(posts?.columns.flatMap(({ name, doubts }) => doubts.map((doubt) => [name, doubt]))).toEqual([
      [
        "author_user_id",
        "a copy of an item of users, taken apart: where it says no more than that, author_user_id is enough",
      ],
    ]);
  });
});
