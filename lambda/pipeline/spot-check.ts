/** A seeded sample of migrated items, read again from the source, decoded, and compared with their rows column by column. */
import type { Item } from "../domain/decode/attribute.ts";
import { versionThatCounts } from "../domain/decode/copies.ts";
import type { Decode } from "../domain/decode/decode.ts";
import { parseItem } from "../domain/decode/dynamodb-json.ts";
import { parseJson } from "../domain/decode/json-names.ts";
import { piecesOf, weightOf } from "../domain/decode/pieces.ts";
import { keySource } from "../domain/decode/source-key.ts";
import {
  compareItem,
  compareRow,
  type SampledItem,
  type SpotExample,
  type SpotFacts,
} from "../domain/proof/spot-check.ts";
import type { Mapping } from "../mapping/model.ts";
import type { Run } from "../ports/runs.ts";
import type { Reread } from "../ports/source.ts";
import type { SpotRows } from "../ports/spot-rows.ts";

export interface SpotCheck {
  readonly run: Run;
  readonly reread: Reread;
  readonly rows: SpotRows;
  readonly keys: Mapping["keys"];
  readonly decode: Decode;
  readonly seed: number;
  readonly perEntity: number;
  /** Items that became rows, which the sample is drawn from. */
  readonly population: number;
}

/** A report names this many; all of them are counted. */
const EXAMPLES = 20;

export async function spotCheck(task: SpotCheck): Promise<SpotFacts> {
  const { run, reread, rows, keys, decode, seed, perEntity, population } = task;
  if (reread.how === "none") {
    const impossible = "the source cannot be read again item by item";
    return { seed, population, sampled: 0, changed: 0, wrong: 0, examples: [], impossible };
  }
  const sample = await rows.sample(run, seed, perEntity);
  const again = Map.groupBy(await reread.get(sample.map(keyOf)), (item) => keySource(item, Object.values(keys)));
  const differing = new Map<SampledItem, SpotExample[]>(sample.map((sampled) => [sampled, []]));
  // As many as a report may show: one is enough for the item to be wrong.
  const room = (sampled: SampledItem): number => EXAMPLES - (differing.get(sampled)?.length ?? 0);
  const differ = (sampled: SampledItem, found: readonly SpotExample[]) =>
    void differing.get(sampled)?.push(...found.slice(0, room(sampled)));
  for (const piece of piecesOf(given(), ({ contribution }) => weightOf(contribution))) {
    const held = await rows.rows(run, piece);
    for (const [at, { sampled, contribution }] of piece.entries())
      differ(sampled, compareRow(sampled, contribution, held[at] ?? { kind: "missing" }));
  }
  const all = [...differing.values()];
  const wrong = all.filter((found) => found.some(({ kind }) => kind === "wrong")).length;
  const changed = all.filter((found) => found.length > 0).length - wrong;
  const examples = all
    .flat()
    .sort((a, b) => b.kind.localeCompare(a.kind))
    .slice(0, EXAMPLES);
  const counts = [...Map.groupBy(sample, ({ entity }) => entity).values()].map((items) => items.length);
  // An entity that gave fewer than were asked for has no more.
  const partly = perEntity === 0 || counts.includes(perEntity) ? { ofEach: perEntity } : {};
  return { seed, population, sampled: sample.length, ...partly, changed, wrong, examples };

  /** Decoded one item at a time: what a whole sample gives may be a hundred times as much as it holds. */
  function* given() {
    for (const sampled of sample) {
      const copies = (again.get(sampled.source) ?? []).map((item) => decode({ item }));
      const now = versionThatCounts(copies, new Set(sampled.refused));
      const compared = compareItem(sampled, now, reread.how === "by-position");
      if ("kind" in compared) differ(sampled, [compared]);
      else
        for (const contribution of compared) {
          if (room(sampled) === 0) break;
          yield { item: sampled.item, sampled, contribution };
        }
    }
  }
}

function keyOf({ source }: SampledItem): Item {
  const parsed = parseItem(parseJson(source));
  if ("item" in parsed) return parsed.item;
  throw new Error(`a source key in the ledger cannot be read: ${parsed.problem}`);
}
