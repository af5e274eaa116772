/**
 * What a large mapping costs: the same items, decoded and counted by the page by a mapping of 4 kinds of items and by one of 40 kinds and 60 tables,
 * in turns. Prints microseconds an item and the ratio; exits 1 where the large one is less than half as fast.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { load } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Decode } from "../../lambda/domain/decode/decode.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { addTallies, EMPTY_TALLY, type Fate, PageTally, totalCounts } from "../../lambda/domain/proof/tally.ts";
import { largeMapping } from "../support/large-mapping.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ITEMS = 20_000;
const PAGE = 500;
const ROUNDS = 7;

/** Items of the mapping's kinds, evenly. */
const items = (kinds: number): Item[] =>
  Array.from({ length: ITEMS }, (_, at) => ({
    PK: { S: `KIND${at % kinds}#id-${at}` },
    SK: { S: `AT#${at}` },
    a: { S: "some text" },
    b: { S: "some more text" },
    c: { S: String(at) },
  }));

async function decoding(kinds: number): Promise<{ decode: Decode; items: readonly Item[] }> {
  const folder = await mkdtemp(join(ROOT, "test/bench/large-"));
  try {
    const written = largeMapping(kinds, "../../../lambda/mapping/index.ts");
    await writeFile(join(folder, "tables.ts"), written.tables);
    await writeFile(join(folder, "items.ts"), written.items);
    const [{ tables }, { items: spec }] = await Promise.all(
      ["tables.ts", "items.ts"].map((file) => import(pathToFileURL(join(folder, file)).href)),
    );
    const mapping = load({ tables, items: spec });
    return { decode: decoder(mapping, { source: "bench", expiredAt: 0n }), items: items(kinds) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const sides = new Map([
  [4, await decoding(4)],
  [40, await decoding(40)],
]);
const times = new Map<number, number[]>([...sides.keys()].map((kinds) => [kinds, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [kinds, side] of sides) {
    const start = performance.now();
    let sum = EMPTY_TALLY;
    for (let from = 0; from < ITEMS; from += PAGE) {
      const page = new PageTally(PAGE);
      const fates: Fate[] = [];
      for (const item of side.items.slice(from, from + PAGE)) {
        const decoded = side.decode({ item });
        if (decoded.outcome.kind !== "rows") throw new Error("every item has rows");
        page.note(decoded);
        fates.push("migrated");
      }
      sum = addTallies(sum, page.tally(fates));
    }
    if (totalCounts(sum).migrated !== ITEMS) throw new Error("every item is counted");
    times.get(kinds)?.push(performance.now() - start);
  }
}
const median = (kinds: number): number =>
  times.get(kinds)?.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
for (const kinds of sides.keys()) {
  process.stdout.write(`${kinds} kinds of items: ${((median(kinds) * 1000) / ITEMS).toFixed(1)} µs an item\n`);
}
const speed = median(4) / median(40);
process.stdout.write(`the large mapping goes at ${speed.toFixed(2)} of the speed of the small one\n`);
process.exitCode = speed >= 0.5 ? 0 : 1;
