/**
 * What a branch of the tree leads to → whether two lead to the same. Names of kinds lead to different things (other keys, other
 * attributes), the values of one kind to the same: that tells `USER` and `ORDER` from `ada` and `bob`, whatever is written how.
 */
import { stemOf } from "./key-tokens.ts";
import type { Branch, Step } from "./key-tree.ts";

/** For each way a key goes on, the items that go it and how often each attribute is there. */
export type Likeness = Map<string, { count: number; readonly attributes: Map<string, number> }>;

/** In at least so many of its items an attribute counts as always there. */
const ALWAYS = 0.9;
/** Of the attributes that have to be in both, so many may be missing. */
const ENOUGH = 0.8;

export function likenessOf(branch: Branch): Likeness {
  const likeness: Likeness = new Map();
  walk(branch, "", likeness);
  return likeness;
}

function walk({ leaf, edges }: Branch, path: string, likeness: Likeness): void {
  if (leaf !== undefined) {
    const counts = leaf.census.attributes().map(({ name, count }) => [name, count] as const);
    absorb(likeness, path, leaf.census.items, counts);
  }
  for (const { step, to } of edges.values()) walk(to, path + wayOf(step), likeness);
}

/** What may be the name of a kind, where a delimiter follows. */
const NAME = /^[A-Za-z$_]{0,30}$/;

/** The last word of a key may be a value, and then a value of whatever form: what tells is the attributes. */
function wayOf(step: Step): string {
  if (step.kind === "sort key") return " ";
  if (step.kind === "where") return "";
  const isName =
    step.delimiter !== "" && step.kind === "word" && NAME.test(step.text) && stemOf(step.text) === undefined;
  return (isName ? step.text : "*") + step.delimiter;
}

function absorb(to: Likeness, path: string, count: number, attributes: Iterable<readonly [string, number]>): void {
  const there = to.get(path) ?? { count: 0, attributes: new Map<string, number>() };
  to.set(path, there);
  there.count += count;
  for (const [name, times] of attributes) there.attributes.set(name, (there.attributes.get(name) ?? 0) + times);
}

export function addLikeness(to: Likeness, from: Likeness): void {
  for (const [path, { count, attributes }] of from) absorb(to, path, count, attributes);
}

interface Way {
  readonly count: number;
  readonly attributes: ReadonlyMap<string, number>;
}

/** Ways that are looked through for one that differs in names alone. */
const MOST_WAYS = 50;
const withoutNames = (path: string): string => path.replaceAll(/[A-Za-z$_*]+/g, "*");

/** Whether whatever `small` leads to, `large` leads to as well, and with the same attributes. */
export function isLike(small: Likeness, large: Likeness): boolean {
  return small.entries().every(([path, way]) => {
    const other = large.get(path);
    if (other !== undefined) return isLikeWay(way, other);
    // A name in between may itself be a value that is not known to be one yet.
    if (large.size > MOST_WAYS) return false;
    const shape = withoutNames(path);
    return large.entries().some(([at, one]) => withoutNames(at) === shape && isLikeWay(way, one));
  });
}

function isLikeWay(small: Way, large: Way): boolean {
  const always = [...large.attributes].filter(([, times]) => times >= large.count * ALWAYS);
  if (share(small.attributes.keys(), (name) => large.attributes.has(name)) < ENOUGH) return false;
  if (share(always, ([name]) => small.attributes.has(name)) < ENOUGH) return false;
  // No attribute is not like some, even though none contradicts.
  return small.attributes.size > 0 || sum(large.attributes) < large.count;
}

/** Attributes that are always there: without a few of them, likeness may be chance. */
export const isTelling = (likeness: Likeness): boolean =>
  [...likeness.values()].some(
    ({ count, attributes }) => [...attributes.values()].filter((times) => times >= count * ALWAYS).length >= 2,
  );

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);

function share<T>(all: Iterable<T>, is: (one: T) => boolean): number {
  const list = [...all];
  return list.length === 0 ? 1 : list.filter(is).length / list.length;
}
