/**
 * The forms a capture can have → the values each takes. A form is one entry here: matching, rendering and the search for
 * ambiguities all work from its automaton. Forms that are disjoint tell kinds of items apart that no literal does.
 */
import { type Automaton, anything, butNot, oneOf, type Stretch, spelled, without } from "./automaton.ts";

export interface Form {
  /** The values of this form. Never the empty text: an empty key part is not a value. */
  values(delimiter: string): Automaton;
  /** Whether nothing may follow it, since its values can hold anything. */
  readonly last: boolean;
}

const DIGIT = "0123456789";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const HEX = `${DIGIT}abcdefABCDEF`;
/** Crockford's base 32: no I, L, O and U. */
const BASE32 = `${DIGIT}ABCDEFGHJKMNPQRSTVWXYZ`;

const digits = (count: number): Stretch => ({ of: DIGIT, least: count, most: count });
const hex = (count: number): Stretch => ({ of: HEX, least: count, most: count });
const one = (of: string): Stretch => ({ of, least: 1, most: 1 });
const maybe = (...runs: readonly Stretch[]): { readonly maybe: readonly Stretch[] } => ({ maybe: runs });

const fixed = (...parts: Parameters<typeof spelled>[0]): Form => ({ values: () => spelled(parts), last: false });

const FORMS = {
  plain: { values: without, last: false },
  rest: { values: () => anything, last: true },
  /** Capital letters, with digits, `_` and `-` behind the first. */
  upper: fixed(one(UPPER), maybe({ of: `${UPPER}${DIGIT}_-`, least: 1, most: Number.POSITIVE_INFINITY })),
  letters: fixed({ of: `${UPPER}${UPPER.toLowerCase()}`, least: 1, most: Number.POSITIVE_INFINITY }),
  /** Decimal digits, leading zeros among them. */
  int: fixed({ of: DIGIT, least: 1, most: Number.POSITIVE_INFINITY }),
  uuid: fixed(hex(8), one("-"), hex(4), one("-"), hex(4), one("-"), hex(4), one("-"), hex(12)),
  ulid: fixed(one("01234567"), { of: BASE32, least: 25, most: 25 }),
  date: fixed(digits(4), one("-"), digits(2), one("-"), digits(2)),
  /** A date and a time, with seconds, a fraction and a zone where it has them. */
  iso: fixed(
    ...[digits(4), one("-"), digits(2), one("-"), digits(2), one("T "), digits(2), one(":"), digits(2)],
    maybe(one(":"), digits(2)),
    maybe(one(".,"), { of: DIGIT, least: 1, most: Number.POSITIVE_INFINITY }),
    maybe(one("Z+-"), { of: `${DIGIT}:`, least: 0, most: 5 }),
  ),
} satisfies Readonly<Record<string, Form>>;

/** A capture is plain where it is written as `{name}`, and of a form where it is `{name:form}`. */
const isNamed = (name: string): name is keyof typeof FORMS => Object.hasOwn(FORMS, name);

/** The forms as a sentence would list them. */
export const formNames = `${Object.keys(FORMS).join(", ")}, a list of words as in {state:open|closed}, or what it is not, {id:!int}`;

/** What stands behind the colon → the form; undefined where there is none of that name. */
export function captureForm(text: string): Form | undefined {
  if (isNamed(text)) return FORMS[text];
  if (!text.startsWith("!")) return wordsOf(text);
  const form = text.slice(1);
  const other = form.startsWith("!") || form === "plain" || form === "rest" ? undefined : captureForm(form);
  return other && { values: (delimiter) => butNot(without(delimiter), other.values(delimiter)), last: false };
}

/** One word alone would be a form that is misspelt, and so would one among others that is called as a form. */
function wordsOf(text: string): Form | undefined {
  const words = text.split("|");
  if (words.length < 2 || words.some((word) => word === "" || word.startsWith("!") || isNamed(word))) return undefined;
  return {
    // None may hold what parts the key: another capture could never be told from it.
    values: (delimiter) => oneOf(words.filter((word) => !word.includes(delimiter))),
    last: false,
  };
}
