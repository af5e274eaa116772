/** An item → about how many bytes it takes in memory. */
import type { AttributeValue, Item } from "../decode/attribute.ts";

/** What an object or a text costs beside its letters. */
const OBJECT = 56;

export function weightOf(item: Item): number {
  let weight = OBJECT;
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) weight += OBJECT + valueWeight(value);
  }
  return weight;
}

function valueWeight(value: AttributeValue): number {
  if ("S" in value) return OBJECT + value.S.length * 2;
  if ("N" in value) return OBJECT + value.N.length;
  if ("B" in value) return OBJECT * 2 + value.B.byteLength;
  if ("M" in value) return weightOf(value.M);
  if ("L" in value) return value.L.reduce((sum, each) => sum + OBJECT + valueWeight(each), OBJECT);
  if ("SS" in value) return value.SS.reduce((sum, each) => sum + OBJECT + each.length * 2, OBJECT);
  if ("NS" in value) return value.NS.reduce((sum, each) => sum + OBJECT + each.length, OBJECT);
  if ("BS" in value) return value.BS.reduce((sum, each) => sum + OBJECT * 2 + each.byteLength, OBJECT);
  return OBJECT;
}
