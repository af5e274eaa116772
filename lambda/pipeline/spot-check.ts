/** A seeded sample of migrated items, read again from the source, decoded, and compared with their rows column by column. */
import type { Item } from "../domain/decode/attribute.ts";
import { versionThatCounts } from "../domain/decode/copies.ts";
import type { Contribution, Decode } from "../domain/decode/decode.ts";
import { parseItem } from "../domain/decode/dynamodb-json.ts";
import { parseJson } from "../domain/decode/json-names.ts";
import { piecesOf, weightOf } from "../domain/decode/pieces.ts";
import {
  compareItem,
  compareRows,
  type SampledItem,
  type SpotExample,
  type SpotFacts,
} from "../domain/proof/spot-check.ts";
import type { Run } from "../ports/runs.ts";
import type { ItemSource } from "../ports/source.ts";
import type { SpotRows } from "../ports/spot-rows.ts";

export interface SpotCheck {
  readonly run: Run;
  readonly source: ItemSource;
  readonly rows: SpotRows;
  readonly decode: Decode;
  readonly seed: number;
  readonly perEntity: number;
  /** Items that became rows, which the sample is drawn from. */
  readonly population: number;
}

/** A report names this many; all of them are counted. */
const EXAMPLES = 20;

export async function spotCheck(task: SpotCheck): Promise<SpotFacts> {
  const { run, source, rows, decode, seed, perEntity, population } = task;
  const { reread } = source;
  if (reread.how === "none") {
    const impossible = "the source cannot be read again item by item";
    return { seed, population, sampled: 0, changed: 0, wrong: 0, examples: [], impossible };
  }
  const sample = await rows.sample(run, seed, perEntity);
  const again = Map.groupBy(await reread.get(sample.map(keyOf)), (item) => decode({ item }).item);
  const found: SpotExample[] = [];
  let [changed, wrong] = [0, 0];
  for (const sampled of sample) {
    // Decoded one item at a time: what a whole sample gives may be a hundred times as much as it holds.
    const copies = (again.get(sampled.item) ?? []).map((item) => decode({ item }));
    const now = versionThatCounts(copies, new Set(sampled.refused));
    const compared = compareItem(sampled, now, reread.how === "by-position");
    const differences = "kind" in compared ? [compared] : await differencesOf(sampled, compared);
    if (differences.some(({ kind }) => kind === "wrong")) wrong += 1;
    else if (differences.length > 0) changed += 1;
    found.push(...differences);
  }
  const examples = found.sort((a, b) => b.kind.localeCompare(a.kind)).slice(0, EXAMPLES);
  const counts = [...Map.groupBy(sample, ({ entity }) => entity).values()].map((items) => items.length);
  // An entity that gave fewer than were asked for has no more.
  const partly = perEntity === 0 || counts.includes(perEntity) ? { ofEach: perEntity } : {};
  return { seed, population, sampled: sample.length, ...partly, changed, wrong, examples };

  /** As many as a report may show: one is enough for the item to be wrong. */
  async function differencesOf(sampled: SampledItem, contributions: readonly Contribution[]): Promise<SpotExample[]> {
    const differences: SpotExample[] = [];
    for (const piece of piecesOf(contributions, weightOf)) {
      differences.push(...compareRows(sampled, piece, await rows.rows(run, sampled.item, piece)).slice(0, EXAMPLES));
      if (differences.length >= EXAMPLES) break;
    }
    return differences;
  }
}

function keyOf({ source }: SampledItem): Item {
  const parsed = parseItem(parseJson(source));
  if ("item" in parsed) return parsed.item;
  throw new Error(`a source key in the ledger cannot be read: ${parsed.problem}`);
}
