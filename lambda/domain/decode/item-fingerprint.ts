/**
 * An item → a fingerprint that stays the same while the item does, and what it means: attribute order, set order and number
 * spelling do not count, and everything else does, whether a column reads it or not. One text is made in one pass.
 */
import type { AttributeValue, Item } from "./attribute.ts";
import { digest } from "./fingerprint.ts";
import { NameOrders } from "./name-orders.ts";
import { canonicalNumber } from "./number.ts";

const framed = (text: string): string => `${text.length}:${text}`;

const orders = new NameOrders((name) => ({ name, frame: framed(name) }));

/** 32 hex digits. `meaning` has a fixed length. */
export function itemFingerprint(item: Item, meaning = ""): string {
  const text = meaning + mapText(item);
  // UTF-8 would make one replacement character of every half surrogate pair; escaped, they stay different.
  return digest(text.isWellFormed() ? text : `!${JSON.stringify(text)}`);
}

// Each value is a letter for its type and a text that says where it ends, so no two items share a text. Lengths are of
// UTF-16: nothing else computes this text, and halves of a pair never meet, because a length stands between two texts.
function valueText(value: AttributeValue): string {
  if ("S" in value) return `S${value.S.length}:${value.S}`;
  if ("N" in value) return `N${numberText(value.N)}`;
  if ("M" in value) return mapText(value.M);
  if ("BOOL" in value) return value.BOOL ? "T" : "F";
  if ("L" in value) return value.L.reduce((text, element) => text + valueText(element), `L${value.L.length}:`);
  if ("NULL" in value) return "0";
  if ("B" in value) return `B${bytesText(value.B)}`;
  if ("SS" in value) return `s${setText(value.SS.map(framed))}`;
  if ("NS" in value) return `n${setText(value.NS.map(numberText))}`;
  return `b${setText(value.BS.map(bytesText))}`;
}

function mapText(map: Item): string {
  const names = orders.of(map);
  let text = `M${names.length}:`;
  for (const { name, frame } of names) {
    const value = map[name];
    if (value !== undefined) text += frame + valueText(value);
  }
  return text;
}

function setText(members: readonly string[]): string {
  const distinct = [...new Set(members)].sort();
  return `${distinct.length}:${distinct.join("")}`;
}

// A text that is no number is kept as it is: the item goes to quarantine and still has to be told from its next version.
const numberText = (spelling: string): string => framed(canonicalNumber(spelling) ?? spelling);

/** A character for each byte. */
const bytesText = (bytes: Uint8Array): string =>
  framed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"));
