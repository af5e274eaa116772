/**
 * An attribute value -> the very text Postgres prints for it as jsonb (`v::text`), so that what is inserted is
 * already what the proof will read back: keys ordered by byte length and then by bytes, `", "` and `": "` between,
 * numbers plain. jsonb keeps the scale of a number as written (`1.50` stays), so the canonical number has to be written.
 */

import type { AttributeValue } from "./attribute.ts";
import { byteLength } from "./byte-length.ts";
import { NameOrders } from "./name-orders.ts";
import { canonicalNumber, compareNumbers } from "./number.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

/** DynamoDB nests 32 levels at most. A file could nest deeper, and Postgres' own parser ends at its stack's depth. */
const DEEPEST = 200;

/** The jsonb text of a value, or the first reason why it has none. */
export function jsonbText(value: AttributeValue): string | Refusal {
  return textOf(value, 0);
}

function textOf(value: AttributeValue, depth: number): string | Refusal {
  if (depth > DEEPEST) return refuse("wrong-type", `the value nests deeper than ${DEEPEST} levels`);
  if ("S" in value) return jsonString(value.S);
  if ("N" in value) return canonicalNumber(value.N) ?? notANumber();
  if ("BOOL" in value) return String(value.BOOL);
  if ("M" in value) return objectText(value.M, depth);
  if ("L" in value) return listText(value.L, depth);
  if ("NULL" in value) return "null";
  if ("SS" in value) return textArrayJson(sortedTexts(value.SS));
  if ("NS" in value) {
    const numbers = sortedNumbers(value.NS);
    return isRefusal(numbers) ? numbers : numberArrayJson(numbers);
  }
  const type = "B" in value ? "B" : "BS";
  return refuse(
    "wrong-type",
    `${type} into jsonb: JSON has no binary; give it a bytea column, or spell it with a function`,
  );
}

function objectText(map: Readonly<Record<string, AttributeValue>>, depth: number): string | Refusal {
  let members = "";
  for (const { key, name } of orders.of(map)) {
    const value = map[key];
    if (value === undefined) continue;
    if (typeof name !== "string") return name;
    const text = textOf(value, depth + 1);
    if (typeof text !== "string") return text;
    members += `${members === "" ? "" : ", "}${name}: ${text}`;
  }
  return `{${members}}`;
}

function listText(list: readonly AttributeValue[], depth: number): string | Refusal {
  const texts: string[] = [];
  for (const value of list) {
    const text = textOf(value, depth + 1);
    if (typeof text !== "string") return text;
    texts.push(text);
  }
  return `[${texts.join(", ")}]`;
}

/** `to_jsonb(v)::text` of a text[] without NULLs. */
export function textArrayJson(texts: readonly string[]): string | Refusal {
  const strings: string[] = [];
  for (const text of texts) {
    const string = jsonString(text);
    if (typeof string !== "string") return string;
    strings.push(string);
  }
  return `[${strings.join(", ")}]`;
}

/** `to_jsonb(v)::text` of a numeric[] without NULLs, from canonical numbers. */
export function numberArrayJson(canonicals: readonly string[]): string {
  return `[${canonicals.join(", ")}]`;
}

/** The refusal of text that no Postgres text can hold, or undefined. */
export function unstorable(text: string): Refusal | undefined {
  if (text.includes("\0")) return refuse("not-storable-text", "the text holds U+0000, which no Postgres text can hold");
  if (!text.isWellFormed())
    return refuse("not-storable-text", "the text holds half a surrogate pair, which UTF-8 cannot say");
  return undefined;
}

// On well-formed text JSON.stringify escapes exactly what Postgres' escape_json escapes, in the same spelling.
function jsonString(text: string): string | Refusal {
  return unstorable(text) ?? JSON.stringify(text);
}

/** The refusal of an N, or a member of an NS, that `canonicalNumber` does not know. */
export function notANumber(): Refusal {
  return refuse("not-a-number", "the N is no number DynamoDB could hold");
}

/** The members of a string set in canonical order: by bytes, each once. */
export function sortedTexts(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareBytes);
}

/** The members of a number set in canonical spelling and order: by value, each once (`1` and `1.0` are one). */
export function sortedNumbers(spellings: readonly string[]): readonly string[] | Refusal {
  const numbers = new Set<string>();
  for (const spelling of spellings) {
    const number = canonicalNumber(spelling);
    if (number === undefined) return notANumber();
    numbers.add(number);
  }
  return [...numbers].sort(compareNumbers);
}

/** Orders text by its UTF-8 bytes, as memcmp does. */
export function compareBytes(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

// Surrogates stand for code points above U+FFFF, so in UTF-8 they follow U+E000 to U+FFFF, which UTF-16 puts last.
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

const orders = new NameOrders(
  (key) => ({ key, name: jsonString(key) }),
  (a, b) => byteLength(a) - byteLength(b) || compareBytes(a, b),
);
