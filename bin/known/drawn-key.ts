/** A key as a person drew it, by rows or in the name it was given (`USER#userId`) → its template. */
import { type Piece, templateOf } from "./key-template.ts";

export interface DrawnKey {
  readonly name: string;
  /** What the key is called in this kind of item: a name, or a sketch of it. */
  readonly alias: string;
  /** Those of the rows of this kind. */
  readonly values: readonly string[];
  /** What is captured behind a word that a key begins with. */
  readonly idOf: (word: string) => string;
}

const DELIMITERS = ["#", "|", ":"];
/** What stands in every key alike, and is made of letters. */
const WORD = /^[\p{L}_$][\p{L}_ .-]*$/u;
const MARKED = /^[<{[]+(.*?)[>}\]]+$/;

export function keyOf({ name, alias, values, idOf }: DrawnKey): string | undefined {
  const [first, ...more] = values;
  if (first === undefined) return sketched(alias, name);
  const delimiter = delimiterOf(values);
  if (delimiter === undefined) {
    const isFixed = WORD.test(first) && more.length > 0 && more.every((value) => value === first);
    return templateOf([isFixed ? { literal: first } : { capture: alias }]);
  }
  const rows = values.map((value) => value.split(delimiter));
  const row = first.split(delimiter);
  if (rows.some(({ length }) => length !== row.length)) return undefined;
  let word = "";
  const pieces = row.flatMap((text, at): Piece[] => {
    const before: Piece[] = at === 0 ? [] : [{ literal: delimiter }];
    // One row shows no more than that it begins with a word.
    const isFixed = WORD.test(text) && rows.every((each) => each[at] === text) && (at === 0 || more.length > 0);
    if (isFixed) word = text;
    return [...before, isFixed ? { literal: text } : { capture: idOf(word) }];
  });
  return templateOf(pieces);
}

/** What parts all of some keys, each of which begins with a word. */
const delimiterOf = (keys: readonly string[]): string | undefined =>
  DELIMITERS.find((each) => keys.every((key) => key.includes(each) && WORD.test(wordOf(key, each))));

const wordOf = (key: string, delimiter: string): string => key.split(delimiter)[0] ?? "";

/** The word keys begin with, where it is one and the same. */
export function firstWordOf(keys: readonly string[]): string | undefined {
  const delimiter = delimiterOf(keys);
  const words = new Set(delimiter === undefined ? [] : keys.map((key) => wordOf(key, delimiter)));
  const [only, ...more] = words;
  return more.length === 0 ? only : undefined;
}

/** `USER#<userId>`, `USER#userId`: words in capitals stand there, others are filled in. A name alone says nothing. */
function sketched(alias: string, name: string): string | undefined {
  const delimiter = DELIMITERS.find((each) => alias.includes(each));
  if (alias === name || delimiter === undefined) return undefined;
  const pieces = alias.split(delimiter).flatMap((text, at): Piece[] => {
    const before: Piece[] = at === 0 ? [] : [{ literal: delimiter }];
    const [, marked] = MARKED.exec(text) ?? [];
    if (marked !== undefined) return [...before, { capture: marked }];
    return [...before, text === text.toUpperCase() ? { literal: text } : { capture: text }];
  });
  return templateOf(pieces);
}
