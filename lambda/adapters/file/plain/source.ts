/**
 * A file of DynamoDB-JSON lines, plain or gzipped → pages of items. A plain file is split into ranges of bytes, each
 * holding the lines that begin in it; a gzipped one can only be read from its start and is one unit.
 */
import { createReadStream, realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { ItemSource, SourcePage } from "../../../ports/source.ts";
import { unzipped } from "../lines/gunzip.ts";
import { itemIn } from "../lines/line-codec.ts";
import { type Line, linesBefore, linesFrom, type Place, START } from "../lines/lines.ts";
import { pagesOf, placeOf, stoppable } from "../lines/pages.ts";
import { itemsWithKeys } from "../lines/reread.ts";
import { linesWanted } from "../lines/wanted-lines.ts";
import { beginningOf, foreignBytes, foreignText, isGzip, isText, unzippedBeginningOf } from "./beginning.ts";
import { aFolder, changed, damaged, foreignFile, isSystemError, notAFile, notGzip, unusable } from "./errors.ts";
import { linesIn } from "./line-count.ts";

const COUNTING_BYTES = 1_000_000;

/** Part of one version of a file. `until` is absent of a gzipped one, which is one unit. */
interface Unit {
  readonly size: number;
  readonly modified: number;
  readonly from: number;
  readonly until?: number;
  /** Where reading begins: a byte before, so that what ends there is seen to end. */
  readonly start: Place;
}

/** Whether a line is read, by its text. */
type IsWanted = (text: string) => boolean;

export function fileSource({ path }: { readonly path: string }): ItemSource {
  const plan = async (units: number): Promise<string[]> => {
    const version = await versionOf(path);
    if (await isZipped(path, version)) return [JSON.stringify({ ...version, from: 0, start: START } satisfies Unit)];
    const length = Math.max(1, Math.ceil(version.size / units));
    const starts = Array.from({ length: Math.max(1, Math.ceil(version.size / length)) }, (_, at) => at * length);
    const bytes = starts.map((from) => Math.max(0, from - 1));
    const lines = starts.length === 1 ? [0] : await counted(path, bytes);
    return starts.map((from, at) => {
      const start = { bytes: bytes[at] ?? 0, lines: lines[at] ?? 0 };
      return JSON.stringify({ ...version, from, until: from + length, start } satisfies Unit);
    });
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
      const version = await versionOf(path);
      return { size: await linesIn(path, version.size, await isZipped(path, version)) };
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
  if (found.isDirectory()) throw await aFolder(path);
  if (!found.isFile()) throw notAFile(path);
  return { size: found.size, modified: found.mtimeMs };
}

/** By what it begins with, whatever it is called. Throws where that is neither lines nor gzipped lines. */
async function isZipped(path: string, { size }: Pick<Unit, "size">): Promise<boolean> {
  const beginning = await beginningOf(path).catch((cause: unknown) => {
    throw unusable(path, cause);
  });
  const zipped = isGzip(beginning);
  const packed = foreignBytes(beginning, path);
  if (packed !== undefined) throw foreignFile(path, packed);
  // It is called so, and nothing of it tells what it is: it is empty, or its head is damaged.
  if (!zipped && path.endsWith(".gz") && !isText(beginning)) throw notGzip(path, size);
  const text = foreignText(zipped ? await unzippedBeginningOf(path) : beginning, path);
  if (text !== undefined) throw foreignFile(path, text);
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
    const { from, until, start } = unit;
    const place = cursor === undefined ? undefined : placeOf(cursor);
    const lines =
      until === undefined
        ? unzippedLines(path, place ?? start, signal)
        : rangeLines(path, { isWhole: place !== undefined || from === 0, until }, place ?? start, signal);
    for await (const page of pagesOf(lines, signal, (line) => itemIn(line, isWanted))) {
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
  { isWhole, until }: { readonly isWhole: boolean; readonly until: number },
  start: Place,
  signal: AbortSignal,
): AsyncGenerator<readonly Line[]> {
  let others = isWhole ? 0 : 1;
  const chunks = stoppable(createReadStream(path, { start: start.bytes }), signal);
  for await (const lines of linesFrom(chunks, start)) {
    const beyond = lines.findIndex((line) => line.start >= until);
    yield lines.slice(others, beyond < 0 ? undefined : beyond);
    if (beyond >= 0) return;
    others = 0;
  }
}

/** Lines of a gzipped file. Those before the cursor are unzipped again: gzip has no middle to begin in. */
async function* unzippedLines(path: string, done: Place, signal: AbortSignal): AsyncGenerator<readonly Line[]> {
  let number = 0;
  try {
    for await (const lines of linesFrom(stoppable(unzipped(createReadStream(path)), signal), START)) {
      const before = number;
      number += lines.length;
      if (number > done.lines) yield lines.slice(Math.max(0, done.lines - before));
    }
  } catch (error) {
    throw damaged(path, number, error) ?? error;
  }
}

/** A range begins somewhere: its lines have numbers only where those before it were counted. */
async function counted(path: string, offsets: readonly number[]): Promise<number[]> {
  const chunks = createReadStream(path, { end: offsets.at(-1) ?? 0, highWaterMark: COUNTING_BYTES });
  return linesBefore(chunks, offsets).catch((cause: unknown) => {
    throw unusable(path, cause);
  });
}
