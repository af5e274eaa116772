/** The contract of a source can be broken: each broken twin fails the check that stands for the promise. */
import { expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { ItemSource, SourcePage } from "../../lambda/ports/source.ts";
import { memorySource } from "../support/memory-source.ts";
import { describeItemSource } from "./describe-item-source.ts";
import { CHECKS, type Fill } from "./item-source.ts";

const fill: Fill = async (items) => ({ open: () => memorySource(items) });
describeItemSource("a memory source", fill);

type Read = ItemSource["read"];

/** A source whose reading is replaced. */
const broken =
  (change: (read: Read) => Read): Fill =>
  async (items) => ({
    open: () => {
      const source = memorySource(items);
      return { ...source, read: change(source.read.bind(source)) };
    },
  });

const mapPages = (change: (pages: SourcePage[]) => SourcePage[]) =>
  broken(
    (read) =>
      async function* (unit, cursor, signal) {
        yield* change(await Array.fromAsync(read(unit, cursor, signal)));
      },
  );

/** An empty page after every page, as a Scan gives them where nothing is left of what it read. */
const withEmptyPages = (pages: SourcePage[]): SourcePage[] =>
  pages.flatMap((page) => (page.next === undefined ? [page] : [page, { records: [], next: page.next }]));

const emptyPages = broken(
  (read) =>
    async function* (unit, cursor, signal) {
      for await (const page of read(unit, cursor, signal)) {
        for (const each of withEmptyPages([page])) {
          if (!signal.aborted) yield each;
        }
      }
    },
);
describeItemSource("a source with empty pages", emptyPages);

const withoutNext = ({ records }: SourcePage): SourcePage => ({ records });

const throughNumber = (item: Item): Item =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, "N" in value ? { N: String(Number(value.N)) } : value]),
  );

const REPEATED =
  "where keys may repeat, every record says where it stands, and each with one key is given, in pages and again by its key";

const TWINS: Record<string, readonly [fill: Fill, check: string]> = {
  "loses the last page": [
    mapPages((pages) => (pages.length < 2 ? pages : [...pages.slice(0, -2), ...pages.slice(-2, -1).map(withoutNext)])),
    "every item is in exactly one unit, however many units there are",
  ],
  "repeats a page": [
    mapPages((pages) => (pages.length < 2 ? pages : [...pages.slice(0, 1), ...pages])),
    "every item is in exactly one unit, however many units there are",
  ],
  "ignores the cursor": [
    broken((read) => (unit, _, signal) => read(unit, undefined, signal)),
    "another process goes on from any page with exactly what follows",
  ],
  "forgets that more follows": [
    mapPages((pages) => pages.map(withoutNext)),
    "another process goes on from any page with exactly what follows",
  ],
  "ends at an empty page": [
    mapPages((pages) => {
      const all = withEmptyPages(pages);
      const end = all.findIndex(({ records }) => records.length === 0);
      return end < 0 ? all : [...all.slice(0, end), { records: [] }];
    }),
    "every item is in exactly one unit, however many units there are",
  ],
  "says nothing of an empty unit": [
    mapPages((pages) => pages.filter(({ records }) => records.length > 0)),
    "an empty source has units and no item",
  ],
  "says that an aborted unit is done": [
    mapPages((pages) => (pages.length === 0 ? [{ records: [] }] : pages)),
    "an abort before the first page ends the reading without an error",
  ],
  "reads other items again": [
    async (items) => ({
      open: () => ({ ...memorySource(items), reread: { how: "by-key", get: async () => items.slice(0, 3) } }),
    }),
    "single items are read again by their keys, in any number",
  ],
  "gives no keys when asked for keys only": [
    broken(
      (read) =>
        async function* (unit, cursor, signal, only) {
          for await (const page of read(unit, cursor, signal)) {
            yield only === undefined ? page : { ...page, records: page.records.map(() => ({ item: {} })) };
          }
        },
    ),
    "a reading of some attributes gives these of every item",
  ],
  "does not say where its records stand": [
    mapPages((pages) =>
      pages.map((page) => ({
        ...page,
        records: page.records.map((record) => ("item" in record ? { item: record.item } : record)),
      })),
    ),
    REPEATED,
  ],
  "counts its records anew in each unit": [
    mapPages((pages) =>
      pages.map((page) => ({
        ...page,
        records: page.records.map((record, at) =>
          "item" in record ? { item: record.item, position: `item ${at}` } : record,
        ),
      })),
    ),
    REPEATED,
  ],
  "gives one of several with one key when read again": [
    async (items) => ({
      open: () => {
        const source = memorySource(items);
        const { reread } = source;
        const get = async (keys: readonly Item[]) =>
          reread.how === "none" ? [] : (await reread.get(keys)).slice(0, 1);
        return { ...source, reread: { how: "by-position", get } };
      },
    }),
    REPEATED,
  ],
  "turns numbers into JavaScript numbers": [
    mapPages((pages) =>
      pages.map((page) => ({
        ...page,
        records: page.records.map((record) => ("item" in record ? { item: throughNumber(record.item) } : record)),
      })),
    ),
    "one item with everything in it comes out as it went in",
  ],
  "ignores an abort": [
    broken((read) => (unit, cursor) => read(unit, cursor, new AbortController().signal)),
    "an abort ends the reading without an error",
  ],
  "has another name each time": [
    async (items) => ({ open: () => memorySource(items, String(Math.random())) }),
    "it is named the same by every instance",
  ],
};

it.each(Object.entries(TWINS))("a source that %s is found out", async (_, [twin, check]) => {
  await expect(CHECKS[check]?.(twin)).rejects.toThrow();
});
