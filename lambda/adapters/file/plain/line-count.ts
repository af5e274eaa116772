/** A file's beginning and its size → about how many lines it has; exactly so many, where its beginning is all of it. */
import { constants, gunzipSync } from "node:zlib";
import type { SourceSize } from "../../../ports/source.ts";
import { beginningOf } from "./beginning.ts";

/** A read of a disk; a page is as large. Packed JSON is ten times that, or a thousand where somebody means harm. */
const BEGINNING = { plain: 1_000_000, packed: 64_000 };
const MOST_UNPACKED = 50_000_000;
const NEWLINE = 10;

export async function linesIn(path: string, size: number, isZipped: boolean): Promise<SourceSize> {
  const beginning = await beginningOf(path, Math.min(size, isZipped ? BEGINNING.packed : BEGINNING.plain));
  const text = isZipped ? unpacked(beginning) : beginning;
  const isWhole = beginning.length === size && !isZipped;
  // An empty line is no item.
  const ends = text.reduce(
    (sum, byte, at) => sum + (byte === NEWLINE && at > 0 && text[at - 1] !== NEWLINE ? 1 : 0),
    0,
  );
  if (isWhole) return { items: ends + (text.length > 0 && text.at(-1) !== NEWLINE ? 1 : 0), isExact: true };
  // Of a line longer than all that was looked at there is at least one.
  return { items: Math.max(1, Math.round((Math.max(1, ends) * size) / Math.max(1, beginning.length))), isExact: false };
}

/** As far as it goes: what is cut off, or damaged, is for reading to tell. */
function unpacked(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_UNPACKED });
  } catch {
    return Buffer.alloc(0);
  }
}
