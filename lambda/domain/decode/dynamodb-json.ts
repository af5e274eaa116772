/** DynamoDB-JSON text ⇄ items. Reading is strict and never throws: what is wrong is returned with its path and without its value. */
import { type AttributeValue, attributeType, type Item } from "./attribute.ts";

/** What was wrong, and where in the item. */
export interface JsonProblem {
  readonly problem: string;
}

/** DynamoDB nests 32 levels at most. Text could nest until this program's own stack ends. */
const DEEPEST = 200;

class Unreadable extends Error {}

/** Where reading is, for what may be wrong there, and how many names it has come by. */
interface Reading {
  readonly path: (string | number)[];
  names: number;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fail = ({ path }: Pick<Reading, "path">, problem: string): never => {
  const where = path.reduce<string>(
    (text, member) => (typeof member === "number" ? `${text}[${member}]` : text === "" ? member : `${text}.${member}`),
    "",
  );
  throw new Unreadable(where === "" ? problem : `${where}: ${problem}`);
};

/** A parsed JSON object of attribute values → an item, and how many names stand in it, of attributes and of types. */
export function parseItem(json: unknown): { readonly item: Item; readonly names: number } | JsonProblem {
  const reading: Reading = { path: [], names: 0 };
  try {
    if (!isRecord(json)) return { problem: "the item is not a JSON object" };
    return { item: members(json, reading, 0), names: reading.names };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

// A value is what JSON.parse made of it, unless bytes are in it: only what holds some is made anew, and nothing is changed.
function members(json: Record<string, unknown>, reading: Reading, depth: number): Item {
  const made: (readonly [string, AttributeValue])[] = [];
  for (const name in json) {
    reading.path.push(name);
    reading.names += 1;
    const value = parseValue(json[name], reading, depth);
    if (value !== json[name]) made.push([name, value]);
    reading.path.pop();
  }
  return made.length === 0 ? (json as Item) : { ...(json as Item), ...Object.fromEntries(made) };
}

function parseValue(json: unknown, reading: Reading, depth: number): AttributeValue {
  if (depth > DEEPEST) return fail({ path: [] }, `it nests deeper than ${DEEPEST} levels`);
  if (!isRecord(json)) return fail(reading, 'a value must be an object such as {"S": "…"}');
  let [type, types] = ["", 0];
  for (const name in json) [type, types] = [name, types + 1];
  if (types !== 1) return fail(reading, "a value must have exactly one type");
  reading.names += 1;
  const value = json[type];
  const asParsed = json as AttributeValue;
  switch (type) {
    case "S":
    case "N":
      text(value, reading);
      return asParsed;
    case "B":
      return { B: bytes(value, reading) };
    case "BOOL":
      return typeof value === "boolean" ? asParsed : fail(reading, "BOOL must be true or false");
    case "NULL":
      return value === true ? asParsed : fail(reading, "NULL must be true");
    case "L": {
      const elements = list(value, reading);
      const read = elements.map((element, at) => {
        reading.path.push(at);
        const made = parseValue(element, reading, depth + 1);
        reading.path.pop();
        return made;
      });
      return read.every((each, at) => each === elements[at]) ? asParsed : { L: read };
    }
    case "M": {
      if (!isRecord(value)) return fail(reading, "M must be an object");
      const M = members(value, reading, depth + 1);
      return M === value ? asParsed : { M };
    }
    case "SS":
    case "NS":
      for (const element of list(value, reading)) text(element, reading);
      return asParsed;
    case "BS":
      return { BS: list(value, reading).map((element) => bytes(element, reading)) };
    default:
      return fail(reading, "its type is none that DynamoDB has");
  }
}

// A bare JSON number would have gone through a JavaScript number already: it is refused, not trusted (I6).
const text = (value: unknown, reading: Reading): string =>
  typeof value === "string" ? value : fail(reading, "text was expected, in quotes");
const list = (value: unknown, reading: Reading): readonly unknown[] =>
  Array.isArray(value) ? value : fail(reading, "a list was expected");

// Node's decoder skips what it does not know, so the way back tells. A pattern overflows the stack at 12 MB of base64.
function bytes(value: unknown, reading: Reading): Uint8Array {
  const encoded = text(value, reading);
  const decoded = Buffer.from(encoded, "base64");
  return decoded.toString("base64") === encoded ? new Uint8Array(decoded) : fail(reading, "base64 was expected");
}

/** An item as DynamoDB-JSON on one line. U+0000 and lone surrogates come out escaped, so any store can hold it. */
export function toDynamoDbJson(item: Item): string {
  return JSON.stringify(Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)])));
}

/** One value, as it stands in the text of an item. */
export const valueJson = (value: AttributeValue): string => JSON.stringify(plain(value));

const base64 = (value: Uint8Array): string => Buffer.from(value).toString("base64");

function plain(value: AttributeValue): unknown {
  if ("B" in value) return { B: base64(value.B) };
  if ("BS" in value) return { BS: value.BS.map(base64) };
  if ("L" in value) return { L: value.L.map(plain) };
  if ("M" in value)
    return { M: Object.fromEntries(Object.entries(value.M).map(([name, member]) => [name, plain(member)])) };
  const type = attributeType(value);
  return { [type]: Object.values(value)[0] };
}
