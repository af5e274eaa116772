/**
 * One line of a file → what it holds, or the line as it stands with what is wrong with it. Nothing is lost and nothing is
 * fatal. A form says what stands around the items.
 */
import { type JsonProblem, parseItem } from "../../../domain/decode/dynamodb-json.ts";
import { parseJson, repeatedName } from "../../../domain/decode/json-names.ts";
import type { Position, SourceRecord, Unreadable } from "../../../domain/decode/source-record.ts";
import { type Line, LONGEST_LINE } from "./lines.ts";

const BYTE_ORDER_MARK = "\uFEFF";
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A line's JSON → its record, and how many names stand in all of it; or what is wrong. */
export type LineForm<T> = (
  json: object,
  position: Position,
) => { readonly record: T; readonly names: number } | JsonProblem;

export type LineRecord<T> = T | { readonly unreadable: Unreadable };

/**
 * Blank lines are nothing, and neither are those that nobody wants. Carriage returns and blanks around the JSON are no part
 * of it.
 */
export function recordOf<T>(
  { bytes, length, start, position }: Line,
  form: LineForm<T>,
  isWanted: (text: string) => boolean,
): LineRecord<T> | undefined {
  const unreadable = (text: string, detail: string) => ({ unreadable: { position, text, detail } });
  if (length > LONGEST_LINE) {
    const beginning = Buffer.from(bytes).toString("latin1");
    return unreadable(beginning, `the line has ${length} bytes, more than any item; only its beginning is shown`);
  }
  const decoded = decode(bytes);
  if (decoded === undefined) {
    // Base64, because replacement characters would lose what stood there.
    return unreadable(Buffer.from(bytes).toString("base64"), "the line is not UTF-8; it is shown in base64");
  }
  const text = (start === 0 && decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded).trim();
  if (text === "" || !isWanted(text)) return undefined;
  const parsed = parse(text, form, position);
  return "problem" in parsed ? unreadable(text, parsed.problem) : parsed.record;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function parse<T>(text: string, form: LineForm<T>, position: Position): { readonly record: T } | JsonProblem {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    // The parser's own message quotes the line (I10).
    return { problem: "the line is not JSON, or was cut short" };
  }
  if (typeof json !== "object" || json === null) return { problem: "the line is no JSON object" };
  const parsed = form(json, position);
  const twice = repeatedName(text, "problem" in parsed ? undefined : parsed.names);
  return twice === undefined ? parsed : { problem: `the name ${twice} stands twice in one object` };
}

/** `{"Item":{…}}` */
const ITEM: LineForm<SourceRecord> = (json, position) => {
  if (!("Item" in json)) return { problem: 'the line has no "Item"' };
  const others = Object.keys(json).filter((name) => name !== "Item");
  if (others.length > 0) return { problem: `beside "Item" the line has ${others.join(", ")}` };
  const parsed = parseItem(json.Item);
  return "problem" in parsed ? parsed : { record: { item: parsed.item, position }, names: parsed.names + 1 };
};

export const itemIn = (line: Line, isWanted: (text: string) => boolean): SourceRecord | undefined =>
  recordOf(line, ITEM, isWanted);
