/**
 * A gzipped file → the bytes that were packed into it. All of it belongs to members, one after the other, each whole with its
 * checksum, or reading ends in an error: zlib by itself takes bytes that are no member, and padding, for the end.
 */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/**
 * As much as is read of a plain file at once: every piece waits for its turn behind all else that the process does. Where zlib
 * finds damage, the piece before it is not given: larger ones would leave more good lines unread, and gained nothing.
 */
const CHUNK = 64 * 1024;

/** What stands behind the last member and is none. */
export class Beyond extends Error {}

/** Throws what zlib does, what reading does, and `Beyond` where zlib did not take all that was read. */
export async function* unzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  const counted = async function* () {
    for await (const chunk of packed) {
      size += chunk.length;
      yield chunk;
    }
  };
  const input = Readable.from(counted(), { objectMode: false });
  const gunzip = createGunzip({ chunkSize: CHUNK });
  input.on("error", (error) => gunzip.destroy(error));
  try {
    yield* input.pipe(gunzip);
    if (gunzip.bytesWritten !== size) throw new Beyond(`${size - gunzip.bytesWritten} bytes are no member`);
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/**
 * What is wrong with a file by which reading ended in this error, so many lines after its beginning; undefined where nothing
 * was unpacked. Of a damaged member not even the lines it gave can be trusted: the checksum comes last.
 */
export function damageAt(line: number, error: unknown): string | undefined {
  if (error instanceof Beyond) return `goes on after line ${line} with what is no gzip`;
  if (codeOf(error) === "Z_BUF_ERROR") return `ends early, after line ${line}`;
  return codeOf(error).startsWith("Z_") ? `is damaged: it cannot be read further than line ${line}` : undefined;
}
