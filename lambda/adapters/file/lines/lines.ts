/** Bytes → lines with the places they begin and end at. Cut anywhere, a stream gives the same lines. */
import type { Position } from "../../../domain/decode/source-record.ts";

/** Between two lines: how many bytes, and how many lines, stand before. */
export interface Place {
  readonly bytes: number;
  readonly lines: number;
}

export const START: Place = { bytes: 0, lines: 0 };

export interface Line {
  /** The line without its line feed; of a line that is too long, its beginning. */
  readonly bytes: Uint8Array;
  /** How long the line is. */
  readonly length: number;
  /** Offset of its first byte. */
  readonly start: number;
  /** Where reading goes on after it. */
  readonly next: Place;
  /** The line as a report names it. */
  readonly position: Position;
}

/**
 * No item needs more: its 400 KB become at most nine times as much text, an empty string of a list being one byte
 * there and `{"S":""},` here. A longer line is kept as its beginning, so a file without a line feed needs no more memory.
 */
export const LONGEST_LINE = 16_000_000;
const BEGINNING = 64_000;

const NEWLINE = 0x0a;

/**
 * Splits at line feeds: the lines that end in a chunk together, as views of it. A last line without a line feed is one too.
 * Positions begin with the file's name, where there are several.
 */
export async function* linesFrom(
  chunks: AsyncIterable<Uint8Array>,
  from: Place,
  file?: string,
): AsyncGenerator<Line[]> {
  const named = file === undefined ? "" : `${file} `;
  let parts: Uint8Array[] = [];
  let start = from.bytes;
  let at = from.bytes;
  let number = from.lines;
  let length = 0;
  const add = (part: Uint8Array): void => {
    length += part.length;
    if (length <= LONGEST_LINE) parts.push(part);
    // The one part that makes the line too long; those after it are only counted.
    else if (length - part.length <= LONGEST_LINE) parts = [Buffer.concat([...parts, part]).subarray(0, BEGINNING)];
  };
  const line = (next: number): Line => {
    const [whole, ...more] = parts;
    const bytes = whole !== undefined && more.length === 0 ? whole : Buffer.concat(parts);
    number += 1;
    const position: Position = `${named}line ${number}, byte ${start}`;
    return { bytes, length, start, next: { bytes: next, lines: number }, position };
  };
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let done = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, done)) {
      add(chunk.subarray(done, end));
      const next = at + end + 1;
      lines.push(line(next));
      [parts, length, start] = [[], 0, next];
      done = end + 1;
    }
    if (done < chunk.length) add(chunk.subarray(done));
    at += chunk.length;
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [line(at)];
}

/** How many lines end before each of some offsets, which grow. */
export async function linesBefore(chunks: AsyncIterable<Uint8Array>, offsets: readonly number[]): Promise<number[]> {
  const counted: number[] = [];
  let [at, lines] = [0, 0];
  for await (const chunk of chunks) {
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, end + 1)) {
      while ((offsets[counted.length] ?? Number.POSITIVE_INFINITY) <= at + end) counted.push(lines);
      lines += 1;
    }
    at += chunk.length;
  }
  return offsets.map((_, each) => counted[each] ?? lines);
}
