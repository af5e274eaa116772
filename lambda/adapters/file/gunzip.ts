/**
 * A gzipped file → the bytes that were packed into it. All of it belongs to members, one after the other, each whole with its
 * checksum, or reading ends in an error: zlib by itself takes bytes that are no member, and padding, for the end.
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

/** What stands behind the last member and is none. */
export class Beyond extends Error {}

/** Throws what zlib does, and `Beyond` where it did not take all `size` bytes of the file. */
export async function* unzipped(path: string, size: number): AsyncGenerator<Uint8Array> {
  const packed = createReadStream(path);
  const gunzip = createGunzip();
  packed.on("error", (error) => gunzip.destroy(error));
  try {
    yield* packed.pipe(gunzip);
    if (gunzip.bytesWritten !== size) throw new Beyond(`${size - gunzip.bytesWritten} bytes are no member`);
  } finally {
    packed.destroy();
    gunzip.destroy();
  }
}
