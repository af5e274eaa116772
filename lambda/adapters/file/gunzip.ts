/**
 * A gzipped file → the bytes that were packed into it. All of it belongs to members, one after the other, each whole with its
 * checksum, or reading ends in an error: zlib by itself takes bytes that are no member, and padding, for the end.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";

const MAGIC = Buffer.from([0x1f, 0x8b]);

/** What stands behind the last member and is none. */
export class Beyond extends Error {}

/** Whether a file begins as gzip does, whatever it is called: no line of JSON does. */
export async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return bytesRead === MAGIC.length && buffer.equals(MAGIC);
  } finally {
    await file.close();
  }
}

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
