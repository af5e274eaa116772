/** Into which tables rows are copied: where it failed just now they ask for their keys, for a while. */
import { expect, it } from "vitest";
import { type Straight, Ways, WrongWay } from "../../../../lambda/adapters/postgres/rows/straight.ts";
import type { Session } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { CopyLines } from "../../../../lambda/adapters/postgres/session/copy-text.ts";
import { load } from "../../../../lambda/compose.ts";
import { must } from "../../../../lambda/domain/must.ts";
import { defineItems, defineTables, table, text } from "../../../../lambda/mapping/index.ts";

const declared = defineTables({
  merged: table({ id: text().primaryKey(), a: text() }).duplicates("merge"),
  plain: { id: text().primaryKey(), a: text() },
  others: { id: text().primaryKey() },
  defaulted: { id: text().primaryKey(), a: text().default("x") },
});
const { tables } = load({
  tables: declared,
  items: defineItems(declared, { keys: { pk: "PK" } }, ({ item, into, part }) => [
    item("One", { pk: "ONE#{id}" }, ({ key, attr }) => [
      part("merged", { id: key.id, a: attr("A") }),
      into("plain", { id: key.id, a: attr("A") }),
      into("others", { id: key.id }),
      into("defaulted", { id: key.id }),
    ]),
  ]),
});
const called = (name: string) =>
  must(
    tables.find((each) => each.name === name),
    "it is declared above",
  );
const [plain, others] = [called("plain"), called("others")];

const oneLine = new CopyLines("as they came");
oneLine.add("a", "");
/** One line for each of these tables, and one of the ledger's before them. */
const linesOf = (...into: (typeof plain)[]) =>
  [undefined, ...into].map((rowsOf) => ({ table: "t", columns: "c", lines: oneLine, ...(rowsOf && { rowsOf }) }));

/** What is sent becomes as many rows as are said, one after the other, and then fails where something is to be thrown. */
const answering = (rows: readonly number[], thrown?: Error): Pick<Session, "copy"> => ({
  copy: async (_, came) => {
    for (const each of rows) came?.(each);
    if (thrown !== undefined) throw thrown;
  },
});
const works = answering([1, 1]);
const fails = (straight: Straight) =>
  expect(straight.copy(answering([1, 0]), linesOf(plain))).rejects.toThrow(WrongWay);
const keyTaken = Object.assign(new Error("duplicate key"), { code: "23505", isInside: false });

/** How many pages ask for their keys, and the first that does not. */
function untilCopied(ways: Ways): readonly [pages: number, straight: Straight] {
  for (let pages = 0; pages < 1_000; pages += 1) {
    const straight = ways.turnPage();
    if (straight.leadsTo(plain)) return [pages, straight];
  }
  throw new Error("it is never copied again");
}

it("no row is copied that is of several items, or has a column that nobody gives, or is of a table that the run has not made", () => {
  const straight = new Ways(tables.filter((each) => each !== others)).turnPage();
  expect(tables.filter((each) => straight.leadsTo(each)).map(({ name }) => name)).toEqual(["plain"]);
});

it("where it failed it is tried again after ever more pages, and after fewer once it goes well", async () => {
  const ways = new Ways(tables);
  let straight = ways.turnPage();
  const waited: number[] = [];
  for (let times = 0; times < 5; times += 1) {
    await fails(straight);
    expect([straight.leadsTo(plain), straight.leadsTo(others)]).toEqual([false, true]);
    let pages: number;
    [pages, straight] = untilCopied(ways);
    waited.push(pages);
  }
  expect(waited).toEqual([1, 4, 16, 64, 64]);
  for (let times = 0; times < 4; times += 1) await straight.copy(works, linesOf(plain));
  await fails(straight);
  expect(untilCopied(ways)[0]).toBe(4);
  straight = ways.turnPage();
  for (let times = 0; times < 10; times += 1) await straight.copy(works, linesOf(plain));
  await fails(straight);
  expect(untilCopied(ways)[0]).toBe(1);
});

it("a page that failed never tries it again, whatever others meet meanwhile", async () => {
  const ways = new Ways(tables);
  const straight = ways.turnPage();
  await fails(straight);
  for (let page = 0; page < 10; page += 1) await ways.turnPage().copy(works, linesOf(plain));
  expect(straight.leadsTo(plain)).toBe(false);
  expect(ways.turnPage().leadsTo(plain)).toBe(true);
});

it("pages that began with the same knowledge tell it once", async () => {
  const ways = new Ways(tables);
  const pages = Array.from({ length: 4 }, () => ways.turnPage());
  for (const each of pages) await fails(each);
  // One is told by the first alone: it is waited for one page, not for 64.
  expect(untilCopied(ways)[0]).toBe(1);
});

it("what says nothing of keys is passed on, and changes nothing", async () => {
  const straight = new Ways(tables).turnPage();
  const broken = new Error("the connection is gone");
  await expect(straight.copy(answering([1], broken), linesOf(plain))).rejects.toBe(broken);
  // A key of the ledger, which comes first here.
  await expect(straight.copy(answering([], keyTaken), linesOf(plain))).rejects.toBe(keyTaken);
  expect(straight.leadsTo(plain)).toBe(true);
});

it("of tables that are sent together the one is left that failed", async () => {
  for (const [session, left] of [
    [answering([1], keyTaken), plain],
    [answering([1, 1], keyTaken), others],
    [answering([1, 0, 1]), plain],
    [answering([1, 1, 0]), others],
  ] as const) {
    const straight = new Ways(tables).turnPage();
    await expect(straight.copy(session, linesOf(plain, others))).rejects.toThrow(WrongWay);
    expect([plain, others].map((each) => straight.leadsTo(each))).toEqual([left !== plain, left !== others]);
  }
});
