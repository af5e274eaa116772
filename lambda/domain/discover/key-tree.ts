/** Keys as a tree, a level for each segment: what a branch counts, and how two branches become one. */
import type { AttributeCensus } from "./attribute-census.ts";
import type { Segment } from "./key-tokens.ts";

export type Step =
  | Segment
  /** Between partition key and sort key. */
  | { readonly kind: "sort key" }
  /** Before both. */
  | { readonly kind: "where"; readonly name: string; readonly text: string };

export interface Edge {
  readonly step: Step;
  readonly to: Branch;
}

/** Where keys end. */
export interface Leaf {
  readonly example: string;
  readonly census: AttributeCensus;
  /** For each segment the first one that held the same text in every key, itself at least. */
  readonly same: readonly number[];
}

/** Names counted at one place. */
const MOST_NAMES = 16;

export class Branch {
  count = 0;
  /** Words that became one value here. */
  words = 1;
  /** The one text that came this way; not there once a second one did. */
  sole: string | undefined;
  leaf: Leaf | undefined;
  /** Attributes that held the same as this segment, and how often. */
  readonly names = new Map<string, number>();
  readonly edges = new Map<string, Edge>();

  come(step: Step): void {
    const text = step.kind === "value" || step.kind === "word" ? step.text : undefined;
    if (this.count === 0) this.sole = text;
    else if (this.sole !== text) this.sole = undefined;
    this.count += 1;
    if ("attribute" in step && step.attribute !== undefined) this.name(step.attribute, 1);
  }

  name(attribute: string, times: number): void {
    if (this.names.has(attribute) || this.names.size < MOST_NAMES)
      this.names.set(attribute, (this.names.get(attribute) ?? 0) + times);
  }

  /** Branches and attributes below, which is what the tree costs. */
  get weight(): number {
    let weight = 1 + (this.leaf?.census.size ?? 0);
    for (const { to } of this.edges.values()) weight += to.weight;
    return weight;
  }
}

export function nameOf(step: Step): string {
  switch (step.kind) {
    case "word":
      return JSON.stringify(["word", step.text, step.delimiter]);
    case "value":
      return JSON.stringify(["value", step.prefix, step.form, step.delimiter]);
    case "where":
      return JSON.stringify(["where", step.name, step.text]);
    case "sort key":
      return "sort key";
  }
}

/** Puts what `from` leads to where `step` leads. */
export function mergeInto(branch: Branch, step: Step, from: Branch): void {
  const there = branch.edges.get(nameOf(step));
  if (there === undefined) {
    branch.edges.set(nameOf(step), { step, to: from });
    return;
  }
  const { to } = there;
  to.count += from.count;
  to.words += from.words;
  if (to.sole !== from.sole) to.sole = undefined;
  for (const [attribute, times] of from.names) to.name(attribute, times);
  mergeBelow(to, from);
}

export function mergeBelow(to: Branch, from: Branch): void {
  if (from.leaf !== undefined && to.leaf !== undefined) {
    to.leaf.census.merge(from.leaf.census);
    to.leaf = { ...to.leaf, same: agreed(to.leaf.same, from.leaf.same) };
  } else to.leaf ??= from.leaf;
  for (const { step, to: inner } of from.edges.values()) mergeInto(to, step, inner);
}

/** What both say; where they differ, a segment is like itself alone. */
export const agreed = (one: readonly number[], other: readonly number[]): readonly number[] =>
  one.map((same, at) => (same === other[at] ? same : at));

/** For each text the first place where the same stands. */
export const sameTexts = (texts: readonly string[]): readonly number[] => texts.map((text) => texts.indexOf(text));
