/** A source, or a part of it → a draft of its mapping: one reading for the shapes of keys, and a second for what stands behind them where not all items could be kept. */
import type { Item } from "../domain/decode/attribute.ts";
import { keySource } from "../domain/decode/source-key.ts";
import { KeyShapes } from "../domain/discover/key-shapes.ts";
import { delimiterOf, type Keys, kindsOf } from "../domain/draft/kinds/kinds.ts";
import { Survey } from "../domain/draft/kinds/survey.ts";
import type { KnownModel } from "../domain/draft/known-model.ts";
import type { DraftModel } from "../domain/draft/model.ts";
import { draftOf } from "../domain/draft/tables/draft.ts";
import { weightOf } from "../domain/profile/weight.ts";
import type { ItemSource } from "../ports/source.ts";

export interface DraftTask {
  readonly source: ItemSource;
  readonly keys: Keys;
  readonly known?: KnownModel;
  /** About so many items, taken from all over the source; all of them where it is not given. */
  readonly sample?: number;
  readonly onProgress: (read: number) => void;
  readonly signal: AbortSignal;
}

export interface Drafted {
  readonly model: DraftModel;
  readonly read: number;
  /** Records that are no items, or have no key: nothing is drafted for them. */
  readonly unusable: number;
  readonly whole: boolean;
  /** Some of the items it was drafted from, to try it out on. */
  readonly items: readonly Item[];
}

/** A sample is drawn from this many places, a full reading has no use for more than one. */
const PLACES = 32;
/** Items that are kept, so that a small table is read once: 20,000 usual ones, and no more bytes than that of large ones. */
const MOST_KEPT = 20_000;
const MOST_BYTES = 48 * 2 ** 20;

export async function draft(task: DraftTask): Promise<Drafted> {
  const { keys, known, signal } = task;
  const shapes = new KeyShapes(keys);
  const names = Object.values(keys);
  const kept = new Kept();
  const { read, unusable, whole } = await readItems(task, (item) => {
    const source = keySource(item, names);
    if (source === undefined) return false;
    shapes.add(item, source);
    kept.add(item);
    // A sample ends where there is no more room for it: another reading would give other items.
    return task.sample === undefined || !kept.isFull ? true : "enough";
  });
  const found = shapes.shapes();
  const kinds = kindsOf(found, known, keys, kept.items);
  const delimiter = delimiterOf(found);
  const survey = new Survey(kinds, keys, delimiter);
  if (kept.isFull && task.sample === undefined && !signal.aborted) await readItems(task, (item) => survey.add(item));
  else for (const item of kept.items) survey.add(item);
  const { ttlAttribute } = await task.source.inspect();
  const expiring = ttlAttribute ?? known?.ttl;
  const ttl = expiring === undefined ? {} : { ttl: expiring };
  const model = draftOf(survey.kinds, { keys, delimiter, ...ttl, ...(known === undefined ? {} : { known }) });
  return { model, read, unusable, whole: whole && !signal.aborted, items: kept.items };
}

class Kept {
  readonly items: Item[] = [];
  isFull = false;
  #bytes = 0;

  add(item: Item): void {
    if (this.isFull) return;
    if (this.items.length >= MOST_KEPT || this.#bytes > MOST_BYTES) {
      this.isFull = true;
      return;
    }
    this.items.push(item);
    this.#bytes += weightOf(item);
  }
}

/** `take` says whether the item could be used, or that it has had enough. */
async function readItems({ source, sample, onProgress, signal }: DraftTask, take: (item: Item) => boolean | "enough") {
  const units = await source.plan(sample === undefined ? 1 : PLACES);
  let [read, unusable, whole] = [0, 0, true];
  for (const [at, unit] of units.entries()) {
    // What one part could not give, the next ones may.
    const quota = sample === undefined ? Infinity : read + Math.ceil((sample - read) / (units.length - at));
    whole = (await readUpTo(quota, unit)) && whole;
  }
  return { read, unusable, whole };

  async function readUpTo(quota: number, unit: string): Promise<boolean> {
    if (read >= quota) return false;
    for await (const { records } of source.read(unit, undefined, signal)) {
      for (const record of records) {
        if (read >= quota) return false;
        read += 1;
        const taken = "item" in record && take(record.item);
        if (taken === "enough") return false;
        if (!taken) unusable += 1;
      }
      onProgress(read);
    }
    return true;
  }
}
