/** One line of a file → an item, or the line as it stands with what is wrong with it. Nothing is lost and nothing is fatal. */
import { parseItem } from "../../../domain/decode/dynamodb-json.ts";
import { parseJson, repeatedName } from "../../../domain/decode/json-names.ts";
import type { SourceRecord } from "../../../domain/decode/source-record.ts";
import { type Line, LONGEST_LINE } from "./lines.ts";

const BYTE_ORDER_MARK = "\uFEFF";
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Blank lines are nothing, and neither are those that nobody wants. Carriage returns and blanks around the JSON are no part
 * of it.
 */
export function recordOf(
  { bytes, length, start, position }: Line,
  isWanted: (text: string) => boolean,
): SourceRecord | undefined {
  const unreadable = (text: string, detail: string): SourceRecord => ({ unreadable: { position, text, detail } });
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
  const parsed = itemOf(text);
  return "item" in parsed ? { item: parsed.item, position } : unreadable(text, parsed.problem);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function itemOf(text: string): ReturnType<typeof parseItem> {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    // The parser's own message quotes the line (I10).
    return { problem: "the line is not JSON, or was cut short" };
  }
  if (typeof json !== "object" || json === null || !("Item" in json)) return { problem: 'the line has no "Item"' };
  const others = Object.keys(json).filter((name) => name !== "Item");
  if (others.length > 0) return { problem: `beside "Item" the line has ${others.join(", ")}` };
  const parsed = parseItem(json.Item);
  const twice = repeatedName(text, "item" in parsed ? parsed.names + 1 : undefined);
  return twice === undefined ? parsed : { problem: `the name ${twice} stands twice in one object` };
}
