/** A source, or a part of it → its census. Nothing is written, and no target is needed. */

import { isLeftBehind } from "../domain/decode/copies.ts";
import type { Decode, Decoded } from "../domain/decode/decode.ts";
import { sourceHash } from "../domain/decode/fingerprint.ts";
import { itemFingerprint } from "../domain/decode/item-fingerprint.ts";
import { keySource } from "../domain/decode/source-key.ts";
import type { SourceRecord } from "../domain/decode/source-record.ts";
import type { Census } from "../domain/discover/census.ts";
import { CensusTaker } from "../domain/discover/census-taker.ts";
import { type KeyRecord, RepeatedKeyFinder } from "../domain/discover/repeated-keys.ts";
import type { Mapping } from "../mapping/model.ts";
import type { ItemSource } from "../ports/source.ts";

export interface CensusTask {
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

export async function check(task: CensusTask): Promise<Census> {
  const { source, mapped, keys, sample, onProgress, signal } = task;
  const taker = new CensusTaker(keys, mapped);
  const repeated = sample === undefined && source.keys === "may repeat" ? new RepeatedKeyFinder() : undefined;
  const units = await source.plan(sample === undefined ? 1 : PLACES);
  let whole = true;
  for (const [at, unit] of units.entries()) {
    // What one part could not give, the next ones may.
    const quota = sample === undefined ? Infinity : taker.read + Math.ceil((sample - taker.read) / (units.length - at));
    whole = (await readUpTo(quota, unit)) && whole;
  }
  while (repeated?.needsAnother() === true && !signal.aborted) await readAgain(task, repeated);
  const found = repeated === undefined ? {} : { repeated: repeated.found() };
  return { ...taker.census(source.name, whole && !signal.aborted), ...found };

  async function readUpTo(quota: number, unit: string): Promise<boolean> {
    if (taker.read >= quota) return false;
    for await (const { records } of source.read(unit, undefined, signal)) {
      for (const record of records) {
        if (taker.read >= quota) return false;
        const decoded = taker.add(record);
        if (repeated !== undefined) addKey(repeated, keyRecordOf(task, record, decoded));
      }
      onProgress(taker.read);
    }
    return true;
  }
}

/** Keys for which there was no room the time before. */
async function readAgain(task: CensusTask, repeated: RepeatedKeyFinder): Promise<void> {
  const { source, mapped, onProgress, signal } = task;
  let read = 0;
  for (const unit of await source.plan(1)) {
    for await (const { records } of source.read(unit, undefined, signal)) {
      for (const record of records) addKey(repeated, keyRecordOf(task, record, mapped?.decode(record)));
      read += records.length;
      onProgress(read);
    }
  }
}

function addKey(repeated: RepeatedKeyFinder, record: KeyRecord | undefined): void {
  if (record !== undefined) repeated.add(record);
}

/** What tells a record from others; undefined where it has no key, or its source does not say where it stands. */
function keyRecordOf(task: CensusTask, record: SourceRecord, decoded: Decoded | undefined): KeyRecord | undefined {
  if (!("item" in record) || record.position === undefined) return undefined;
  const { item, position } = record;
  const source = keySource(item, Object.values(task.keys));
  if (source === undefined) return undefined;
  if (decoded === undefined) {
    const name = sourceHash(task.source.name, source);
    return { item: name, fingerprint: itemFingerprint(item), position, source, isLeftBehind: false };
  }
  return { ...decoded, position, isLeftBehind: isLeftBehind(decoded) };
}
