/** Items → what is drafted of them: kinds, keys, tables and what points where. */
import { describe, expect, it } from "vitest";
import { draftItems, itemOf, notDecoded, pointersOf, tableIn } from "../../support/drafted.ts";

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const uuid = (at: number): string => `3d4285f0-e52b-401a-a59b-${String(at).padStart(12, "0")}`;
const words = ["ada", "bob", "cyd", "dee", "eve", "fay", "gus", "hal", "ivy", "jon"];

describe("kinds of items", () => {
  it("are one where only optional attributes differ, and two where a type attribute does", async () => {
    const items = [
      ...times(6, (at) =>
        itemOf(`USER#${words[at]}`, "PROFILE", at < 3 ? { Name: "x", Type: "user" } : { Type: "user" }),
      ),
      ...times(6, (at) => itemOf(`USER#${words[at]}`, `X#${at}`, { Type: at % 2 === 0 ? "odd" : "even" })),
    ];
    const drafted = await draftItems(items);
    const told = drafted.model.kinds.map(({ name, where }) => `${name} ${where.Type}`);
    expect(told.sort()).toEqual(["Even even", "Odd odd", "User user"]);
    expect(tableIn(drafted, "users")?.columns.map(({ name, nullable }) => [name, nullable])).toEqual([
      ["user_id", false],
      ["name", true],
    ]);
    expect(await notDecoded(drafted, items)).toEqual([]);
  });

  it("have captures where every key has the same id, if it is written as ids are", async () => {
    const items = [itemOf("USER#ada", "#METADATA#ada"), itemOf("USER#ada", "SETTINGS", { Dark: true })];
    const { model } = await draftItems(items);
    expect(model.kinds.map(({ pk, sk }) => [pk, sk])).toEqual([
      ["USER#{userId}", "#METADATA#{userId}"],
      ["USER#{userId}", "SETTINGS"],
    ]);
  });

  it("that differ in one word, and are alike in all else, are one", async () => {
    const items = times(9, (at) => itemOf(`u#${words[at % 3]}#following`, `u#${words[3 + (at % 4)]}`));
    const drafted = await draftItems(items);
    expect(drafted.model.kinds.map(({ pk, sk }) => [pk, sk])).toEqual([["u#{uId}#following", "u#{followingId}"]]);
    const settings = ["info", "count", "more"].flatMap((sk) => [
      itemOf("u#1001", sk, { [sk]: 1 }),
      itemOf("u#1002", sk, { [sk]: 2 }),
    ]);
    expect((await draftItems(settings)).model.kinds).toHaveLength(3);
  });

  it("without a capture have a row all the same", async () => {
    const items = [itemOf("CONFIG", "FLAGS", { Dark: true })];
    const drafted = await draftItems(items);
    expect(drafted.items).toContain('id: constant("FLAGS")');
    expect(await notDecoded(drafted, items)).toEqual([]);
  });

  it("take in whatever is like nothing else, and say so", async () => {
    const items = [
      ...times(40, (at) => itemOf(`USER#${uuid(at)}`, "PROFILE", { Name: `n${at}`, Age: at })),
      itemOf("a:b#c", "d|e", { Bytes: { B: new Uint8Array([1]) } }),
    ];
    const drafted = await draftItems(items);
    expect(await notDecoded(drafted, items)).toEqual([]);
  });
});

describe("the key of a table", () => {
  const lines = (count: number, id: (at: number) => string) =>
    times(count, (at) => itemOf(`ORDER#${words[at % 5]}`, `LINE#${id(at)}`, { Note: `n${at}`, Sku: `s${at}` }));
  const key = async (count: number, id: (at: number) => string) => {
    const table = tableIn(await draftItems(lines(count, id)), "lines");
    return table?.columns.filter((column) => column.key).map(({ name }) => name);
  };

  it("is an id alone, where it is surely no one else's", async () => {
    expect(await key(10, uuid)).toEqual(["line_id"]);
    expect(await key(60, (at) => `L${at}x`)).toEqual(["line_id"]);
  });

  it("is the whole key of the item where that is not sure, or not so", async () => {
    expect(await key(10, (at) => `L${at}x`)).toEqual(["order_id", "line_id"]);
    expect(await key(60, (at) => `L${Math.floor(at / 5)}x`)).toEqual(["order_id", "line_id"]);
  });

  it("is the whole key where what is no id stands for several", async () => {
    const tasks = (id: (at: number) => string) =>
      draftItems(times(12, (at) => itemOf(`PROJECT#p${at % 4}`, `TASK#${id(at)}`, { Text: `t ${at}` })));
    const keyOf = ({ columns }: { readonly columns: readonly { readonly key: boolean; readonly name: string }[] }) =>
      columns.filter(({ key }) => key).map(({ name }) => name);
    const apart = tableIn(await tasks(uuid), "tasks") ?? expect.fail("it has a table");
    expect(keyOf(apart)).toEqual(["task_id"]);
    const shared = tableIn(await tasks((at) => (at < 2 ? "0000-00-00" : uuid(at))), "tasks");
    expect(keyOf(shared ?? expect.fail("it has a table"))).toEqual(["project_id", "task_id"]);
  });

  it("is told where an attribute has it in another case, and only there", async () => {
    const things = (said: (id: string) => string) =>
      draftItems(times(12, (at) => itemOf(`THING#${uuid(at)}`, "META", { Ref: said(uuid(at)), Size: at })));
    const doubt = "the key has it in another case, and is not held to it";
    expect((await things((id) => id.toUpperCase())).tables).toContain(doubt);
    const same = await things((id) => id);
    expect(same.tables).not.toContain(doubt);
    expect(same.items).toContain("agreesWith");
  });

  it("is an id alone, where an index is made of nothing else", async () => {
    const items = times(6, (at) =>
      itemOf(`ORDER#${words[at % 2]}`, `BILL#b${at}0`, { GSI1PK: `BILL#b${at}0`, GSI1SK: "BILL", Sum: at }),
    );
    const drafted = await draftItems(items);
    const table = tableIn(drafted, "bills");
    expect(table?.columns.filter((column) => column.key).map(({ name }) => name)).toEqual(["bill_id"]);
    expect(table?.doubts).toEqual(["bill_id alone: GSI1PK is made of nothing else"]);
    expect(drafted.model.kinds[0]?.ignore.map(({ attribute, why }) => [attribute, why])).toEqual([
      ["GSI1PK", "made of bill_id"],
      ["GSI1SK", "always BILL"],
    ]);
  });
});

describe("a foreign key", () => {
  const users = words.map((name) => itemOf(`USER#${name}`, "PROFILE", { Email: `${name}@example.org`, Age: 7 }));
  const posts = (author: (at: number) => string, count = 10) =>
    times(count, (at) => itemOf(`POST#${uuid(at)}`, "POST", { Author: author(at), Title: `t ${at}`, Length: at }));

  it("follows from the literal before an id, and tells how many are not there", async () => {
    const likes = times(4, (at) => itemOf(`POST#${uuid(at)}`, `USER#${at < 3 ? words[at] : "nobody"}`));
    const drafted = await draftItems([...users, ...posts(() => "x"), ...likes]);
    expect(pointersOf(tableIn(drafted, "post_users"))).toEqual([
      "post_id → posts",
      "user_id → users; 1 of 4 are not in users",
    ]);
  });

  it("of several columns is a comment where not one is found", async () => {
    const line = (order: string, at: number, Type: string) =>
      itemOf(`ORDER#${order}`, `LINE#${at % 3}`, { Type, Sum: at, [Type]: `${Type} ${at}` });
    const lines = (order: (at: number) => string) =>
      times(12, (at) => [
        line(`o${Math.floor(at / 3)}`, at, "sold"),
        ...(at < 9 ? [line(order(Math.floor(at / 3)), at, "returned")] : []),
      ]).flat();
    const some = await draftItems(lines((at) => `o${at}`));
    const none = await draftItems(lines((at) => `q${at}`));
    expect(some.tables).not.toContain("left out");
    expect(none.tables).toContain("// left out, 9 of 9 are not in solds: .foreignKey(");
  });

  it("follows from a name, unless too many are not there: then it is a comment", async () => {
    const withUser = (share: number) =>
      times(20, (at) => itemOf(`POST#${uuid(at)}`, "POST", { UserId: at < share ? `${words[at % 10]}` : `no${at}` }));
    const few = await draftItems([...users, ...withUser(19)]);
    expect(pointersOf(tableIn(few, "posts"))).toEqual(["user_id → users; 1 of 11 are not in users"]);
    const many = await draftItems([...users, ...withUser(15)]);
    expect(pointersOf(tableIn(many, "posts"))).toEqual([]);
    expect(many.tables).toContain('// left out, 5 of 15 are not in users: .references("users")');
  });

  it("follows from values alone where all of them are found, among many, and by no chance", async () => {
    const crowd = times(30, (at) => itemOf(`USER#name${at}x`, "PROFILE", { Email: `${at}@example.org`, Age: 7 }));
    const found = await draftItems([...crowd, ...posts((at) => `name${at}x`)]);
    expect(pointersOf(tableIn(found, "posts"))).toEqual(["author → users"]);
    const strange = await draftItems([...crowd, ...posts((at) => (at === 0 ? "stranger" : `name${at}x`))]);
    expect(pointersOf(tableIn(strange, "posts"))).toEqual([]);
    const fewUsers = await draftItems([...users, ...posts((at) => `${words[at]}`)]);
    expect(pointersOf(tableIn(fewUsers, "posts"))).toEqual([]);
  });

  it("is one of several columns where the key is, and not drawn twice where it follows from another", async () => {
    const course = (at: number) => ({
      pk: `TENANT#t${at % 2}x#COURSE#c${at}x`,
      tenant_id: `t${at % 2}x`,
      course_id: `c${at}x`,
    });
    const items = [
      ...times(2, (at) => itemOf(`TENANT#t${at}x`, "PROFILE", { tenant_id: `t${at}x`, Plan: "free" })),
      ...times(4, (at) => {
        const { pk, ...ids } = course(at);
        return itemOf(pk, "DETAILS", { ...ids, Title: `t ${at}` });
      }),
      ...times(8, (at) => {
        const { pk, ...ids } = course(at % 4);
        return itemOf(pk, `LESSON#${at + 1}#l${at}x`, { ...ids, lesson_id: `l${at}x`, lesson_order: at + 1 });
      }),
    ];
    const drafted = await draftItems(items);
    expect(pointersOf(tableIn(drafted, "courses"))).toEqual(["tenant_id → tenants"]);
    expect(pointersOf(tableIn(drafted, "lessons"))).toEqual(["tenant_id, course_id → courses"]);
    expect(tableIn(drafted, "lessons")?.columns.filter((column) => column.key)).toHaveLength(3);
    expect(await notDecoded(drafted, items)).toEqual([]);
  });

  it("follows from what stands behind another word, too, where all of it is found by its name or among many", async () => {
    const items = (other: (at: number) => string, word: string) =>
      times(30, (at) => [
        itemOf(`USER#name${at}x`, "PROFILE", { Email: `${at}@example.org`, Age: 7 }),
        itemOf(`USER#name${at}x`, `${word}#${other(at)}`, { Since: `s ${at}` }),
      ]).flat();
    const friends = await draftItems(items((at) => `name${(at + 1) % 30}x`, "FRIEND"));
    expect(pointersOf(tableIn(friends, "friends"))).toEqual(["user_id → users", "friend_id → users"]);
    const strange = await draftItems(items((at) => `name${at + 1}x`, "FRIEND"));
    expect(pointersOf(tableIn(strange, "friends"))).toEqual(["user_id → users"]);
    const tickets = await draftItems([
      ...times(3, (at) => itemOf(`EVENT#e${at}`, "METADATA", { Name: `n ${at}` })),
      ...times(9, (at) => itemOf(`USER#u${at}`, `TICKET#e${at % 3}`, { EventId: `e${at % 3}`, Price: at })),
    ]);
    expect(pointersOf(tableIn(tickets, "tickets"))).toEqual(["event_id → events"]);
  });

  it("leads to what an id is the id of, not to what is only told by it", async () => {
    const items = times(4, (at) => [
      itemOf(`u#${1000 + at}#post`, `p#${2000 + at}`, { Text: `t ${at}` }),
      itemOf(`p#${2000 + at}#likecount`, "count", { Likes: at }),
    ]).flat();
    const drafted = await draftItems(items);
    expect(pointersOf(tableIn(drafted, "likecounts"))).toEqual(["post_id → posts"]);
    expect(
      tableIn(drafted, "posts")
        ?.columns.filter(({ key }) => key)
        .map(({ name }) => name),
    ).toEqual(["post_id"]);
  });

  it("takes no customer for an order, though both are 1001", async () => {
    const items = times(4, (at) => [
      itemOf(`c#${1000 + at}`, `c#${1000 + at}`, { Type: "customer", Name: `n${at}` }),
      itemOf(`o#${1000 + at}`, `c#${1000 + at}`, { Type: "order", Sum: at }),
      itemOf(`o#${1000 + at}`, `l#${at + 50}`, { Type: "line", GSI1PK: `c#${1000 + at}`, Sku: `s${at}` }),
    ]).flat();
    const drafted = await draftItems(items);
    expect(pointersOf(tableIn(drafted, "lines"))).toEqual(["order_id → orders", "customer_id → customers"]);
    expect(drafted.items).toContain('customer_id: attr("GSI1PK").captures("c#{customerId}").customerId');
  });

  it("may lead to the table itself, through what stands for NULL", async () => {
    const items = times(30, (at) =>
      itemOf(`STAFF#${uuid(at)}`, "STAFF", { Boss: at === 0 ? "none" : uuid(Math.floor(at / 3)), Pay: at }),
    );
    const drafted = await draftItems(items);
    expect(pointersOf(tableIn(drafted, "staffs"))).toEqual(["boss → staffs"]);
    expect(drafted.items).toContain('boss: attr("Boss").nullIf("none")');
    expect(await notDecoded(drafted, items)).toEqual([]);
  });
});

it("items of a table without a sort key are one kind, whatever they hold", async () => {
  const items = ["foo", "bar", "K3TXQk84Si"].map((id, at) => ({ id: { S: id }, [`only${at}`]: { N: "1" } }));
  const drafted = await draftItems(items, { pk: "id" });
  expect(drafted.model.kinds.map(({ pk }) => pk)).toEqual(["{id}"]);
  expect(await notDecoded(drafted, items)).toEqual([]);
});

it("what has no place of its own is in one column, and nothing is lost", async () => {
  const items = times(300, (at) => itemOf(`THING#${uuid(at)}`, "THING", { [`attribute ${at}`]: at, Name: "x" }));
  const drafted = await draftItems(items);
  expect(drafted.items).toContain("more: rest()");
  expect(await notDecoded(drafted, items)).toEqual([]);
});
