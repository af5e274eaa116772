/** Names as people and libraries write them → names as Postgres and TypeScript have them, each given out once. */

/** Postgres cuts what is longer, in bytes; room is left for what tells constraints apart. */
const LONGEST = 50;

/** `officeName`, `GSI1-PK`, `HTTPStatus` → their words, in lower case. Letters of other alphabets are letters. */
export function wordsOf(name: string): string[] {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** `office_name`; `fallback` where nothing of it can be a name. */
export function snake(name: string, fallback: string): string {
  const joined = wordsOf(name).join("_");
  return cut(/^\d/.test(joined) ? `_${joined}` : joined === "" ? fallback : joined);
}

/** `OfficeName`, which an identifier may be. */
export function pascal(words: readonly string[]): string {
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[\p{Lu}\p{Ll}\p{Lo}_]/u.test(joined) ? joined : `Item${joined}`;
}

/** `officeName`, of letters every editor has: a capture, or a parameter. */
export function camel(name: string, fallback: string): string {
  const [first = "", ...others] = wordsOf(name)
    .map((word) => word.replace(/[^a-z0-9]/g, ""))
    .filter((word) => word !== "");
  const joined = first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return joined === "" ? fallback : /^\d/.test(joined) ? `_${joined}` : joined;
}

const encoder = new TextEncoder();

function cut(name: string): string {
  let head = [...name];
  while (encoder.encode(head.join("")).length > LONGEST) head = head.slice(0, -1);
  return head.join("");
}

/** Words that are the same for one and for many. */
const UNCOUNTED =
  /^(progress|metadata|data|info|information|history|inventory|equipment|series|news|status|content|feedback|stock|traffic|likes|settings|details)$/;
const IRREGULAR: readonly (readonly [one: string, many: string])[] = [
  ["person", "people"],
  ["child", "children"],
  ["man", "men"],
  ["woman", "women"],
  ["index", "indexes"],
];

/** `office_items` of `office_item`: the last word says how many. */
export function plural(name: string): string {
  const [, head = "", last = name] = /^(.*_)?([^_]+)$/.exec(name) ?? [];
  const irregular = IRREGULAR.find(([one]) => one === last);
  if (irregular !== undefined) return head + irregular[1];
  if (UNCOUNTED.test(last) || IRREGULAR.some(([, many]) => many === last)) return name;
  if (/([^s]s|ies)$/.test(last) && !/(us|is|as)$/.test(last)) return name;
  if (/(s|x|z|ch|sh)$/.test(last)) return `${name}es`;
  if (/[^aeiou]y$/.test(last)) return `${name.slice(0, -1)}ies`;
  return `${name}s`;
}

/** `office_item` of `office_items`. */
export function singular(name: string): string {
  const [, head = "", last = name] = /^(.*_)?([^_]+)$/.exec(name) ?? [];
  const irregular = IRREGULAR.find(([, many]) => many === last);
  if (irregular !== undefined) return head + irregular[0];
  if (UNCOUNTED.test(last) || last.length < 4) return name;
  if (/ies$/.test(last)) return `${name.slice(0, -3)}y`;
  if (/(ss|x|z|ch|sh)es$/.test(last)) return name.slice(0, -2);
  return /[^su]s$/.test(last) && !/is$/.test(last) ? name.slice(0, -1) : name;
}

/** Names that are given out, each once: what is taken gets a number. */
export class GivenNames {
  readonly #taken = new Set<string>();

  give(wanted: string): string {
    let name = wanted;
    for (let at = 2; this.#taken.has(name); at += 1) name = `${wanted}_${at}`;
    this.#taken.add(name);
    return name;
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }
}
