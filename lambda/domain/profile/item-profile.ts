/** Items of one kind, one after the other → what each attribute and each capture holds, and which of them hold the same. */
import type { AttributeValue, Item } from "../decode/attribute.ts";
import { canonicalNumber, TEXT_NUMBER } from "../decode/number.ts";
import { Composition } from "./composition.ts";
import type { IdSet, IdSets } from "./id-sets.ts";
import { Values } from "./values.ts";

/** Attributes told apart; what is beyond is left to `rest()`. */
const MOST_ATTRIBUTES = 250;

export class AttributeProfile {
  readonly values: Values;
  /** Captures that held the very same in every item that has it, a bit each; the same but for case. */
  same = 0;
  sameButCase = 0;
  readonly composition: Composition | undefined;

  constructor(values: Values, composition: Composition | undefined) {
    this.values = values;
    this.composition = composition;
  }
}

/** Several values of an item that may be the key of another item. */
export interface Tuple {
  readonly name: string;
  textOf(item: Item, captures: ReadonlyMap<string, string>): string | undefined;
}

export interface Surveyed {
  readonly keys: readonly string[];
  /** In this order they are bits. */
  readonly captures: readonly string[];
  readonly delimiter: string;
  /** Attributes every item of the kind has with the same text, which tells the kind. */
  readonly where: readonly string[];
  readonly tuples: readonly Tuple[];
}

/** Items of a kind that are compared with those of others, whole. */
const COMPARED = 5_000;

/** What indexes call the attributes they are made of. */
export const INDEX_NAME = /^_?(gsi|lsi|gs|ls|idx|index)[-_]?\d*(?![a-z])|(^|[-_\d])(pk|sk)\d*$/i;

export class ItemProfile {
  items = 0;
  /** It had attributes that are not told apart. */
  isOpen = false;
  readonly attributes = new Map<string, AttributeProfile>();
  readonly captures: ReadonlyMap<string, Values>;
  readonly tuples: ReadonlyMap<string, IdSet>;
  /** What the first of its items hold beside keys. */
  readonly contents: IdSet;
  readonly #of: Surveyed;
  readonly #ids: IdSets;

  constructor(of: Surveyed, ids: IdSets) {
    this.#of = of;
    this.#ids = ids;
    this.captures = new Map(of.captures.map((name) => [name, new Values(ids)]));
    this.contents = ids.make();
    this.tuples = new Map(of.tuples.map(({ name }) => [name, ids.make()]));
  }

  add(item: Item, captures: ReadonlyMap<string, string>): void {
    this.items += 1;
    if (this.items <= COMPARED) this.contents.add(this.#contentOf(item));
    for (const [name, values] of this.captures) values.add({ S: captures.get(name) ?? "" });
    let around: Held | undefined;
    for (const name in item) {
      const value = item[name];
      if (value === undefined || this.#of.keys.includes(name) || this.#of.where.includes(name)) continue;
      const known = this.attributes.get(name);
      const profile = known ?? this.#begin(name, value);
      if (profile === undefined) continue;
      profile.values.add(value);
      this.#compare(profile, value, captures, known === undefined);
      if (profile.composition !== undefined && "S" in value) {
        around ??= this.#around(item, captures);
        profile.composition.add(value.S, around);
        if (INDEX_NAME.test(name)) put(around, value.S, `attr.${name}`);
      }
    }
    for (const { name, textOf } of this.#of.tuples) {
      const text = textOf(item, captures);
      if (text !== undefined) this.tuples.get(name)?.add(text);
    }
  }

  #contentOf(item: Item): string {
    const names = Object.keys(item).filter((name) => !this.#of.keys.includes(name) && !INDEX_NAME.test(name));
    return JSON.stringify(names.sort().map((name) => [name, item[name]]));
  }

  #begin(name: string, value: AttributeValue): AttributeProfile | undefined {
    if (this.attributes.size >= MOST_ATTRIBUTES) {
      this.isOpen = true;
      return undefined;
    }
    const isComposed = "S" in value && (INDEX_NAME.test(name) || value.S.includes(this.#of.delimiter));
    const composition = isComposed ? new Composition(this.#of.delimiter, this.#ids) : undefined;
    const made = new AttributeProfile(new Values(this.#ids), composition);
    this.attributes.set(name, made);
    return made;
  }

  #compare(profile: AttributeProfile, value: AttributeValue, captures: ReadonlyMap<string, string>, isFirst: boolean) {
    if (!isFirst && profile.same === 0 && profile.sameButCase === 0) return;
    let [same, sameButCase] = [0, 0];
    for (const [at, name] of this.#of.captures.entries()) {
      if (at >= 31) break;
      const text = captures.get(name) ?? "";
      if (means(value, text)) same |= 1 << at;
      else if ("S" in value && value.S.toLowerCase() === text.toLowerCase()) sameButCase |= 1 << at;
    }
    sameButCase |= same;
    profile.same = isFirst ? same : profile.same & same;
    profile.sameButCase = isFirst ? sameButCase : profile.sameButCase & sameButCase;
  }

  /** What the item says elsewhere: values that are no keys of indexes, its captures, and both its keys whole. */
  #around(item: Item, captures: ReadonlyMap<string, string>): Held {
    const around: Held = new Map();
    for (const [name, text] of captures) put(around, text, `key.${name}`);
    for (const name in item) {
      const value = item[name];
      if (value === undefined || INDEX_NAME.test(name) || this.attributes.get(name)?.composition !== undefined)
        continue;
      const text = "S" in value ? value.S : "N" in value ? value.N : "";
      // One letter is in many keys by chance, and prose in none.
      if (text.length > 1 && text.length <= 200) put(around, text, `attr.${name}`);
    }
    return around;
  }
}

type Held = Map<string, { readonly name: string; readonly text: string }[]>;

function put(around: Held, text: string, name: string): void {
  const key = text.toLowerCase();
  const there = around.get(key);
  if (there === undefined) around.set(key, [{ name, text }]);
  else there.push({ name, text });
}

const DIGITS = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

/** Whether a mapping would say that they agree. */
function means(value: AttributeValue, text: string): boolean {
  if ("S" in value) return value.S === text;
  if (!("N" in value)) return false;
  if (value.N === text) return true;
  return DIGITS.test(text) && canonicalNumber(value.N, TEXT_NUMBER) === canonicalNumber(text, TEXT_NUMBER);
}
