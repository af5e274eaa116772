/** Keys, one after the other → the few templates they follow, spelled as a mapping would write them. */
import { own } from "../../mapping/own.ts";
import type { Item } from "../decode/attribute.ts";
import { AttributeCensus, type AttributeCount } from "./attribute-census.ts";
import { discriminatorOf, namesByText, type Segment, segmentsOf } from "./key-tokens.ts";
import { agreed, Branch, type Leaf, nameOf, type Step, sameTexts } from "./key-tree.ts";
import { settle } from "./key-values.ts";

/** Branches and attributes of the tree when it is settled; a hundred kinds of fifty attributes are a sixth of it. */
const MOST = 30_000;
/** Beyond this, no place has words any more. */
const MOST_PRESSURE = 7;
/** Segments that held the same text this often do so on purpose. */
const NO_CHANCE = 20;

export interface KeyShape {
  /** As a mapping would write it. */
  readonly pk: string;
  readonly sk?: string;
  /** What parts its segments, the first one where there are several; captures are to refuse it. */
  readonly delimiter?: string;
  /** The attribute that tells this kind from others, where the items have such. */
  readonly where: Readonly<Record<string, string>>;
  readonly count: number;
  /** The key of one item, as given to `add`. */
  readonly example: string;
  readonly attributes: readonly AttributeCount[];
  /** Values of attributes that are not among them. */
  readonly beyond: number;
}

export class KeyShapes {
  /** Items whose keys were of no shape there was room for. */
  beyond = 0;
  readonly #keys: { readonly pk: string; readonly sk?: string };
  readonly #root = new Branch();
  #weight = 0;
  #pressure = 0;

  constructor(keys: { readonly pk: string; readonly sk?: string }) {
    this.#keys = keys;
  }

  /** Adds one item; `source` is how its key is shown. */
  add(item: Item, source: string): void {
    const steps = this.#stepsOf(item);
    const isFull = this.#pressure > MOST_PRESSURE && this.#weight >= MOST;
    const grow = (): void => {
      this.#weight += 1;
    };
    const path = walk(this.#root, steps, isFull ? undefined : grow);
    if (path === undefined) {
      this.beyond += 1;
      return;
    }
    for (const [at, branch] of path.entries()) branch.come(steps[at] ?? { kind: "sort key" });
    this.#root.count += 1;
    const end = path.at(-1) ?? this.#root;
    const same = sameTexts(steps.flatMap((step) => ("delimiter" in step ? [step.text] : [])));
    if (end.leaf === undefined) {
      end.leaf = { example: source, census: new AttributeCensus(), same };
      this.#weight += Object.keys(item).length;
    } else end.leaf = { ...end.leaf, same: agreed(end.leaf.same, same) };
    end.leaf.census.add(item, Object.values(this.#keys));
    if (this.#weight >= MOST && !isFull) this.#settle();
  }

  #settle(): void {
    settle(this.#root, { level: this.#pressure, ended: false });
    this.#weight = this.#root.weight;
    if (this.#weight < MOST / 2 || this.#pressure > MOST_PRESSURE) return;
    this.#pressure += 1;
    this.#settle();
  }

  /** The most frequent first. To be asked when all items have been added. */
  shapes(): KeyShape[] {
    settle(this.#root, { level: this.#pressure, ended: true });
    const found: KeyShape[] = [];
    collect(this.#root, [], found);
    return found.sort((a, b) => b.count - a.count);
  }

  #stepsOf(item: Item): Step[] {
    const { pk, sk } = this.#keys;
    const names = namesByText(item, Object.values(this.#keys));
    const segments = (name: string): Segment[] => {
      const value = own(item, name);
      if (value === undefined) return [];
      if ("S" in value) return segmentsOf(value.S, names);
      const form = "N" in value ? "number" : "binary";
      return [{ kind: "value", prefix: "", form, text: "N" in value ? value.N : "", delimiter: "" }];
    };
    const where = discriminatorOf(item);
    return [
      ...(where === undefined ? [] : [{ kind: "where", ...where } as const]),
      ...segments(pk),
      ...(sk === undefined ? [] : [{ kind: "sort key" } as const, ...segments(sk)]),
    ];
  }
}

/** The branches a key leads along, made where they are not there, or undefined where none may be made. */
function walk(root: Branch, steps: readonly Step[], onMade: (() => void) | undefined): Branch[] | undefined {
  const path: Branch[] = [];
  let at = root;
  for (const step of steps) {
    let edge = at.edges.get(nameOf(step)) ?? (onMade === undefined ? at.edges.get(asText(step)) : undefined);
    if (edge === undefined) {
      if (onMade === undefined) return undefined;
      edge = { step, to: new Branch() };
      at.edges.set(nameOf(step), edge);
      onMade();
    }
    at = edge.to;
    path.push(at);
  }
  return path;
}

const asText = (step: Step): string =>
  "delimiter" in step ? nameOf({ kind: "value", prefix: "", form: "text", text: "", delimiter: step.delimiter }) : "";

interface Walked {
  readonly step: Step;
  readonly branch: Branch;
}

function collect(branch: Branch, path: readonly Walked[], found: KeyShape[]): void {
  if (branch.leaf !== undefined) found.push(shapeOf(path, branch.leaf));
  for (const { step, to } of branch.edges.values()) collect(to, [...path, { step, branch: to }], found);
}

function shapeOf(path: readonly Walked[], { example, census, same }: Leaf): KeyShape {
  const where = path.flatMap(({ step }) => (step.kind === "where" ? [[step.name, step.text] as const] : []));
  const names = new Names(same, census.items);
  const texts = [""];
  const delimiter = path.flatMap(({ step }) => ("delimiter" in step ? [step.delimiter] : [])).find((one) => one !== "");
  for (const { step, branch } of path) {
    if (step.kind === "sort key") texts.push("");
    else if (step.kind !== "where") texts.push((texts.pop() ?? "") + names.spell(step, branch));
  }
  const [pk = "", sk] = texts;
  const { items: count, beyond } = census;
  const spelled = { pk, ...(sk === undefined ? {} : { sk }), ...(delimiter === undefined ? {} : { delimiter }) };
  return { ...spelled, where: Object.fromEntries(where), count, example, attributes: census.attributes(), beyond };
}

const escaped = (literal: string): string => literal.replace(/[{}]/g, "$&$&");

interface Taken {
  /** Not there for a literal. */
  readonly name?: string;
  readonly attribute?: string | undefined;
  readonly prefix: string;
  /** What stands right before the value, or the word itself. */
  readonly literal: string;
}

/** Gives each capture of a template a name: one no other has, unless both hold the same in every key, as a mapping asks. */
class Names {
  readonly #same: readonly number[];
  readonly #items: number;
  readonly #taken: Taken[] = [];

  constructor(same: readonly number[], items: number) {
    this.#same = same;
    this.#items = items;
  }

  spell(step: Segment, { names, count, sole }: Branch): string {
    const isVersion = step.kind === "value" && step.prefix !== "" && step.form === "int" && count >= 3;
    if (step.kind === "word" || (isVersion && sole !== undefined && sole.length <= 2)) {
      const literal = step.kind === "word" ? step.text : `${step.prefix}${sole}`;
      this.#taken.push({ prefix: "", literal });
      return escaped(literal + step.delimiter);
    }
    const { prefix, form } = step;
    const [attribute] = [...names].filter(([, times]) => times >= count * 0.9).sort(([, a], [, b]) => b - a)[0] ?? [];
    const before = this.#taken.at(-1);
    const literal = prefix !== "" ? prefix : before?.name === undefined ? (before?.literal ?? "") : "";
    const name = this.#twin({ attribute, prefix, literal }) ?? this.#fresh(attribute ?? form);
    this.#taken.push({ name, attribute, prefix, literal });
    return `${escaped(prefix)}{${name}}${escaped(step.delimiter)}`;
  }

  /** The name of the value before that was the same in every key, and not by chance: of one attribute, behind one literal, or often. */
  #twin({ attribute, prefix, literal }: Taken): string | undefined {
    const at = this.#taken.length;
    const twin = this.#same[at];
    const known = twin === undefined || twin === at ? undefined : this.#taken[twin];
    if (known === undefined || known.prefix !== prefix) return undefined;
    const isOne = attribute !== undefined && known.attribute === attribute;
    const isBehindOne = literal !== "" && known.literal === literal;
    return isOne || isBehindOne || this.#items >= NO_CHANCE ? known.name : undefined;
  }

  #fresh(wanted: string): string {
    const base = wanted.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_");
    let name = base;
    for (let at = 2; this.#taken.some((known) => known.name === name); at += 1) name = `${base}${at}`;
    return name;
  }
}
