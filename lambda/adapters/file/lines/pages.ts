/** Batches of lines → pages of records, and where reading goes on behind a page. */
import type { Line, Place } from "./lines.ts";

/** A page ends after a megabyte, as a Scan's does, or a thousand lines. A longer line is a page of its own. */
const PAGE_BYTES = 1_000_000;
const PAGE_LINES = 1_000;

const cursorOf = ({ bytes, lines }: Place): string => `${bytes} ${lines}`;

export function placeOf(cursor: string): Place {
  const [bytes = 0, lines = 0] = cursor.split(" ").map(Number);
  return { bytes, lines };
}

export interface Page<T> {
  readonly records: readonly T[];
  readonly next?: string;
}

/** Of a line without a record nothing is left. After an abort nothing comes, and no page says that it is the last. */
export async function* pagesOf<T>(
  batches: AsyncIterable<readonly Line[]>,
  signal: AbortSignal,
  recordOf: (line: Line) => T | undefined,
): AsyncGenerator<Page<T>> {
  let [records, bytes, next]: [T[], number, string] = [[], 0, ""];
  for await (const lines of batches) {
    for (const line of lines) {
      // What an abort cut short is no line.
      if (signal.aborted) return;
      // A page is handed on when it is known that something follows: only then has it a `next`.
      if (bytes > 0 && (bytes + line.length > PAGE_BYTES || records.length >= PAGE_LINES)) {
        yield { records, next };
        [records, bytes] = [[], 0];
      }
      const record = recordOf(line);
      if (record !== undefined) records.push(record);
      bytes += line.length;
      next = cursorOf(line.next);
    }
  }
  if (!signal.aborted) yield { records };
}

/** Looks at the signal at every chunk: the lines before a cursor, or one endless line, must not outlast an abort. */
export async function* stoppable(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (signal.aborted) return;
    yield chunk;
  }
}
