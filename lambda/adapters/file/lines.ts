/** Bytes → lines with the places they begin and end at. Cut anywhere, a stream gives the same lines. */

export interface Line {
  readonly bytes: Uint8Array;
  /** Offset of its first byte. */
  readonly start: number;
  /** Where reading goes on after it. */
  readonly next: number;
  /** The line as a report names it. */
  readonly position: string;
}

const NEWLINE = 0x0a;

/** Splits at line feeds. A last line without one is a line too. */
export async function* linesFrom(chunks: AsyncIterable<Uint8Array>, offset: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let start = offset;
  let at = offset;
  const line = (next: number): Line => ({ bytes: Buffer.concat(parts), start, next, position: `byte ${start}` });
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      parts.push(chunk.subarray(from, end));
      const next = at + end + 1;
      yield line(next);
      parts = [];
      start = next;
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    at += chunk.length;
  }
  if (parts.length > 0) yield line(at);
}
