/**
 * The bytes of a data file → pages of what its lines hold, and, with the last of them, what tells it from the file that its
 * manifest names. All of it is read, whatever the cursor: a checksum is one of all bytes.
 */
import { createHash } from "node:crypto";
import { damageAt, unzipped } from "../lines/gunzip.ts";
import { type Line, linesFrom, START } from "../lines/lines.ts";
import { type Page, pagesOf, placeOf, stoppable } from "../lines/pages.ts";
import type { DataFile } from "./files-manifest.ts";
import { nameOf } from "./place.ts";

/** Of a last page: what is wrong with the file as a whole. */
export interface CheckedPage<T> extends Page<T> {
  readonly problem?: string;
}

/** What multipart uploads of one part have. Others, and those of other encryptions, tell nothing of the bytes. */
const ETAG = /^([0-9a-f]{32})-1$/;
const LAST_BLANK = 0x20;

export async function* pagesOfFile<T>(
  packed: AsyncIterable<Uint8Array>,
  file: DataFile,
  { cursor, signal }: { readonly cursor: string | undefined; readonly signal: AbortSignal },
  recordOf: (line: Line) => T | undefined,
): AsyncGenerator<CheckedPage<T>> {
  const done = cursor === undefined ? START : placeOf(cursor);
  const md5 = createHash("md5");
  let [lines, records, damage]: [number, number, string | undefined] = [0, 0, undefined];

  const summed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of packed) {
      md5.update(chunk);
      yield chunk;
    }
  };
  const unread = async function* (): AsyncGenerator<readonly Line[]> {
    try {
      for await (const batch of linesFrom(stoppable(unzipped(summed()), signal), START, nameOf(file.object))) {
        const before = lines;
        lines += batch.length;
        for (const line of batch) if (holdsSomething(line)) records += 1;
        if (lines > done.lines) yield batch.slice(Math.max(0, done.lines - before));
      }
    } catch (error) {
      damage = damageAt(lines, error);
      if (damage === undefined) throw error;
    }
  };
  for await (const page of pagesOf(unread(), signal, recordOf)) {
    const problem = page.next === undefined ? (damage ?? difference(md5.digest(), records, file)) : undefined;
    yield problem === undefined ? page : { ...page, problem };
  }
}

function difference(md5: Buffer, records: number, file: DataFile): string | undefined {
  const found = md5.toString("base64");
  const problems: string[] = [];
  if (found !== file.md5) problems.push(`its md5 is ${found}, and its manifest says ${file.md5}`);
  const [, etag] = ETAG.exec(file.etag) ?? [];
  if (etag !== undefined && problems.length === 0 && createHash("md5").update(md5).digest("hex") !== etag)
    problems.push(`its md5 is not what the etag of its manifest is made of, ${file.etag}`);
  if (records !== file.items) problems.push(`it has ${records} records, and its manifest says ${file.items}`);
  return problems.length === 0 ? undefined : problems.join("; ");
}

const holdsSomething = ({ bytes }: Line): boolean => bytes.some((byte) => byte > LAST_BLANK);
