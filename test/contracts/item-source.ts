/** What every source must do, as named checks: run against each source, and against broken twins that must fail one. */
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { itemFingerprint } from "../../lambda/domain/decode/item-fingerprint.ts";
import type { ItemSource, SourcePage } from "../../lambda/ports/source.ts";

/** Makes a source that holds exactly these items; each call gives a new instance over the same data. */
export interface Filled {
  open(): ItemSource;
}

export type Fill = (items: readonly Item[]) => Promise<Filled>;

const never = new AbortController().signal;

/** One of everything DynamoDB holds. */
const EVERYTHING: Item = {
  PK: { S: "EVERY#thing" },
  SK: { S: "ключ 🔑" },
  text: { S: 'line\nfeed, "quotes", \\, \u2028 and é' },
  empty: { S: "" },
  nul: { S: "before\u0000after" },
  digits: { N: "12345678901234567890123456789012345678" },
  small: { N: "0.0000000000000000000000000000000000001" },
  yes: { BOOL: true },
  nothing: { NULL: true },
  bytes: { B: new Uint8Array([0, 255, 10, 13]) },
  noBytes: { B: new Uint8Array() },
  texts: { SS: ["a", "b"] },
  numbers: { NS: ["1", "9007199254740993"] },
  blobs: { BS: [new Uint8Array([1]), new Uint8Array([2, 3])] },
  list: { L: [{ S: "x" }, { L: [] }, { M: {} }, { NULL: true }] },
  map: { M: { "a.b": { N: "1" }, "#": { M: { deep: { S: "er" } } } } },
};

const many = (count: number): Item[] =>
  Array.from({ length: count }, (_, at) => ({
    PK: { S: `P#${at % 97}` },
    SK: { S: `S#${at}` },
    // Now and then one that fills a good part of a page.
    body: { S: "x".repeat(at % 500 === 499 ? 300_000 : 100 + (at % 50)) },
  }));

/** A unit's pages from the cursor on. Of every unit at least one page comes, and the last alone says that nothing follows. */
async function pagesOf(source: ItemSource, unit: string, cursor?: string): Promise<SourcePage[]> {
  const pages = await Array.fromAsync(source.read(unit, cursor, never));
  const ends = pages.filter(({ next }) => next === undefined);
  if (ends.length !== 1 || pages.at(-1)?.next !== undefined)
    throw new Error(`${ends.length} of ${pages.length} pages say that nothing follows, or not the last one does`);
  return pages;
}

const itemsOf = (pages: readonly SourcePage[]): Item[] =>
  pages.flatMap(({ records }) =>
    records.map((record) => {
      if ("item" in record) return record.item;
      throw new Error(`a record was unreadable: ${record.unreadable.detail}`);
    }),
  );

const keyOf = ({ PK = { S: "" }, SK = { S: "" } }: Item): Item => ({ PK, SK });

const prints = (items: readonly Item[]): string[] => items.map((item) => itemFingerprint(item)).sort();

function same(actual: readonly Item[], expected: readonly Item[], what: string): void {
  const [a, b] = [prints(actual), prints(expected)];
  if (a.join() !== b.join())
    throw new Error(`${what}: ${actual.length} items instead of ${expected.length}, or others`);
}

async function readAll(source: ItemSource, units: number): Promise<Item[]> {
  const found: Item[] = [];
  for (const unit of await source.plan(units)) found.push(...itemsOf(await pagesOf(source, unit)));
  return found;
}

async function positionsOf(source: ItemSource, units: number): Promise<string[]> {
  const found: string[] = [];
  for (const unit of await source.plan(units)) {
    for (const { records } of await pagesOf(source, unit))
      found.push(...records.flatMap((record) => ("item" in record ? (record.position ?? []) : [])));
  }
  return found;
}

/** A promise of the port → how to find out. Each throws where the promise is broken. */
export const CHECKS: Record<string, (fill: Fill) => Promise<void>> = {
  "an empty source has units and no item": async (fill) => {
    const source = (await fill([])).open();
    same(await readAll(source, 3), [], "an empty source");
  },
  "one item with everything in it comes out as it went in": async (fill) => {
    const source = (await fill([EVERYTHING])).open();
    same(await readAll(source, 2), [EVERYTHING], "one item");
  },
  "every item is in exactly one unit, however many units there are": async (fill) => {
    const items = many(3_000);
    const filled = await fill(items);
    for (const units of [1, 3, 16]) same(await readAll(filled.open(), units), items, `${units} units`);
  },
  "another process goes on from any page with exactly what follows": async (fill) => {
    const filled = await fill(many(3_000));
    const [unit = ""] = await filled.open().plan(1);
    const pages = await pagesOf(filled.open(), unit);
    if (pages.length < 2) throw new Error("the unit has too few pages to be resumed");
    for (const [at, { next }] of pages.entries()) {
      if (next === undefined) continue;
      same(itemsOf(await pagesOf(filled.open(), unit, next)), itemsOf(pages.slice(at + 1)), `resumed after page ${at}`);
    }
  },
  "a unit read twice gives the same": async (fill) => {
    const filled = await fill(many(500));
    const source = filled.open();
    const [unit = ""] = await source.plan(2);
    same(itemsOf(await pagesOf(source, unit)), itemsOf(await pagesOf(source, unit)), "read again");
  },
  "an abort ends the reading without an error": async (fill) => {
    const source = (await fill(many(3_000))).open();
    const [unit = ""] = await source.plan(1);
    const controller = new AbortController();
    let pages = 0;
    for await (const _ of source.read(unit, undefined, controller.signal)) {
      pages += 1;
      controller.abort();
    }
    if (pages !== 1) throw new Error(`${pages} pages were read after the abort instead of 1`);
  },
  "an abort before the first page ends the reading without an error": async (fill) => {
    const source = (await fill(many(50))).open();
    const [unit = ""] = await source.plan(1);
    const pages = await Array.fromAsync(source.read(unit, undefined, AbortSignal.abort()));
    if (pages.some(({ next }) => next === undefined))
      throw new Error("an aborted unit says that it was read to its end");
  },
  "a reading of some attributes gives these of every item": async (fill) => {
    const items = many(600);
    const source = (await fill(items)).open();
    const found: Item[] = [];
    for (const unit of await source.plan(2)) {
      for await (const page of source.read(unit, undefined, never, ["PK", "SK"])) found.push(...itemsOf([page]));
    }
    same(found.map(keyOf), items.map(keyOf), "keys only");
  },
  "single items are read again by their keys, in any number": async (fill) => {
    const items = [EVERYTHING, ...many(600)];
    const { reread } = (await fill(items)).open();
    if (reread.how === "none") return;
    const some = items.filter((_, at) => at % 4 === 0);
    const nowhere = { PK: { S: "nobody" }, SK: { S: "has this" } };
    same(await reread.get([...some.map(keyOf), nowhere]), some, "read again");
    same(await reread.get([]), [], "no keys");
  },
  "where keys may repeat, every record says where it stands, and each with one key is given, in pages and again by its key":
    async (fill) => {
      const source = (await fill(many(300))).open();
      if (source.keys === "unique") return;
      const [first, second] = many(2);
      if (first === undefined || second === undefined) throw new Error("there are two");
      const other = { ...first, More: { S: "x" } };
      const twice = (await fill([first, second, other, first])).open();
      for (const units of [1, 3]) {
        same(await readAll(twice, units), [first, second, other, first], "keys that repeat");
        const [one, again] = [await positionsOf(source, units), await positionsOf(source, units + 1)];
        if (new Set(one).size !== 300 || one.sort().join() !== again.sort().join())
          throw new Error("positions are missing, stand twice, or depend on the units");
      }
      if (twice.reread.how !== "none")
        same(await twice.reread.get([keyOf(first)]), [first, other, first], "read again");
    },
  "it is named the same by every instance": async (fill) => {
    const filled = await fill([]);
    const [one, other] = [filled.open().name, filled.open().name];
    if (one !== other || one === "") throw new Error("the name changes");
  },
};
