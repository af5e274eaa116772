/** Lines → a gzipped data file as AWS writes it, and what its manifest says of it. Holds a chunk of it, however many there are. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/** A line of `manifest-files.json`. */
export interface FileEntry {
  readonly itemCount: number;
  readonly md5Checksum: string;
  readonly etag: string;
  readonly dataFileS3Key: string;
}

/** The operating system in the header of a gzip file: AWS names none, and so a file of nothing has the md5 it has there. */
const SYSTEM = { at: 9, unknown: 0xff } as const;
const CHUNK = 64_000;

/** What a manifest says of a file with these bytes, but for how many lines there are in them. */
export function sumsOf(md5: Buffer): Pick<FileEntry, "md5Checksum" | "etag"> {
  return { md5Checksum: md5.toString("base64"), etag: `${createHash("md5").update(md5).digest("hex")}-1` };
}

export class DataFile {
  readonly #gzip = createGzip();
  readonly #md5 = createHash("md5");
  readonly #key: string;
  readonly #written: Promise<void>;
  #text = "";
  #lines = 0;

  constructor(path: string, key: string) {
    this.#key = key;
    let size = 0;
    const md5 = this.#md5;
    const summed = new Transform({
      transform(chunk: Buffer, _, done) {
        if (size <= SYSTEM.at && size + chunk.length > SYSTEM.at) chunk[SYSTEM.at - size] = SYSTEM.unknown;
        size += chunk.length;
        md5.update(chunk);
        done(null, chunk);
      },
    });
    this.#written = pipeline(this.#gzip, summed, createWriteStream(path));
  }

  /** Resolves when more may be added. */
  async add(line: string): Promise<void> {
    this.#lines += 1;
    this.#text += `${line}\n`;
    if (this.#text.length < CHUNK) return;
    const text = this.#text;
    this.#text = "";
    if (!this.#gzip.write(text)) await once(this.#gzip, "drain");
  }

  async end(): Promise<FileEntry> {
    this.#gzip.end(this.#text);
    await this.#written;
    return { itemCount: this.#lines, ...sumsOf(this.#md5.digest()), dataFileS3Key: this.#key };
  }
}
