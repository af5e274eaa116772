/** The first bytes of a file → what it is, whatever it is called: lines, gzip, or something that is turned into lines by a command. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { shell } from "../../../domain/typed.ts";
import { unzipped } from "../lines/gunzip.ts";

const LENGTH = 64_000;

/** As many bytes as there are, up to some. */
export async function beginningOf(path: string, length = LENGTH): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The same of what is packed into it; nothing where that cannot be read, which reading tells by its place. */
export async function unzippedBeginningOf(path: string): Promise<Buffer> {
  try {
    for await (const chunk of unzipped(createReadStream(path))) return Buffer.from(chunk).subarray(0, LENGTH);
  } catch {
    return Buffer.alloc(0);
  }
  return Buffer.alloc(0);
}

export const isGzip = (beginning: Buffer): boolean => beginning.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]));

/** Something else than lines of DynamoDB-JSON. */
export interface Foreign {
  readonly is: string;
  readonly remedy: string;
}

const into = (command: string) => `turn it into lines: ${command} > items.jsonl`;
const EXPORTED = "export the table again: aws dynamodb export-table-to-point-in-time --export-format DYNAMODB_JSON";
const FETCH = "fetch it again as it is (ftp: binary; git: *.gz -text), and compare the sizes";

/** By how they begin, in hexadecimal digits. */
const MAGIC: readonly (readonly [string, string, (path: string) => string])[] = [
  ["504b0304", "a zip archive", (path) => into(shell("unzip", "-p", path))],
  ["425a68", "packed by bzip2", (path) => into(shell("bzip2", "-dc", path))],
  ["fd377a585a00", "packed by xz", (path) => into(shell("xz", "-dc", path))],
  ["28b52ffd", "packed by zstd", (path) => into(shell("zstd", "-dc", path))],
  ["e00100ea", "an export in Ion", () => EXPORTED],
  ["50415231", "a Parquet file", () => EXPORTED],
  ["fffe", "text in UTF-16", (path) => into(shell("iconv", "-f", "UTF-16", "-t", "UTF-8", path))],
  ["feff", "text in UTF-16", (path) => into(shell("iconv", "-f", "UTF-16", "-t", "UTF-8", path))],
  // 8b is no UTF-8: whoever took the file for text put U+FFFD in its place, or a byte order mark before it.
  ["1fefbfbd", "a gzipped file that was taken for text on its way, which damaged it", () => FETCH],
  ["efbbbf1f8b", "a gzipped file that was taken for text on its way, which damaged it", () => FETCH],
];

const asExport = (folder: string) => `name the export as one: ${shell("--source", `export:${folder}`)}`;

/** What else it may be that is text, by its first line that is not blank and by all of its beginning. */
const TEXTS: readonly (readonly [(first: string, all: string) => boolean, string, (path: string) => string])[] = [
  [
    (first) => first.startsWith("["),
    "a list in JSON, and not an item a line",
    (path) => into(shell("jq", "-c", '.[] | if has("Item") then . else {Item: .} end', path)),
  ],
  [
    (_, all) => /^\s*\{\s*"(?:Items|Count|ScannedCount|ConsumedCapacity)"/.test(all),
    "an answer to a Scan, and not an item a line",
    (path) => into(shell("jq", "-c", ".Items[] | {Item: .}", path)),
  ],
  [
    (first) => /^\{\s*(?:"itemCount"\s*:\s*\d|(?:"\w+"\s*:\s*"[^"]*"\s*,\s*)*"exportArn"\s*:)/.test(first),
    "the manifest of an export",
    (path) => asExport(dirname(path)),
  ],
  [
    (first) => /^\{\s*"Metadata"\s*:\s*\{\s*"WriteTimestampMicros"/.test(first),
    "of changes, as an incremental export has them, and not of items",
    (path) => asExport(join(dirname(path), "..", "..")),
  ],
  [
    (first, all) => /^\{\s*"[^"]+"\s*:\s*\{\s*"(?:S|N|B)"\s*:/.test(first) && !/"Item"\s*:/.test(all),
    'items without the "Item" that DynamoDB writes around each',
    (path) => into(shell("jq", "-c", "{Item: .}", path)),
  ],
  [(first) => first === "{", "JSON with an item over several lines", (path) => into(shell("jq", "-c", ".", path))],
  [
    (_, all) => /\}\s*\r\s*\{/.test(all) && !all.includes("\n"),
    "of lines that end in a carriage return alone",
    (path) => into(`tr '\\r' '\\n' < ${shell(path)}`),
  ],
  [
    (_, all) => !/^\s*\{/m.test(all),
    "no JSON",
    () => 'write an item a line, {"Item":{"PK":{"S":"…"}}}, as aws dynamodb export-table-to-point-in-time does',
  ],
];

/** Known by its first bytes alone. */
export function foreignBytes(beginning: Buffer, path: string): Foreign | undefined {
  const hex = beginning.subarray(0, 8).toString("hex");
  const [, is, remedy] = MAGIC.find(([magic]) => hex.startsWith(magic)) ?? [];
  return is === undefined || remedy === undefined ? undefined : { is, remedy: remedy(path) };
}

/** Undefined of what may be lines, also of some that are damaged: each of those is told where it stands. */
export function foreignText(beginning: Buffer, path: string): Foreign | undefined {
  const all = beginning.toString("utf8").replace(/^\uFEFF/, "");
  const first = all.split(/[\r\n]/).find((line) => line.trim() !== "");
  if (first === undefined) return undefined;
  const [, is, remedy] = TEXTS.find(([isSuch]) => isSuch(first.trim(), all)) ?? [];
  return is === undefined || remedy === undefined ? undefined : { is, remedy: remedy(path) };
}

/** Whether it may be lines: they begin with a brace, but for blanks and a byte order mark. */
export const isText = (beginning: Buffer): boolean => /^\uFEFF?\s*\{/.test(beginning.toString("utf8"));
