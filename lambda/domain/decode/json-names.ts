/**
 * The names in a JSON text, which `JSON.parse` is not to be trusted with (I2). Where one stands twice in an object it
 * lets the last one win and says nothing. And in V8 13.6, which Node 24 has, a name that is spelled with a backslash can
 * come out as another one, when an object with a name beginning with a backslash was parsed before.
 * Looking at every name takes longer than parsing: the one is ruled out by what stands before the colons (600 bytes in 0.7 µs),
 * the other by where backslashes stand (0.1 µs).
 */

const [QUOTE, COLON, BACKSLASH] = [0x22, 0x3a, 0x5c];
/** All four blanks of JSON are below U+0021, and nothing else of it is. */
const LAST_BLANK = 0x20;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** A name where it stands: the places of its quotes. */
interface NamePlace {
  readonly start: number;
  readonly end: number;
}

/** Every name of a text that is valid JSON, with the object it is one of. */
function* namesIn(json: string): Generator<NamePlace & { readonly object: object }> {
  const open: object[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charCodeAt(at);
    if (char === OPEN_OBJECT || char === OPEN_ARRAY) open.push({});
    else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) open.pop();
    else if (char === QUOTE) {
      const end = endOfString(json, at);
      const object = open.at(-1);
      if (object !== undefined && isName(json, end + 1)) yield { start: at, end, object };
      at = end;
    }
  }
}

/**
 * The first name that stands twice in one object. `json` has to be valid: it has been parsed before. `kept` is how many
 * names are left of it then: of one that stands twice a single one is, so as many as may stand there leave none to look for.
 */
export function repeatedName(json: string, kept?: number): string | undefined {
  if (kept !== undefined && mostNames(json) <= kept) return undefined;
  const seen = new Map<object, Set<string>>();
  for (const { start, end, object } of namesIn(json)) {
    const name = nameOf(json.slice(start + 1, end));
    const names = seen.get(object) ?? new Set();
    if (names.has(name)) return name;
    seen.set(object, names.add(name));
  }
  return undefined;
}

/** `JSON.parse` with every name as it is spelled. Throws SyntaxError as that does. */
export function parseJson(json: string): unknown {
  const parsed: unknown = JSON.parse(json);
  const spelled = spelledNames(json);
  return spelled.length === 0 ? parsed : parseAround(json, spelled);
}

/** Names with a backslash in them, by their backslashes: these stand in strings only, and are far fewer than names. */
function spelledNames(json: string): NamePlace[] {
  const found: NamePlace[] = [];
  for (let at = json.indexOf("\\"); at >= 0; ) {
    const end = endOfString(json, at);
    if (isName(json, end + 1)) found.push({ start: json.lastIndexOf('"', at), end });
    at = json.indexOf("\\", end + 1);
  }
  return found;
}

/** Parses with names that need no backslash in place of those that do, and puts the right ones back. */
function parseAround(json: string, spelled: readonly NamePlace[]): unknown {
  let mark = "name";
  while (json.includes(mark)) mark += "_";
  let plain = "";
  let done = 0;
  for (const [at, { start, end }] of spelled.entries()) {
    plain += `${json.slice(done, start)}"${mark}${at}"`;
    done = end + 1;
  }
  plain += json.slice(done);
  const names = new Map(spelled.map(({ start, end }, at) => [`${mark}${at}`, nameOf(json.slice(start + 1, end))]));
  return renamed(JSON.parse(plain), names);
}

/** A reviver, which is asked of every value, takes several times as long. */
function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => renamed(element, names));
  const members = Object.entries(value).map(([name, member]) => [names.get(name) ?? name, renamed(member, names)]);
  return Object.fromEntries(members);
}

/** How many names a text has, or more: a string that begins with a colon seems to end a name with its opening quote. */
function mostNames(json: string): number {
  let names = 0;
  for (let at = json.indexOf(":"); at >= 0; at = json.indexOf(":", at + 1)) if (quoteBefore(json, at) >= 0) names += 1;
  return names;
}

/** The quote that ends a name before this colon; -1 where a colon inside a string has none before it. */
function quoteBefore(json: string, colon: number): number {
  let at = colon - 1;
  while (json.charCodeAt(at) <= LAST_BLANK) at -= 1;
  return json.charCodeAt(at) === QUOTE && !isEscaped(json, at) ? at : -1;
}

/** Where the closing quote is, of a string that has begun before what follows `from`. */
function endOfString(json: string, from: number): number {
  for (let end = json.indexOf('"', from + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    if (!isEscaped(json, end)) return end;
  }
  return json.length;
}

/** Whether a quote is part of its string: an odd number of backslashes stands before it. */
function isEscaped(json: string, quote: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

/** Whether a colon follows, with nothing but blanks before it. */
function isName(json: string, from: number): boolean {
  let at = from;
  while (at < json.length && json.charCodeAt(at) <= LAST_BLANK) at += 1;
  return json.charCodeAt(at) === COLON;
}

// One name has several spellings where escapes are used.
const nameOf = (raw: string): string => (raw.includes("\\") ? String(JSON.parse(`"${raw}"`)) : raw);
