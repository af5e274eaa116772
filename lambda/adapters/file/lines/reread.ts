/** Keys → the items of a file that have them. A file has no index: it is read through once, whatever the number of keys. */
import type { Item } from "../../../domain/decode/attribute.ts";
import { keySource } from "../../../domain/decode/source-key.ts";
import type { ItemSource } from "../../../ports/source.ts";

const never = new AbortController().signal;

/** Keys → which of them an item has, in its one spelling. Each key is matched by the attributes it has itself. */
export function wantedKeys(keys: readonly Item[]): (item: Item) => string | undefined {
  const wanted = new Set(keys.map((key) => keySource(key, Object.keys(key))));
  // As a rule all keys have the same attributes, so there is one list of names.
  const shapes = [...new Map(keys.map((key) => [JSON.stringify(Object.keys(key)), Object.keys(key)])).values()];
  return (item) => {
    for (const names of shapes) {
      const source = keySource(item, names);
      if (source !== undefined && wanted.has(source)) return source;
    }
    return undefined;
  };
}

export async function itemsWithKeys(keys: readonly Item[], source: Pick<ItemSource, "plan" | "read">): Promise<Item[]> {
  if (keys.length === 0) return [];
  const wanted = wantedKeys(keys);
  const found: Item[] = [];
  for (const unit of await source.plan(1)) {
    for await (const { records } of source.read(unit, undefined, never)) {
      for (const record of records) if ("item" in record && wanted(record.item) !== undefined) found.push(record.item);
    }
  }
  return found;
}
