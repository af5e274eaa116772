/** A seeded sample of migrated items, read again from the source, decoded, and compared with their rows column by column. */
import type { Item } from "../domain/attribute.ts";
import { versionsByItem, versionThatCounts } from "../domain/copies.ts";
import type { Decode } from "../domain/decode.ts";
import { parseItem } from "../domain/dynamodb-json.ts";
import { parseJson } from "../domain/json-names.ts";
import { compareItem, type SampledItem, type SpotExample, type SpotFacts } from "../domain/spot-check.ts";
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
  const again = versionsByItem((await reread.get(sample.map(keyOf))).map((item) => decode({ item })));
  const found: SpotExample[] = [];
  let [changed, wrong] = [0, 0];
  for (const sampled of sample) {
    const now = versionThatCounts(again.get(sampled.item) ?? [], new Set(sampled.refused));
    const contributions = now?.outcome.kind === "rows" ? now.outcome.contributions : [];
    const held = await rows.rows(run, sampled.item, contributions);
    const differences = compareItem(
      sampled,
      now,
      reread.how === "by-position",
      (row) => held[contributions.indexOf(row)] ?? { kind: "missing" },
    );
    if (differences.some(({ kind }) => kind === "wrong")) wrong += 1;
    else if (differences.length > 0) changed += 1;
    found.push(...differences);
  }
  const examples = found.sort((a, b) => b.kind.localeCompare(a.kind)).slice(0, EXAMPLES);
  const counts = [...Map.groupBy(sample, ({ entity }) => entity).values()].map((items) => items.length);
  // An entity that gave fewer than were asked for has no more.
  const partly = perEntity === 0 || counts.includes(perEntity) ? { ofEach: perEntity } : {};
  return { seed, population, sampled: sample.length, ...partly, changed, wrong, examples };
}

function keyOf({ source }: SampledItem): Item {
  const parsed = parseItem(parseJson(source));
  if ("item" in parsed) return parsed.item;
  throw new Error(`a source key in the ledger cannot be read: ${parsed.problem}`);
}
