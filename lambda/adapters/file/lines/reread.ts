/** Keys → the items of a file that have them. A file has no index: it is read through once, whatever the number of keys. */
import type { Item } from "../../../domain/decode/attribute.ts";
import { keySource } from "../../../domain/decode/source-key.ts";
import type { ItemSource } from "../../../ports/source.ts";

const never = new AbortController().signal;

/** Each key is matched by the attributes it has itself. */
export async function itemsWithKeys(keys: readonly Item[], source: Pick<ItemSource, "plan" | "read">): Promise<Item[]> {
  if (keys.length === 0) return [];
  const wanted = new Set(keys.map((key) => keySource(key, Object.keys(key))));
  // As a rule all keys have the same attributes, so there is one list of names.
  const shapes = [...new Map(keys.map((key) => [JSON.stringify(Object.keys(key)), Object.keys(key)])).values()];
  const isWanted = (source: string | undefined): boolean => source !== undefined && wanted.has(source);
  const found: Item[] = [];
  for (const unit of await source.plan(1)) {
    for await (const { records } of source.read(unit, undefined, never)) {
      for (const record of records) {
        if ("item" in record && shapes.some((names) => isWanted(keySource(record.item, names))))
          found.push(record.item);
      }
    }
  }
  return found;
}
