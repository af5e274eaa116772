/** Two key patterns → a key that both match, and whether one lies within the other. */
import { align, areSame } from "./alignment.ts";
import { entail, mayMeet } from "./conditions.ts";
import { keyLanguage } from "./key-language.ts";
import { commonTexts, isWithin } from "./product.ts";
import { type Captured, type KeyPattern, matchKey, matchTemplate, type Template } from "./template.ts";

/** A key that both patterns match; `sk` where the table has a sort key. */
export interface Example {
  readonly pk: string;
  readonly sk?: string;
}

/** How many common texts of each key are searched for values of the captures that have to agree. */
const TEXTS = 40;
/** How many ways to choose those values are tried, for each pattern. */
const CHOICES = 200;

const NONE: Captured = new Map();

/** The captures that stand in both keys of a pattern and so have to agree. */
function repeated({ pk, sk }: KeyPattern): string[] {
  return [...pk.values.keys()].filter((name) => sk?.values.has(name));
}

/**
 * A key both match, as short as they come. `undefined` where the patterns are disjoint; where a pattern has a capture in
 * both of its keys, only short values of it are tried, so there it means that none of those will do.
 */
export function overlap(a: KeyPattern, b: KeyPattern): Example | undefined {
  if (!mayMeet(a.where ?? [], b.where ?? []) || (a.sk === undefined) !== (b.sk === undefined)) return undefined;
  for (const inA of agreeing(a, a, b, NONE)) {
    for (const inB of agreeing(b, a, b, inA)) {
      const [pk] = common(a.pk, b.pk, inA, inB).take(1);
      if (pk === undefined) continue;
      if (a.sk === undefined || b.sk === undefined) return confirmed(a, b, { pk });
      const [sk] = common(a.sk, b.sk, inA, inB).take(1);
      if (sk !== undefined) return confirmed(a, b, { pk, sk });
    }
  }
  return undefined;
}

function common(a: Template, b: Template, inA: Captured, inB: Captured): Generator<string> {
  return commonTexts(keyLanguage(a, inA), keyLanguage(b, inB));
}

function confirmed(a: KeyPattern, b: KeyPattern, example: Example): Example {
  if (matchKey(a, example.pk, example.sk) && matchKey(b, example.pk, example.sk)) return example;
  throw new Error(`matching and the search for examples disagree on "${a.pk.text}" and "${b.pk.text}"`);
}

/** Values for the repeated captures of one of two patterns, as short keys of both have them. */
function* agreeing(pattern: KeyPattern, a: KeyPattern, b: KeyPattern, inA: Captured): Generator<Captured> {
  const names = repeated(pattern);
  if (names.length === 0 || pattern.sk === undefined || a.sk === undefined || b.sk === undefined) {
    yield NONE;
    return;
  }
  const inPk = common(a.pk, b.pk, inA, NONE).take(TEXTS).map(reader(pattern.pk)).toArray();
  const inSk = common(a.sk, b.sk, inA, NONE).take(TEXTS).map(reader(pattern.sk)).toArray();
  if (inPk.length === 0 || inSk.length === 0) return;
  const values = names.map((name) => [...new Set([...inPk, ...inSk].map((captured) => captured.get(name) ?? ""))]);
  for (const chosen of product(values).take(CHOICES)) yield new Map(names.map((name, at) => [name, chosen[at] ?? ""]));
}

const reader =
  (template: Template) =>
  (text: string): Captured =>
    matchTemplate(template, text) ?? NONE;

/** One of each list, in every way; the first of each comes first. */
function* product(lists: readonly (readonly string[])[]): Generator<readonly string[]> {
  const [first, ...others] = lists;
  if (first === undefined) yield [];
  else for (const rest of product(others)) for (const value of first) yield [value, ...rest];
}

/** Whether `b` matches every item that `a` matches. `true` is proven; `false` may be a want of proof. */
export function contains(a: KeyPattern, b: KeyPattern): boolean {
  if (!entail(a.where ?? [], b.where ?? []) || !isWithin(keyLanguage(a.pk), keyLanguage(b.pk))) return false;
  if (a.sk === undefined || b.sk === undefined) return a.sk === b.sk;
  return isWithin(keyLanguage(a.sk), keyLanguage(b.sk)) && surelyAgrees(a, b);
}

/** Whether in every key of `a` the captures that `b` has in both keys take the same text twice. */
function surelyAgrees(a: KeyPattern, b: KeyPattern): boolean {
  const names = repeated(b);
  if (names.length === 0) return true;
  if (a.sk === undefined || b.sk === undefined) return false;
  const [inPk, inSk] = [align(a.pk, b.pk), align(a.sk, b.sk)];
  return names.every((name) => {
    const [pieces, others] = [inPk?.get(name), inSk?.get(name)];
    return pieces !== undefined && others !== undefined && areSame(pieces, others);
  });
}
