/**
 * The names in a JSON text, which `JSON.parse` is not to be trusted with (I2). Where one stands twice in an object it
 * lets the last one win and says nothing. And in V8 13.6, which Node 24 has, a name that is spelled with a backslash can
 * come out as another one, when an object with a name beginning with a backslash was parsed before.
 * Looking at every name takes about as long as parsing: 600 bytes in 2 µs.
 */

const [QUOTE, COLON, BACKSLASH] = [0x22, 0x3a, 0x5c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** A name where it stands: the places of its quotes, and how many objects and lists are open around it. */
interface NamePlace {
  readonly start: number;
  readonly end: number;
  readonly object: object;
}

/** Every name of a text that is valid JSON. */
function* namesIn(json: string): Generator<NamePlace> {
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

/** The first name that stands twice in one object. `json` has to be valid: it has been parsed before. */
export function repeatedName(json: string): string | undefined {
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
  if (!json.includes("\\")) return parsed;
  const spelled = [...namesIn(json)].filter(({ start, end }) => json.slice(start, end).includes("\\"));
  return spelled.length === 0 ? parsed : parseAround(json, spelled);
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
  return JSON.parse(plain, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [names.get(name) ?? name, member]));
  });
}

/** Where the closing quote is: the first one behind an even number of backslashes. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}

/** Whether a colon follows, with nothing but JSON's four blanks before it: all of them are below U+0021. */
function isName(json: string, from: number): boolean {
  let at = from;
  while (at < json.length && json.charCodeAt(at) <= 0x20) at += 1;
  return json.charCodeAt(at) === COLON;
}

// One name has several spellings where escapes are used.
const nameOf = (raw: string): string => (raw.includes("\\") ? String(JSON.parse(`"${raw}"`)) : raw);
