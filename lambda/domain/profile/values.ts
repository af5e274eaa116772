/** Values of one place, one after the other → how many of which type, and of each type what its values have in common. */
import { type AttributeType, type AttributeValue, attributeType } from "../decode/attribute.ts";
import { jsonbText } from "../decode/json.ts";
import { isRefusal } from "../decode/refusal.ts";
import type { IdSet, IdSets } from "./id-sets.ts";
import { Numbers } from "./numbers.ts";
import { Texts } from "./texts.ts";

/** Longer texts are no ids. */
const LONGEST_ID = 200;
/** Names of members told apart; a map with more is a dictionary. */
const MOST_MEMBERS = 60;
/** Places of one kind of item; what is deeper or further is not looked into. */
const DEEPEST = 6;

export class Values {
  count = 0;
  readonly types = new Map<AttributeType, number>();
  readonly texts = new Texts();
  readonly numbers = new Numbers();
  readonly ids: IdSet;
  /** Of maps. */
  readonly members = new Map<string, Values>();
  /** It had more members than are told apart. */
  isOpen = false;
  /** Of lists and sets: all elements together. */
  element: Values | undefined;
  #holdsBytes = false;
  readonly #all: IdSets;
  readonly #depth: number;

  constructor(all: IdSets, depth = 0) {
    this.#all = all;
    this.#depth = depth;
    this.ids = all.make();
  }

  add(value: AttributeValue): void {
    this.count += 1;
    const type = attributeType(value);
    this.types.set(type, (this.types.get(type) ?? 0) + 1);
    if ("S" in value) {
      const isTelling = this.texts.add(value.S);
      if (isTelling && value.S.length <= LONGEST_ID) this.ids.add(value.S);
    } else if ("N" in value) {
      this.numbers.add(value.N);
      this.ids.add(value.N);
    } else if ("M" in value) this.#map(value.M);
    else if ("L" in value) this.#list(value.L);
    else if ("SS" in value) this.#list(value.SS.map((S) => ({ S })));
    else if ("NS" in value) this.#list(value.NS.map((N) => ({ N })));
    else if ("BS" in value) this.#list(value.BS.map((B) => ({ B })));
    // What is not looked into has to be asked for bytes as a whole.
    if (this.isOpen && isRefusal(jsonbText(value))) this.#holdsBytes = true;
  }

  #map(map: Readonly<Record<string, AttributeValue>>): void {
    for (const [name, member] of Object.entries(map)) {
      let known = this.members.get(name);
      if (known === undefined) {
        if (this.members.size >= MOST_MEMBERS || this.#depth >= DEEPEST || this.#all.isFull) {
          this.isOpen = true;
          return;
        }
        known = new Values(this.#all, this.#depth + 1);
        this.members.set(name, known);
      }
      known.add(member);
    }
  }

  #list(list: readonly AttributeValue[]): void {
    this.element ??= new Values(this.#all, this.#depth + 1);
    if (this.#depth >= DEEPEST) {
      this.isOpen = true;
      return;
    }
    for (const element of list) this.element.add(element);
  }

  countOf(...types: readonly AttributeType[]): number {
    return types.reduce((sum, type) => sum + (this.types.get(type) ?? 0), 0);
  }

  /** Bytes are somewhere inside, which no jsonb holds. */
  get hasBytes(): boolean {
    if (this.#holdsBytes || this.countOf("B", "BS") > 0 || this.element?.hasBytes === true) return true;
    return this.members.values().some((member) => member.hasBytes);
  }

  /** The types there are, NULL aside. */
  get held(): AttributeType[] {
    return [...this.types.keys()].filter((type) => type !== "NULL");
  }
}
