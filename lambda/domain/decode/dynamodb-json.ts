/** DynamoDB-JSON text ⇄ items. Reading is strict and never throws: what is wrong is returned with its path and without its value. */
import { type AttributeValue, attributeType, type Item } from "./attribute.ts";

/** What was wrong, and where in the item. */
export interface JsonProblem {
  readonly problem: string;
}

/** DynamoDB nests 32 levels at most. Text could nest until this program's own stack ends. */
const DEEPEST = 200;

class Unreadable extends Error {}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fail = (path: string, problem: string): never => {
  throw new Unreadable(path === "" ? problem : `${path}: ${problem}`);
};

/** A parsed JSON object of attribute values → an item. */
export function parseItem(json: unknown): { readonly item: Item } | JsonProblem {
  try {
    if (!isRecord(json)) return { problem: "the item is not a JSON object" };
    return { item: members(json, "", 0) };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

function members(json: Record<string, unknown>, path: string, depth: number): Record<string, AttributeValue> {
  const entries = Object.entries(json).map(
    ([name, value]) => [name, parseValue(value, path === "" ? name : `${path}.${name}`, depth)] as const,
  );
  return Object.fromEntries(entries);
}

function parseValue(json: unknown, path: string, depth: number): AttributeValue {
  if (depth > DEEPEST) return fail("", `it nests deeper than ${DEEPEST} levels`);
  if (!isRecord(json)) return fail(path, 'a value must be an object such as {"S": "…"}');
  const [type, ...more] = Object.keys(json);
  if (type === undefined || more.length > 0) return fail(path, "a value must have exactly one type");
  const value = json[type];
  switch (type) {
    case "S":
      return { S: text(value, path) };
    case "N":
      return { N: text(value, path) };
    case "B":
      return { B: bytes(value, path) };
    case "BOOL":
      return typeof value === "boolean" ? { BOOL: value } : fail(path, "BOOL must be true or false");
    case "NULL":
      return value === true ? { NULL: true } : fail(path, "NULL must be true");
    case "L":
      return { L: list(value, path).map((element, at) => parseValue(element, `${path}[${at}]`, depth + 1)) };
    case "M":
      return isRecord(value) ? { M: members(value, path, depth + 1) } : fail(path, "M must be an object");
    case "SS":
      return { SS: list(value, path).map((element) => text(element, path)) };
    case "NS":
      return { NS: list(value, path).map((element) => text(element, path)) };
    case "BS":
      return { BS: list(value, path).map((element) => bytes(element, path)) };
    default:
      return fail(path, "its type is none that DynamoDB has");
  }
}

// A bare JSON number would have gone through a JavaScript number already: it is refused, not trusted (I6).
const text = (value: unknown, path: string): string =>
  typeof value === "string" ? value : fail(path, "text was expected, in quotes");
const list = (value: unknown, path: string): readonly unknown[] =>
  Array.isArray(value) ? value : fail(path, "a list was expected");

// Node's decoder skips what it does not know, so the way back tells. A pattern overflows the stack at 12 MB of base64.
function bytes(value: unknown, path: string): Uint8Array {
  const encoded = text(value, path);
  const decoded = Buffer.from(encoded, "base64");
  return decoded.toString("base64") === encoded ? new Uint8Array(decoded) : fail(path, "base64 was expected");
}

/** An item as DynamoDB-JSON on one line. U+0000 and lone surrogates come out escaped, so any store can hold it. */
export function toDynamoDbJson(item: Item): string {
  return JSON.stringify(Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)])));
}

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
