/**
 * A key's text → its segments, the pieces a template would be written in. A segment is a value where it has the form of one
 * (a UUID, a number, a time) or where another attribute of the item holds the very same, which also gives it a name.
 * Anything else is a word: whether words are literals shows only when many keys have been seen.
 */
import type { Item } from "../decode/attribute.ts";

/** The forms a value can be told by; `text` is whatever has none. */
export type ValueForm =
  | "uuid"
  | "ulid"
  | "iso"
  | "date"
  | "month"
  | "int"
  | "number"
  | "hex"
  | "email"
  | "binary"
  | "text";

export type Segment = (
  | { readonly kind: "word" }
  /** `prefix` is the literal before the value: `$office_` in `$office_1`. */
  | { readonly kind: "value"; readonly prefix: string; readonly form: ValueForm }
) & {
  /** The word, or the value without its prefix. */
  readonly text: string;
  /** What comes after; nothing at the end of a key. */
  readonly delimiter: string;
  readonly attribute?: string;
};

const FORMS: readonly (readonly [Exclude<ValueForm, "text">, RegExp])[] = [
  ["uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i],
  ["iso", /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/],
  ["date", /^\d{4}-\d\d-\d\d$/],
  ["month", /^\d{4}-(0[1-9]|1[0-2])$/],
  ["int", /^\d+$/],
  ["number", /^-?\d+\.\d+$/],
  ["ulid", /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/],
  ["hex", /^(?=.*\d)[0-9a-f]{12,}$/i],
  ["email", /^[^@\s]+@[^@\s]+\.[^@\s]+$/],
];

/** Longer texts have no form; and a pattern never gets more to look at than this. */
const LONGEST = 120;

export function formOf(text: string): Exclude<ValueForm, "text"> | undefined {
  return text.length > LONGEST ? undefined : FORMS.find(([, pattern]) => pattern.test(text))?.[0];
}

/** What parts a key, the surest first: `:` parts a key that holds no `#`, and is one character among others where it does. */
const DELIMITERS = [/[#|]/, /[:/~^;]/];
/** A time holds the delimiter of the second kind. */
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?(?=$|[#|/~^;:])/;
/** `user_17_order_4`: other delimiters are trusted only where names and values take turns. */
const TURNS =
  /^(?:[A-Za-z]+([-_.])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d|[0-7][0-9A-HJKMNP-TV-Z]{25}|\d+)(?:\1(?=.)|$)){2,}$/;
const TURN =
  /([A-Za-z]+)([-_.])([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d|[0-7][0-9A-HJKMNP-TV-Z]{25}|\d+)([-_.]|$)/g;
/** Segments of a key; what is left is one word. */
const MOST_SEGMENTS = 16;

const DISCRIMINATORS: readonly RegExp[] = [
  /^(__edb_e__|__typename|__en|_et|_type|_?entity|_?(entity|model|record|item|object|doc|row)_?(type|name|kind))$/i,
  /^_{0,2}(type|kind|model|class)_{0,2}$/i,
];

/** Whether an attribute of this name is there to tell kinds of items apart. */
const isDiscriminator = (name: string): boolean => DISCRIMINATORS.some((pattern) => pattern.test(name));

/** The attribute that most surely says what kind an item is. */
export function discriminatorOf(item: Item): { readonly name: string; readonly text: string } | undefined {
  for (const pattern of DISCRIMINATORS) {
    for (const [name, value] of Object.entries(item))
      if (pattern.test(name) && "S" in value && value.S !== "") return { name, text: value.S };
  }
  return undefined;
}

/** The attributes of an item by the texts they hold, so that a segment of its key can be recognised. */
export function namesByText(item: Item, keys: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(item)) {
    const text = "S" in value ? value.S : "N" in value ? value.N : "";
    // One letter, or a discriminator, is in many keys by chance.
    if (text.length < 2 || text.length > LONGEST || keys.includes(name) || isDiscriminator(name)) continue;
    if (!names.has(text.toLowerCase())) names.set(text.toLowerCase(), name);
  }
  return names;
}

export function segmentsOf(key: string, names: ReadonlyMap<string, string>): Segment[] {
  const delimiters = DELIMITERS.find((pattern) => pattern.test(key));
  if (delimiters === undefined && key.length <= LONGEST && formOf(key) === undefined && TURNS.test(key)) {
    return [...key.matchAll(TURN)].flatMap(([, word = "", after = "", value = "", delimiter = ""]) => [
      { kind: "word", text: word, delimiter: after },
      segmentOf(value, delimiter, names, false),
    ]);
  }
  const segments: Segment[] = [];
  let rest = key;
  while (rest !== "") {
    const [time] = TIME.exec(rest) ?? [];
    const end =
      segments.length >= MOST_SEGMENTS || delimiters === undefined ? -1 : (time?.length ?? rest.search(delimiters));
    const text = end < 0 ? rest : rest.slice(0, end);
    const delimiter = end < 0 ? "" : rest.charAt(end);
    segments.push(segmentOf(text, delimiter, names, segments.length === 0));
    rest = rest.slice(text.length + delimiter.length);
  }
  return segments;
}

const SOFT = /[-_.:@/=]/g;

function segmentOf(text: string, delimiter: string, names: ReadonlyMap<string, string>, first: boolean): Segment {
  const value = recognised(text, names);
  // What a key begins with is a name of a kind, also where an attribute says the same: USER#ada, Category: user.
  if (value?.form === "text" && first && delimiter !== "") {
    const { attribute } = value;
    return { kind: "word", text, delimiter, attribute };
  }
  if (value !== undefined) return { kind: "value", prefix: "", text, delimiter, ...value };
  for (const { index } of /^[A-Za-z$_]/.test(text) && text.length <= LONGEST ? text.matchAll(SOFT) : []) {
    const after = text.slice(index + 1);
    const inner = recognised(after, names);
    if (inner !== undefined)
      return { kind: "value", prefix: text.slice(0, index + 1), text: after, delimiter, ...inner };
  }
  const [, letters, digits] = /^([A-Za-z]{1,2})(\d{1,9})$/.exec(text) ?? [];
  if (letters !== undefined && digits !== undefined)
    return { kind: "value", prefix: letters, form: "int", text: digits, delimiter };
  return { kind: "word", text, delimiter };
}

type Recognised =
  | { readonly form: Exclude<ValueForm, "text">; readonly attribute?: string }
  | { readonly form: ValueForm; readonly attribute: string };

function recognised(text: string, names: ReadonlyMap<string, string>): Recognised | undefined {
  const attribute = names.get(text.toLowerCase());
  const form = formOf(text);
  if (attribute !== undefined) return { form: form ?? "text", attribute };
  return form === undefined ? undefined : { form };
}

/** `user_` of `user_ada`: what may be a literal before a value. */
export const stemOf = (word: string): string | undefined => /^[A-Za-z$]{2,}[-_.:@/=](?=.)/.exec(word)?.[0];
