/**
 * A file of DynamoDB-JSON lines, plain or gzipped → pages of items. A plain file is split into ranges of bytes, each
 * holding the lines that begin in it; a gzipped one can only be read from its start and is one unit.
 */
import { createReadStream, realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { SourceRecord } from "../../domain/decode/source-record.ts";
import type { ItemSource, SourcePage } from "../../ports/source.ts";
import { changed, damaged, isSystemError, notAFile, notGzip, unusable } from "./errors.ts";
import { isGzip, unzipped } from "./gunzip.ts";
import { recordOf } from "./line-codec.ts";
import { type Line, linesFrom } from "./lines.ts";
import { itemsWithKeys } from "./reread.ts";
import { linesWanted } from "./wanted-lines.ts";

/** A page ends after a megabyte, as a Scan's does, or a thousand lines. A longer line is a page of its own. */
const PAGE_BYTES = 1_000_000;
const PAGE_LINES = 1_000;

/** Part of one version of a file. `until` is absent of a gzipped one, which is one unit. */
interface Unit {
  readonly size: number;
  readonly modified: number;
  readonly from: number;
  readonly until?: number;
}

/** Whether a line is read, by its text. */
type IsWanted = (text: string) => boolean;

export function fileSource({ path }: { readonly path: string }): ItemSource {
  const plan = async (units: number): Promise<string[]> => {
    const version = await versionOf(path);
    if (await isZipped(path)) return [JSON.stringify({ ...version, from: 0 } satisfies Unit)];
    const length = Math.max(1, Math.ceil(version.size / units));
    const starts = Array.from({ length: Math.max(1, Math.ceil(version.size / length)) }, (_, at) => at * length);
    return starts.map((from) => JSON.stringify({ ...version, from, until: from + length } satisfies Unit));
  };
  // Leaving attributes out would save nothing: a line is read whole or not at all.
  const reading =
    (isWanted: IsWanted): ItemSource["read"] =>
    (unit, cursor, signal) =>
      pagesFrom(path, JSON.parse(unit), cursor, signal, isWanted);
  return {
    name: `file:${realPath(path)}`,
    keys: "may repeat",
    reread: { how: "by-position", get: (keys) => itemsWithKeys(keys, { plan, read: reading(linesWanted(keys)) }) },
    inspect: async () => {
      await versionOf(path);
      await isZipped(path);
      return {};
    },
    plan,
    read: reading(() => true),
  };
}

/** The same file by another path is the same source. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Whether it is there is for `inspect` to say.
    return resolve(path);
  }
}

async function versionOf(path: string): Promise<Pick<Unit, "size" | "modified">> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unusable(path, cause);
  });
  if (!found.isFile()) throw notAFile(path);
  return { size: found.size, modified: found.mtimeMs };
}

/** By what it begins with. One that is called .gz and does not begin so is damaged, empty, or not what its name says. */
async function isZipped(path: string): Promise<boolean> {
  const zipped = await isGzip(path).catch((cause: unknown) => {
    throw unusable(path, cause);
  });
  if (!zipped && path.endsWith(".gz")) throw notGzip(path);
  return zipped;
}

async function* pagesFrom(
  path: string,
  unit: Unit,
  cursor: string | undefined,
  signal: AbortSignal,
  isWanted: IsWanted,
): AsyncGenerator<SourcePage> {
  const mustBeUnchanged = async (): Promise<void> => {
    const { size, modified } = await versionOf(path);
    if (size !== unit.size || modified !== unit.modified) throw changed(path);
  };
  await mustBeUnchanged();
  try {
    const { size, from, until } = unit;
    const lines =
      until === undefined
        ? unzippedLines(path, size, cursor, signal)
        : rangeLines(path, { from, until }, cursor, signal);
    for await (const page of pagesOf(lines, signal, isWanted)) {
      // After the page was read, not before: only then is all of it from the file that was planned.
      await mustBeUnchanged();
      yield page;
    }
  } catch (error) {
    // A file that is being written looks damaged, too.
    await mustBeUnchanged();
    throw isSystemError(error) ? unusable(path, error) : error;
  }
}

/** Lines that begin inside the range. The line the range cuts into belongs to the one before. */
async function* rangeLines(
  path: string,
  { from, until }: { readonly from: number; readonly until: number },
  cursor: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly Line[]> {
  // One byte earlier: where that byte ends a line, the range begins with a whole one.
  const start = cursor === undefined ? Math.max(0, from - 1) : Number(cursor);
  let others = cursor === undefined && from > 0 ? 1 : 0;
  const chunks = stoppable(createReadStream(path, { start }), signal);
  for await (const lines of linesFrom(chunks, start)) {
    const beyond = lines.findIndex((line) => line.start >= until);
    yield lines.slice(others, beyond < 0 ? undefined : beyond);
    if (beyond >= 0) return;
    others = 0;
  }
}

/** Lines of a gzipped file, counted. Those before the cursor are unzipped again: gzip has no middle to begin in. */
async function* unzippedLines(
  path: string,
  size: number,
  cursor: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly Line[]> {
  const done = Number(cursor ?? 0);
  let number = 0;
  try {
    for await (const lines of linesFrom(stoppable(unzipped(path, size), signal), 0)) {
      const before = number;
      number += lines.length;
      if (number <= done) continue;
      const counted = lines.map((line, at): Line => {
        const next = before + at + 1;
        return { ...line, next, position: `line ${next}` };
      });
      yield counted.slice(Math.max(0, done - before));
    }
  } catch (error) {
    throw damaged(path, number, error) ?? error;
  }
}

/** Looks at the signal at every chunk: the lines before a cursor, or one endless line, must not outlast an abort. */
async function* stoppable(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (signal.aborted) return;
    yield chunk;
  }
}

async function* pagesOf(
  batches: AsyncIterable<readonly Line[]>,
  signal: AbortSignal,
  isWanted: IsWanted,
): AsyncGenerator<SourcePage> {
  let [records, bytes, next]: [SourceRecord[], number, number] = [[], 0, 0];
  for await (const lines of batches) {
    for (const line of lines) {
      // What an abort cut short is no line.
      if (signal.aborted) return;
      // A page is handed on when it is known that something follows: only then has it a `next`.
      if (bytes > 0 && (bytes + line.length > PAGE_BYTES || records.length >= PAGE_LINES)) {
        yield { records, next: String(next) };
        [records, bytes] = [[], 0];
      }
      const record = recordOf(line, isWanted);
      if (record !== undefined) records.push(record);
      bytes += line.length;
      next = line.next;
    }
  }
  if (!signal.aborted) yield { records };
}
