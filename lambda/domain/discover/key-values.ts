/** A tree of keys → the same with fewer branches: words that turn out to be values become one `{text}`, with the literal before it where they have one. */
import { addLikeness, isLike, isTelling, type Likeness, likenessOf } from "./key-likeness.ts";
import { type Segment, stemOf, type ValueForm } from "./key-tokens.ts";
import { type Branch, type Edge, mergeBelow, mergeInto, nameOf, type Step } from "./key-tree.ts";

/** Words a place may have, however different: names of kinds before a delimiter, and at the end of a key. */
const MOST = { prefix: 100, last: 25 };
/** A word this many times as frequent as the others of its place is a literal among values: `METADATA` among names. */
const FREQUENT = 4;
/** A word this rare among all of its place is none, however often it comes. */
const RARE_WORD = 0.01;
/** Prefixes such as `user_` a place may have before they are no more than beginnings of names. */
const MOST_STEMS = 12;
/** Values of a discriminator before it is none. */
const MOST_KINDS = 60;
/** A form this rare among its like is the other form by chance: a hexadecimal id without a letter. */
const RARE_FORM = 0.05;

type Before = "nothing" | "word" | "value";
type Named = Edge & { readonly step: Segment };

export interface Pressure {
  /** 0 is none; each step halves how many words a place may have. */
  readonly level: number;
  /** All keys have been seen. */
  readonly ended: boolean;
}

export function settle(root: Branch, pressure: Pressure): void {
  foldDiscriminators(root, pressure);
  settleBelow(root, "nothing", pressure);
}

/** A discriminator is on most items and has few values; otherwise its items are told by their keys alone. */
function foldDiscriminators(root: Branch, { ended, level }: Pressure): void {
  const wheres = [...root.edges.values()].flatMap(({ step, to }) => (step.kind === "where" ? [{ step, to }] : []));
  for (const list of Map.groupBy(wheres, ({ step }) => step.name).values()) {
    const count = list.reduce((sum, { to }) => sum + to.count, 0);
    if (list.length <= MOST_KINDS >> level && !(ended && count < root.count / 2)) continue;
    for (const { step, to } of list) {
      root.edges.delete(nameOf(step));
      mergeBelow(root, to);
    }
  }
}

function settleBelow(branch: Branch, before: Before, pressure: Pressure): void {
  const delimiters = new Set([...branch.edges.values()].flatMap(({ step }) => (isName(step) ? [step.delimiter] : [])));
  for (const delimiter of delimiters) {
    foldStems(branch, delimiter, pressure);
    foldAlike(branch, delimiter, before);
    foldMany(branch, delimiter, before, pressure);
  }
  foldForms(branch);
  for (const { step, to } of branch.edges.values()) settleBelow(to, beforeNext(step), pressure);
}

/** What may be the name of a kind: a word, or a value with a literal before it. */
const isName = (step: Step): step is Segment => step.kind === "word" || (step.kind === "value" && step.prefix !== "");

const namesAt = ({ edges }: Branch, delimiter: string): Named[] =>
  [...edges.values()].flatMap(({ step, to }) =>
    isName(step) && step.delimiter === delimiter && !(step.kind === "word" && step.text === "") ? [{ step, to }] : [],
  );

function beforeNext(step: Step): Before {
  if (step.kind === "value") return "value";
  return step.kind === "word" && step.text !== "" ? "word" : "nothing";
}

const valueStep = (delimiter: string, prefix = "", form: ValueForm = "text"): Segment => ({
  kind: "value",
  prefix,
  form,
  text: "",
  delimiter,
});

function fold(branch: Branch, names: readonly Named[], value: Segment): void {
  for (const { step, to } of names) {
    branch.edges.delete(nameOf(step));
    mergeInto(branch, value, to);
  }
}

/** `user_ada`, `user_bob`, … → `user_{text}`. */
function foldStems(branch: Branch, delimiter: string, { level }: Pressure): void {
  const stems = byStem(namesAt(branch, delimiter));
  for (const [stem, list] of stems) {
    const known = branch.edges.has(nameOf(valueStep(delimiter, stem)));
    if (!known && !isStem(stems, stem, level)) continue;
    for (const { names, likeness } of clusters(list)) {
      if (names.length >= (isTelling(likeness) ? 4 : 8)) fold(branch, names, valueStep(delimiter, stem));
    }
  }
}

/** Names by the literal they may have before them, but for those of which nothing but that literal and a form is known. */
function byStem(names: readonly Named[]): Map<string, Named[]> {
  const stems = Map.groupBy(names, ({ step }) =>
    step.kind === "word" ? (stemOf(step.text) ?? "") : (stemOf(`${step.prefix}.`) ?? step.prefix),
  );
  stems.delete("");
  for (const [stem, list] of stems) {
    const others = list.filter(({ step }) => step.kind === "word" || step.prefix !== stem);
    if (others.length === 0) stems.delete(stem);
    else stems.set(stem, others);
  }
  return stems;
}

/** One of few, or more frequent than the others: a first name, `ada-` before `ada-smith`, is neither. */
function isStem(stems: ReadonlyMap<string, readonly Named[]>, stem: string, level: number): boolean {
  const size = stems.get(stem)?.length ?? 0;
  const all = stems.values().reduce((sum, list) => sum + list.length, 0);
  return size >= FREQUENT && (stems.size <= MOST_STEMS >> level || size >= (all / stems.size) * FREQUENT);
}

/** Groups looked at: where nothing is like anything, comparing all with all would never end. */
const MOST_CLUSTERS = 40;

interface Cluster {
  readonly names: Named[];
  readonly likeness: Likeness;
}

/** Names that lead to the same, the most numerous first. */
function clusters(names: readonly Named[]): Cluster[] {
  const found: Cluster[] = [];
  for (const name of names.toSorted((a, b) => b.to.count - a.to.count)) {
    const likeness = likenessOf(name.to);
    const cluster = found.find((known) => isLike(likeness, known.likeness));
    if (cluster === undefined) {
      if (found.length < MOST_CLUSTERS) found.push({ names: [name], likeness });
    } else {
      cluster.names.push(name);
      addLikeness(cluster.likeness, likeness);
    }
  }
  return found.sort((a, b) => b.names.length - a.names.length);
}

/** `user_{text}`: what came of many words is a literal and a value already. */
const isFolded = (step: Segment): boolean => step.kind === "value" && step.form === "text";

/** Names that lead to the same are values, where there are more of them than a design has names for one thing. */
function foldAlike(branch: Branch, delimiter: string, before: Before): void {
  const value = valueStep(delimiter);
  const there = branch.edges.get(nameOf(value))?.to;
  let names = namesAt(branch, delimiter);
  if (there !== undefined && names.length > 0) {
    const likeness = likenessOf(there);
    const telling = isTelling(likeness);
    const usual = Math.max((there.count / there.words) * FREQUENT, there.count * RARE_WORD);
    const values = names.filter(
      ({ step, to }) =>
        (!isFolded(step) || to.count <= there.count) &&
        (telling || before === "word" || to.count / to.words <= usual) &&
        isLike(likenessOf(to), likeness),
    );
    fold(branch, values, value);
    names = namesAt(branch, delimiter);
  }
  const stems = names.filter(({ step }) => isFolded(step));
  if (stems.length <= MOST_STEMS) names = names.filter(({ step }) => !isFolded(step));
  for (const { names: alike, likeness } of clusters(names)) {
    if (alike.length >= needed(before, delimiter, isTelling(likeness))) fold(branch, alike, value);
  }
}

/** How many names have to lead to the same. What follows the name of a kind is likely a value; what begins a key is hardly. */
function needed(before: Before, delimiter: string, telling: boolean): number {
  if (before === "word") return telling ? 3 : 8;
  if (delimiter === "") return telling ? 6 : 12;
  if (!telling) return Infinity;
  return before === "value" ? 10 : 25;
}

/** Makes values of the rare names of a place that has too many; in the end, also of those that came only once each. */
function foldMany(branch: Branch, delimiter: string, before: Before, { level, ended }: Pressure): void {
  const names = namesAt(branch, delimiter).filter(({ step }) => level > 0 || !isFolded(step));
  const count = names.reduce((sum, { to }) => sum + to.count, 0);
  const usual = Math.max((count / names.length) * FREQUENT, count * RARE_WORD);
  const single = names.filter(({ step, to }) => step.kind === "word" && to.count === 1);
  const mayBeValue = delimiter === "" || before === "word";
  const isTooMany = names.length > (delimiter === "" ? MOST.last : MOST.prefix) >> level;
  const rare = isTooMany
    ? names.filter(({ to }) => level > 0 || to.count <= usual)
    : ended && mayBeValue && single.length >= 4
      ? single
      : [];
  const stems = byStem(rare);
  for (const [stem, list] of stems) {
    if (isStem(stems, stem, level)) fold(branch, list, valueStep(delimiter, stem));
  }
  const left = rare.filter(({ step }) => branch.edges.has(nameOf(step)) && !isFolded(step));
  fold(branch, level > 2 ? rare.filter(({ step }) => branch.edges.has(nameOf(step))) : left, valueStep(delimiter));
}

/** The few hexadecimal ids that are all digits are ids like the others. A number among UUIDs is not: it is worth to be seen. */
function foldForms(branch: Branch): void {
  const values = [...branch.edges.values()].flatMap(({ step, to }) => (step.kind === "value" ? [{ step, to }] : []));
  for (const list of Map.groupBy(values, ({ step }) => JSON.stringify([step.prefix, step.delimiter])).values()) {
    const [most, ...others] = list.sort((a, b) => b.to.count - a.to.count);
    if (most === undefined || (most.step.form !== "hex" && most.step.form !== "text")) continue;
    const rare = others.filter(({ to }) => to.count <= most.to.count * RARE_FORM);
    const likeness = rare.length === 0 ? undefined : likenessOf(most.to);
    const same = rare.filter(({ to }) => likeness !== undefined && isLike(likenessOf(to), likeness));
    fold(branch, same, most.step);
  }
}
