/** How often a source is read for a draft, and what it says of itself. */
import { expect, it } from "vitest";
import { itemsText } from "../../lambda/domain/draft/text/items-text.ts";
import { draft } from "../../lambda/pipeline/draft.ts";
import { itemOf } from "../support/drafted.ts";
import { memorySource } from "../support/memory-source.ts";

const KEYS = { pk: "PK", sk: "SK" };
const itemsIn = (count: number) =>
  Array.from({ length: count }, (_, at) => itemOf(`USER#u${at}x`, "PROFILE", { Age: at, Bye: 1_700_000_000 + at }));

async function drafted(count: number, more: { readonly sample?: number; readonly ttlAttribute?: string } = {}) {
  const { sample, ttlAttribute } = more;
  const source = memorySource(itemsIn(count), "memory:test", 500);
  let readings = 0;
  const counted = {
    ...source,
    inspect: async () => (ttlAttribute === undefined ? {} : { ttlAttribute }),
    plan: (units: number) => {
      readings += 1;
      return source.plan(units);
    },
  };
  const signal = new AbortController().signal;
  const task = { source: counted, keys: KEYS, onProgress: () => undefined, signal };
  const found = await draft(sample === undefined ? task : { ...task, sample });
  return { ...found, readings };
}

it("a small table is read once, and a larger one twice, all of it", async () => {
  expect(await drafted(300)).toMatchObject({ readings: 1, read: 300, whole: true });
  const { model, ...large } = await drafted(20_100);
  expect(large).toMatchObject({ readings: 2, read: 20_100, whole: true });
  expect(model.kinds.map(({ items }) => items)).toEqual([20_100]);
  expect(large.items).toHaveLength(20_000);
});

it("a sample is read once, from all over the source", async () => {
  const { model, ...found } = await drafted(3_000, { sample: 64 });
  expect(found).toMatchObject({ readings: 1, read: 64, whole: false });
  expect(model.kinds.map(({ items }) => items)).toEqual([64]);
});

it("items expire as the table is set, and what has expired is left out", async () => {
  const { model } = await drafted(30, { ttlAttribute: "Bye" });
  expect(itemsText(model, "./x.ts", "Items.")).toContain('ttl: { attribute: "Bye", expired: "skip" },');
  expect((await drafted(30)).model.ttl).toBeUndefined();
});
