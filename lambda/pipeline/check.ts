/** A source, or a part of it → its census. Nothing is written, and no target is needed. */
import { type Census, CensusTaker } from "../domain/census.ts";
import type { Decode } from "../domain/decode.ts";
import { toDynamoDbJson } from "../domain/dynamodb-json.ts";
import type { Mapping } from "../mapping/model.ts";
import type { ItemSource } from "../ports/source.ts";

export interface Check {
  readonly source: ItemSource;
  /** Without a mapping, items are told by the shapes of their keys alone. */
  readonly mapped?: { readonly mapping: Mapping; readonly decode: Decode };
  readonly keys: { readonly pk: string; readonly sk?: string };
  /** About so many items, taken from all over the source; all of them where it is not given. */
  readonly sample?: number;
  readonly onProgress: (read: number) => void;
  readonly signal: AbortSignal;
}

/** A sample is drawn from this many places, a full reading has no use for more than one. */
const PLACES = 32;

export async function check({ source, mapped, keys, sample, onProgress, signal }: Check): Promise<Census> {
  const taker = new CensusTaker(keys, mapped);
  const units = await source.plan(sample === undefined ? 1 : PLACES);
  const sourceOf = (item: Parameters<typeof toDynamoDbJson>[0]): string =>
    toDynamoDbJson(Object.fromEntries(Object.entries(item).filter(([name]) => name === keys.pk || name === keys.sk)));
  let whole = true;
  for (const [at, unit] of units.entries()) {
    // What one part could not give, the next ones may.
    const quota = sample === undefined ? Infinity : taker.read + Math.ceil((sample - taker.read) / (units.length - at));
    whole = (await readUpTo(quota, unit)) && whole;
  }
  return taker.census(source.name, whole && !signal.aborted);

  async function readUpTo(quota: number, unit: string): Promise<boolean> {
    if (taker.read >= quota) return false;
    for await (const { records } of source.read(unit, undefined, signal)) {
      for (const record of records) {
        if (taker.read >= quota) return false;
        taker.add(record, sourceOf);
      }
      onProgress(taker.read);
    }
    return true;
  }
}
