/**
 * The forms a capture can have → the values each takes. A form is one entry here: matching, rendering and the search for
 * ambiguities all work from its automaton. Forms that are disjoint tell kinds of items apart that no literal does.
 */
import { type Automaton, anything, type Stretch, spelled, without } from "./automaton.ts";

interface Form {
  /** The values of this form. Never the empty text: an empty key part is not a value. */
  values(delimiter: string): Automaton;
  /** Whether nothing may follow it, since its values can hold anything. */
  readonly last: boolean;
}

const DIGIT = "0123456789";
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

/** How a capture is written: `{name}` is plain, any other is `{name:form}`. */
export type CaptureForm = keyof typeof FORMS;

export function isCaptureForm(name: string): name is CaptureForm {
  return Object.hasOwn(FORMS, name);
}

/** The forms as a sentence would list them. */
export const formNames: string = Object.keys(FORMS).join(", ");

export function formOf(form: CaptureForm): Form {
  return FORMS[form];
}
