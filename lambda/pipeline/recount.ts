/** The source read once more, keys only and divided otherwise → how many items it has and which, to compare with what the copy read. */
import type { Decode } from "../domain/decode/decode.ts";
import type { FingerprintSum } from "../domain/decode/fingerprint.ts";
import { RunningSum } from "../domain/decode/running-sum.ts";
import type { Mapping } from "../mapping/model.ts";
import type { ItemSource } from "../ports/source.ts";

/** Sums over the keys of everything the source hands over, in `units` parts, one after the other; undefined where time runs out. */
export async function recount(
  source: ItemSource,
  mapping: Mapping,
  decode: Decode,
  units: number,
  signal: AbortSignal,
): Promise<FingerprintSum | undefined> {
  const { pk, sk } = mapping.keys;
  const only = sk === undefined ? [pk] : [pk, sk];
  const keys = new RunningSum();
  for (const unit of await source.plan(units)) {
    for await (const { records } of source.read(unit, undefined, signal, only)) {
      for (const record of records) keys.add(decode(record).item);
    }
  }
  // Half a reading says nothing.
  return signal.aborted ? undefined : keys.sum();
}
