/**
 * A key's text → the pieces a template would be written in: what is always the same, and what stands for a value. A piece
 * is a value where it has the form of one (a UUID, a number, a time) or where another attribute of the item holds the very
 * same, which also gives it a name.
 */
import type { Item } from "./attribute.ts";

/** The forms a value can be told by; `text` is whatever has none. */
export type ValueForm = "uuid" | "ulid" | "iso" | "date" | "int" | "number" | "hex" | "email" | "binary" | "text";

export type Token =
  /** Literal until there are too many of its kind. A prefix ends with a delimiter. */
  | { readonly kind: "word"; readonly text: string; readonly prefix: boolean }
  | { readonly kind: "value"; readonly form: ValueForm; readonly attribute?: string };

const FORMS: readonly (readonly [ValueForm, RegExp])[] = [
  ["uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i],
  ["iso", /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/],
  ["date", /^\d{4}-\d\d-\d\d$/],
  ["int", /^\d+$/],
  ["number", /^-?\d+\.\d+$/],
  ["ulid", /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/],
  ["hex", /^(?=.*\d)[0-9a-f]{12,}$/i],
  ["email", /^[^@\s]+@[^@\s]+\.[^@\s]+$/],
];

/** What parts a key, and what may part a piece of it: a prefix such as `user-` or `$office_`. */
const HARD = /[#|]/;
const SOFT = /[-_.:/@~]/;

export function formOf(text: string): ValueForm | undefined {
  return FORMS.find(([, pattern]) => pattern.test(text))?.[0];
}

/** The attributes of an item by the texts they hold, so that a piece of its key can be recognised. */
export function namesByText(item: Item, keys: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(item)) {
    const text = "S" in value ? value.S : "N" in value ? value.N : "";
    // One letter, or a discriminator, is in many keys by chance.
    if (text.length < 2 || keys.includes(name) || isDiscriminator(name)) continue;
    if (!names.has(text.toLowerCase())) names.set(text.toLowerCase(), name);
  }
  return names;
}

const DISCRIMINATOR = /^(__edb_e__|__typename|_?(et|type|kind|model|entity|entity_?type|item_?type|record_?type))$/i;

/** Whether an attribute of this name is there to tell kinds of items apart. */
export const isDiscriminator = (name: string): boolean => DISCRIMINATOR.test(name);

export function tokensOf(key: string, names: ReadonlyMap<string, string>): Token[] {
  const tokens: Token[] = [];
  let rest = key;
  while (rest !== "") {
    const end = rest.search(HARD);
    const segment = end < 0 ? rest : rest.slice(0, end);
    if (segment !== "") tokens.push(...segmentTokens(segment, names));
    if (end < 0) break;
    push(tokens, rest.charAt(end));
    rest = rest.slice(end + 1);
  }
  return tokens;
}

function segmentTokens(text: string, names: ReadonlyMap<string, string>): Token[] {
  const attribute = names.get(text.toLowerCase());
  if (attribute !== undefined) return [{ kind: "value", form: formOf(text) ?? "text", attribute }];
  const form = formOf(text);
  if (form !== undefined) return [{ kind: "value", form }];
  const at = text.search(SOFT);
  if (at < 0 || at === text.length - 1) return [{ kind: "word", text, prefix: false }];
  const rest = segmentTokens(text.slice(at + 1), names);
  // Without a value behind it, what looks like a prefix is part of a name.
  if (rest.every(({ kind }) => kind === "word")) return [{ kind: "word", text, prefix: false }];
  const head: Token = { kind: "word", text: text.slice(0, at + 1), prefix: true };
  const [first, ...more] = rest;
  if (first?.kind === "word" && first.prefix) return [{ ...first, text: head.text + first.text }, ...more];
  return [head, ...rest];
}

/** A delimiter belongs to the word before it, or stands alone after a value. */
function push(tokens: Token[], delimiter: string): void {
  const last = tokens.at(-1);
  if (last?.kind === "word") tokens.splice(-1, 1, { kind: "word", text: last.text + delimiter, prefix: true });
  else tokens.push({ kind: "word", text: delimiter, prefix: true });
}
