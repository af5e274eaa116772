/**
 * Keys, one after the other → the few templates they follow. The keys make a tree, a level for each piece; where a level
 * has more words than a design has kinds of items, the rare ones are values after all, and their branches become one.
 */
import type { Item } from "./attribute.ts";
import { AttributeCensus, type AttributeCount } from "./attribute-census.ts";
import { isDiscriminator, namesByText, type Token, tokensOf, type ValueForm } from "./key-tokens.ts";

/** Words a level may have: prefixes name kinds of items, whole words do so more rarely. */
const MOST = { prefix: 100, word: 25 };
/** A word this many times as frequent as the others of its level is a literal among values: `METADATA` among names. */
const FREQUENT = 4;
/** Branches of the whole tree; beyond, a new word is taken for a value at once, so that memory stays bounded. */
const MOST_BRANCHES = 20_000;

export interface KeyShape {
  /** As a mapping would write it. */
  readonly pk: string;
  readonly sk?: string;
  /** Attributes that tell this kind from others, where the items have such. */
  readonly where: Readonly<Record<string, string>>;
  readonly count: number;
  /** The key of one item, as given to `add`. */
  readonly example: string;
  readonly attributes: readonly AttributeCount[];
  readonly beyond: number;
}

/** Between partition key and sort key, and before both. */
type Step =
  | Token
  | { readonly kind: "sort key" }
  | { readonly kind: "where"; readonly name: string; readonly text: string };

interface Leaf {
  readonly example: string;
  readonly census: AttributeCensus;
}

class Branch {
  count = 0;
  /** Words are no longer told apart here, but for those that are there. */
  merged = false;
  leaf: Leaf | undefined;
  readonly names = new Map<string, number>();
  readonly branches = new Map<string, { readonly step: Step; readonly to: Branch }>();
}

export class KeyShapes {
  readonly #keys: { readonly pk: string; readonly sk?: string };
  readonly #root = new Branch();
  #size = 0;

  constructor(keys: { readonly pk: string; readonly sk?: string }) {
    this.#keys = keys;
  }

  /** Adds one item; `source` is how its key is shown. */
  add(item: Item, source: string): void {
    let at = this.#root;
    at.count += 1;
    for (const step of this.#stepsOf(item)) {
      at = this.#descend(at, step);
      at.count += 1;
      if (step.kind === "value" && step.attribute !== undefined)
        at.names.set(step.attribute, (at.names.get(step.attribute) ?? 0) + 1);
    }
    at.leaf ??= { example: source, census: new AttributeCensus() };
    at.leaf.census.add(item, Object.values(this.#keys));
  }

  /** The most frequent first. */
  shapes(): KeyShape[] {
    mergeRare(this.#root, true);
    const found: KeyShape[] = [];
    collect(this.#root, [], found);
    return found.sort((a, b) => b.count - a.count);
  }

  #stepsOf(item: Item): Step[] {
    const { pk, sk } = this.#keys;
    const names = namesByText(item, Object.values(this.#keys));
    const pieces = (name: string): Token[] => {
      const value = item[name];
      if (value === undefined) return [];
      if ("S" in value) return tokensOf(value.S, names);
      return [{ kind: "value", form: "N" in value ? "number" : "binary" }];
    };
    const wheres = Object.entries(item)
      .filter(([name, value]) => isDiscriminator(name) && "S" in value && value.S !== "")
      .map(([name, value]): Step => ({ kind: "where", name, text: "S" in value ? value.S : "" }));
    return [...wheres, ...pieces(pk), ...(sk === undefined ? [] : [{ kind: "sort key" } as const, ...pieces(sk)])];
  }

  #descend(from: Branch, step: Step): Branch {
    const known = from.branches.get(nameOf(step));
    if (known !== undefined) return known.to;
    const full = this.#size >= MOST_BRANCHES || from.merged;
    const taken: Step = step.kind === "word" && full && !isDelimiter(step.text) ? TEXT : step;
    const at = from.branches.get(nameOf(taken));
    if (at !== undefined) return at.to;
    const to = new Branch();
    from.branches.set(nameOf(taken), { step: taken, to });
    this.#size += 1;
    mergeRare(from, false);
    return from.branches.get(nameOf(taken))?.to ?? from.branches.get(nameOf(TEXT))?.to ?? to;
  }
}

/** What a word is where it turns out to be a value. A delimiter at its end is not told again. */
const TEXT: Token = { kind: "value", form: "text" };
const isDelimiter = (text: string): boolean => /^[#|]+$/.test(text);

function nameOf(step: Step): string {
  switch (step.kind) {
    case "word":
      return `word ${step.text}`;
    case "value":
      return `value ${step.form}`;
    case "where":
      return `where ${step.name} ${step.text}`;
    case "sort key":
      return "sort key";
  }
}

/**
 * Makes one branch of the rare words of a level, where there are too many of them; when all keys have been seen, also of
 * those that came only once each.
 */
function mergeRare(branch: Branch, ended: boolean): void {
  for (const prefix of [true, false]) {
    const words = [...branch.branches.values()].filter(
      ({ step }) => step.kind === "word" && step.prefix === prefix && !isDelimiter(step.text),
    );
    const average = words.reduce((sum, { to }) => sum + to.count, 0) / words.length;
    const tooMany = words.length > (prefix ? MOST.prefix : MOST.word);
    const single = words.filter(({ to }) => to.count <= 1);
    const rare = tooMany
      ? words.filter(({ to }) => to.count <= average * FREQUENT)
      : ended && !prefix && single.length >= 4
        ? single
        : [];
    if (rare.length < 2) continue;
    branch.merged = true;
    for (const { step, to } of rare) {
      branch.branches.delete(nameOf(step));
      mergeInto(branch, TEXT, to);
    }
  }
  if (ended) for (const { to } of [...branch.branches.values()]) mergeRare(to, true);
}

function mergeInto(branch: Branch, step: Step, from: Branch): void {
  const name = nameOf(step);
  const there = branch.branches.get(name);
  if (there === undefined) {
    branch.branches.set(name, { step, to: from });
    return;
  }
  const { to } = there;
  to.count += from.count;
  to.merged ||= from.merged;
  for (const [attribute, count] of from.names) to.names.set(attribute, (to.names.get(attribute) ?? 0) + count);
  if (from.leaf !== undefined) {
    if (to.leaf === undefined) to.leaf = from.leaf;
    else to.leaf.census.merge(from.leaf.census);
  }
  for (const inner of from.branches.values()) mergeInto(to, inner.step, inner.to);
  mergeRare(to, false);
}

interface Walked {
  readonly step: Step;
  readonly branch: Branch;
}

function collect(branch: Branch, path: readonly Walked[], found: KeyShape[]): void {
  if (branch.leaf !== undefined) found.push(shapeOf(path, branch.leaf));
  for (const { step, to } of branch.branches.values()) collect(to, [...path, { step, branch: to }], found);
}

function shapeOf(path: readonly Walked[], { example, census }: Leaf): KeyShape {
  const where: Record<string, string> = {};
  const used = new Map<string, string>();
  const texts = [""];
  for (const [at, { step, branch }] of path.entries()) {
    if (step.kind === "where") where[step.name] = step.text;
    else if (step.kind === "sort key") texts.push("");
    else {
      const before = path[at - 1]?.step;
      // Two values side by side are one: a word between them has turned out to be a value too.
      if (step.kind === "value" && before?.kind === "value") continue;
      const text = step.kind === "word" ? step.text.replace(/[{}]/g, "$&$&") : capture(step.form, branch, used);
      texts.push((texts.pop() ?? "") + text);
    }
  }
  const [pk = "", sk] = texts;
  const { items: count, beyond } = census;
  return { pk, ...(sk === undefined ? {} : { sk }), where, count, example, attributes: census.attributes(), beyond };
}

/** A name no other place has, unless both hold the same attribute: then they agree, as a mapping asks. */
function capture(form: ValueForm, { names, count }: Branch, used: Map<string, string>): string {
  const [attribute] = [...names].filter(([, times]) => times >= count * 0.9).sort(([, a], [, b]) => b - a)[0] ?? [];
  const base = (attribute ?? form).replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_");
  let name = base;
  for (let at = 2; used.has(name) && !(attribute !== undefined && used.get(name) === attribute); at += 1)
    name = `${base}${at}`;
  used.set(name, attribute ?? "");
  return `{${name}}`;
}
