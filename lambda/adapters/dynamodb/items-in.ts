/** An answer → the items in it. What no service says that keeps items under names is told, never made the best of. */
import type { Item } from "../../domain/decode/attribute.ts";
import { parseItem } from "../../domain/decode/dynamodb-json.ts";
import { repeatedName } from "../../domain/decode/json-names.ts";
import { type Answer, ForeignAnswer } from "./answer.ts";

/** `list` is the part of the answer where they are. Throws ForeignAnswer. */
export function itemsIn({ json, text }: Answer<unknown>, list: readonly unknown[]): Item[] {
  let names = namesBeside(list, json);
  const items = list.map((written) => {
    const parsed = parseItem(written);
    if (!("item" in parsed)) throw new ForeignAnswer(`an item that DynamoDB does not have: ${parsed.problem}`);
    names += parsed.names;
    return parsed.item;
  });
  // Of two values under one name nothing tells which is meant, and a live table has no place to say of where they stood.
  const twice = repeatedName(text, names);
  if (twice !== undefined) throw new ForeignAnswer(`the name ${twice} stands twice in one object`);
  return items;
}

/** How many names there are in an answer, but for those in its items. */
function namesBeside(list: readonly unknown[], json: unknown): number {
  if (json === list || typeof json !== "object" || json === null) return 0;
  const own = Array.isArray(json) ? 0 : Object.keys(json).length;
  return Object.values(json).reduce<number>((sum, member) => sum + namesBeside(list, member), own);
}
