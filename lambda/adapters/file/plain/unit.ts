/** A file, or a range of one, as a unit of a plan → its pages. */
import { createReadStream } from "node:fs";
import { visible } from "../../../domain/visible.ts";
import type { SourcePage } from "../../../ports/source.ts";
import { unzipped } from "../lines/gunzip.ts";
import { itemIn } from "../lines/line-codec.ts";
import { type Line, linesBefore, linesFrom, type Place, START } from "../lines/lines.ts";
import { pagesOf, placeOf, stoppable } from "../lines/pages.ts";
import { changed, damaged, gone, isSystemError, unusable } from "./errors.ts";
import type { Listed } from "./files.ts";
import { isStill, type Looked, type Version } from "./look.ts";

const COUNTING_BYTES = 1_000_000;

/** Part of one version of a file. `until` is absent of a gzipped one, which is one unit. */
export interface Unit extends Version {
  /** Which one, and of which, where the source is several. */
  readonly file?: string;
  readonly of?: Listed;
  readonly from: number;
  readonly until?: number;
  /** Where reading begins: a byte before, so that what ends there is seen to end. */
  readonly start: Place;
}

/** A plain file in ranges of so many bytes, each holding the lines that begin in it; a gzipped one can only be read from its start. */
export async function unitsOf(
  { path, name, size, modified, isZipped }: Looked,
  length: number,
  of: Listed,
): Promise<Unit[]> {
  const version = { ...(name === undefined ? {} : { file: name, of }), size, modified };
  if (isZipped) return [{ ...version, from: 0, start: START }];
  const starts = Array.from({ length: Math.max(1, Math.ceil(size / length)) }, (_, at) => at * length);
  const bytes = starts.map((from) => Math.max(0, from - 1));
  const lines = starts.length === 1 ? [0] : await counted(path, bytes);
  return starts.map((from, at) => {
    const start = { bytes: bytes[at] ?? 0, lines: lines[at] ?? 0 };
    return { ...version, from, until: from + length, start };
  });
}

/** A range begins somewhere: its lines have numbers only where those before it were counted. */
async function counted(path: string, offsets: readonly number[]): Promise<number[]> {
  const chunks = createReadStream(path, { end: offsets.at(-1) ?? 0, highWaterMark: COUNTING_BYTES });
  return linesBefore(chunks, offsets).catch((cause: unknown) => {
    throw unusable(path, cause);
  });
}

export interface Reading {
  readonly cursor: string | undefined;
  readonly signal: AbortSignal;
  /** Whether a line is read, by its text. */
  readonly isWanted: (text: string) => boolean;
  /** Throws where files have come or gone since the plan was made. */
  readonly mustBeAll: (when: "before" | "after") => Promise<void>;
}

export async function* pagesFrom(path: string, unit: Unit, reading: Reading): AsyncGenerator<SourcePage> {
  const { cursor, signal, isWanted, mustBeAll } = reading;
  const mustBeUnchanged = async (): Promise<void> => {
    const still = await isStill(path, unit);
    if (still !== true) throw still === "gone" ? gone(path) : changed(path);
  };
  await mustBeUnchanged();
  await mustBeAll("before");
  try {
    const { from, until, start } = unit;
    const place = cursor === undefined ? undefined : placeOf(cursor);
    const file = { path, name: unit.file && visible(unit.file), signal };
    const lines =
      until === undefined
        ? unzippedLines(file, place ?? start)
        : rangeLines(file, { isWhole: place !== undefined || from === 0, until }, place ?? start);
    for await (const page of pagesOf(lines, signal, (line) => itemIn(line, isWanted))) {
      // After the page was read, not before: only then is all of it from the file that was planned.
      await mustBeUnchanged();
      if (page.next === undefined) await mustBeAll("after");
      yield page;
    }
  } catch (error) {
    // A file that is being written looks damaged, too.
    await mustBeUnchanged();
    throw isSystemError(error) ? unusable(path, error) : error;
  }
}

interface Opened {
  readonly path: string;
  readonly name: string | undefined;
  readonly signal: AbortSignal;
}

/** Lines that begin inside the range. The line the range cuts into belongs to the one before. */
async function* rangeLines(
  { path, name, signal }: Opened,
  { isWhole, until }: { readonly isWhole: boolean; readonly until: number },
  start: Place,
): AsyncGenerator<readonly Line[]> {
  let others = isWhole ? 0 : 1;
  const chunks = stoppable(createReadStream(path, { start: start.bytes }), signal);
  for await (const lines of linesFrom(chunks, start, name)) {
    const beyond = lines.findIndex((line) => line.start >= until);
    yield lines.slice(others, beyond < 0 ? undefined : beyond);
    if (beyond >= 0) return;
    others = 0;
  }
}

/** Lines of a gzipped file. Those before the cursor are unzipped again: gzip has no middle to begin in. */
async function* unzippedLines({ path, name, signal }: Opened, done: Place): AsyncGenerator<readonly Line[]> {
  let number = 0;
  try {
    for await (const lines of linesFrom(stoppable(unzipped(createReadStream(path)), signal), START, name)) {
      const before = number;
      number += lines.length;
      if (number > done.lines) yield lines.slice(Math.max(0, done.lines - before));
    }
  } catch (error) {
    throw damaged(path, number, error) ?? error;
  }
}
