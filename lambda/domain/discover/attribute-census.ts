/** Items of one kind, one after the other → how many there are, and for each attribute how often it is there and of which types. */
import { type AttributeValue, attributeType, type Item } from "../decode/attribute.ts";
import { formOf } from "./key-tokens.ts";

/** Spellings of such a text told apart, of one attribute. */
const MOST_SPELLINGS = 5;
/** Attributes told apart; the values of all others are counted together. */
const MOST_ATTRIBUTES = 300;

/** What people write where they have no value. */
const NULL_TEXTS: ReadonlySet<string> = new Set([
  "null",
  "(null)",
  "nil",
  "none",
  "undefined",
  "n/a",
  "#n/a",
  "nan",
  "\\n",
  "-",
]);
const LONGEST_NULL = 9;

const standsForNull = (text: string): boolean => text.length <= LONGEST_NULL && NULL_TEXTS.has(text.toLowerCase());

export interface AttributeCount {
  readonly name: string;
  readonly count: number;
  /** Such as `S`, `S date`, `L of M`, with how often, the most frequent first. */
  readonly types: readonly (readonly [type: string, count: number])[];
  /** Texts that may stand for NULL, with how often; not there where there are none. */
  readonly nullTexts?: readonly (readonly [text: string, count: number])[];
}

export class AttributeCensus {
  items = 0;
  /** Values of attributes beyond those told apart. */
  beyond = 0;
  readonly #attributes = new Map<string, Map<string, number>>();
  readonly #nullTexts = new Map<string, Map<string, number>>();

  add(item: Item, leaveOut: readonly string[]): void {
    this.items += 1;
    for (const [name, value] of Object.entries(item)) {
      if (leaveOut.includes(name)) continue;
      this.#count(name, describeType(value), 1);
      if ("S" in value && standsForNull(value.S)) this.#spell(name, value.S, 1);
    }
  }

  /** Attributes told apart. */
  get size(): number {
    return this.#attributes.size;
  }

  merge(other: AttributeCensus): void {
    this.items += other.items;
    this.beyond += other.beyond;
    for (const [name, types] of other.#attributes) for (const [type, count] of types) this.#count(name, type, count);
    for (const [name, texts] of other.#nullTexts) for (const [text, count] of texts) this.#spell(name, text, count);
  }

  #spell(name: string, text: string, count: number): void {
    if (!this.#attributes.has(name)) return;
    const texts = this.#nullTexts.get(name) ?? new Map<string, number>();
    this.#nullTexts.set(name, texts);
    if (texts.has(text) || texts.size < MOST_SPELLINGS) texts.set(text, (texts.get(text) ?? 0) + count);
  }

  #count(name: string, type: string, count: number): void {
    let types = this.#attributes.get(name);
    if (types === undefined) {
      if (this.#attributes.size >= MOST_ATTRIBUTES) {
        this.beyond += count;
        return;
      }
      types = new Map();
      this.#attributes.set(name, types);
    }
    types.set(type, (types.get(type) ?? 0) + count);
  }

  /** The most frequent attribute first. */
  attributes(): AttributeCount[] {
    return [...this.#attributes]
      .map(([name, types]) => ({
        name,
        count: [...types.values()].reduce((sum, count) => sum + count, 0),
        types: [...types].sort(([, a], [, b]) => b - a),
        ...this.#spelled(name),
      }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  }

  #spelled(name: string): Pick<AttributeCount, "nullTexts"> {
    const texts = this.#nullTexts.get(name);
    return texts === undefined ? {} : { nullTexts: [...texts].sort(([, a], [, b]) => b - a) };
  }
}

const FIRST_SECOND = 946_684_800n;
const LAST_SECOND = 4_102_444_800n;
const isBetween = (value: bigint, low: bigint, high: bigint): boolean => value >= low && value < high;

/** A DynamoDB type, with what the value looks like where that matters to a column. */
export function describeType(value: AttributeValue): string {
  if ("S" in value) {
    if (value.S === "") return "S empty";
    const form = formOf(value.S);
    return form === undefined || form === "hex" || form === "email" ? "S" : `S ${form === "int" ? "digits" : form}`;
  }
  if ("N" in value) return /^\d{10,13}$/.test(value.N) ? epoch(BigInt(value.N)) : "N";
  if ("L" in value) {
    const inner = new Set(value.L.map(attributeType));
    return inner.size === 0 ? "L empty" : `L of ${[...inner].sort().join(", ")}`;
  }
  return attributeType(value);
}

/** A number that would be a time in this century, if it were one. */
function epoch(value: bigint): string {
  if (isBetween(value, FIRST_SECOND, LAST_SECOND)) return "N epoch seconds?";
  return isBetween(value, FIRST_SECOND * 1000n, LAST_SECOND * 1000n) ? "N epoch millis?" : "N";
}
