/** Into which tables rows are copied: where it failed just now they ask for their keys, for a while. */
import { expect, it } from "vitest";
import { RowsKept } from "../../../../lambda/adapters/postgres/rows/rows.ts";
import { Straight, WrongWay } from "../../../../lambda/adapters/postgres/rows/straight.ts";
import { load } from "../../../../lambda/compose.ts";
import { must } from "../../../../lambda/domain/must.ts";
import { schema } from "../../../support/pets.ts";

const { tables } = load(schema);
const tableCalled = (name: string) =>
  must(
    tables.find((table) => table.name === name),
    "it is one of the pets'",
  );
const [pets, visits, owners] = ["pets", "visits", "owners"].map(tableCalled) as [
  (typeof tables)[number],
  (typeof tables)[number],
  (typeof tables)[number],
];

const works = async (): Promise<void> => undefined;
const fails = (straight: Straight) =>
  expect(straight.assuming(pets, () => Promise.reject(new RowsKept()))).rejects.toThrow(WrongWay);

/** How many pages ask for their keys before one is copied again. */
function pagesUntilCopied(straight: Straight): number {
  for (let pages = 0; pages < 1_000; pages += 1) {
    straight.turnPage();
    if (straight.leadsTo(pets)) return pages;
  }
  throw new Error("it is never copied again");
}

it("a merged row is never copied, and no row into a table that is not the run's own", () => {
  const straight = new Straight([pets, owners]);
  expect([pets, owners, visits].map((table) => straight.leadsTo(table))).toEqual([true, false, false]);
  expect(new Straight().leadsTo(pets)).toBe(false);
});

it("where it failed it is tried again after ever more pages, and after fewer once it goes well", async () => {
  const straight = new Straight([pets, visits]);
  const waited: number[] = [];
  for (let times = 0; times < 5; times += 1) {
    await fails(straight);
    expect([straight.leadsTo(pets), straight.leadsTo(visits)]).toEqual([false, true]);
    waited.push(pagesUntilCopied(straight));
  }
  expect(waited).toEqual([1, 4, 16, 64, 64]);
  for (let times = 0; times < 4; times += 1) await straight.assuming(pets, works);
  await fails(straight);
  expect(pagesUntilCopied(straight)).toBe(4);
  for (let times = 0; times < 10; times += 1) await straight.assuming(pets, works);
  await fails(straight);
  expect(pagesUntilCopied(straight)).toBe(1);
});

it("what says nothing of keys is passed on, and changes nothing", async () => {
  const straight = new Straight([pets]);
  const broken = new Error("the connection is gone");
  await expect(straight.assuming(pets, () => Promise.reject(broken))).rejects.toBe(broken);
  expect(straight.leadsTo(pets)).toBe(true);
});
