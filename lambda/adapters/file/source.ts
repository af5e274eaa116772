/**
 * A file of DynamoDB-JSON lines, plain or gzipped → pages of items. A plain file is split into ranges of bytes, each
 * holding the lines that begin in it; a gzipped one can only be read from its start and is one unit.
 */
import { realpathSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { createGunzip } from "node:zlib";
import { parseItem } from "../../domain/dynamodb-json.ts";
import { MigrationError } from "../../domain/migration-error.ts";
import type { SourceRecord } from "../../domain/source-record.ts";
import type { ItemSource, SourcePage } from "../../ports/source.ts";
import { unusable } from "./errors.ts";
import { type Line, linesFrom } from "./lines.ts";

/** A page ends after a megabyte, as a Scan's does, or a thousand lines. A longer line is a page of its own. */
const PAGE_BYTES = 1_000_000;
const PAGE_LINES = 1_000;

/** Part of one version of a file. `until` is absent where the unit goes to the end. */
interface Unit {
  readonly size: number;
  readonly modified: number;
  readonly from: number;
  readonly until?: number;
}

export function fileSource({ path }: { readonly path: string }): ItemSource {
  const zipped = path.endsWith(".gz");
  return {
    name: `file:${realPath(path)}`,
    consistency: "point-in-time",
    reread: "by-position",
    inspect: async () => {
      const found = await stat(path).catch((cause: unknown) => {
        throw unusable(path, cause);
      });
      if (!found.isFile()) throw unusable(path, undefined);
      await (await openFile(path)).close();
      return {};
    },
    plan: async (units) => {
      const { size, mtimeMs: modified } = await stat(path);
      if (zipped) return [JSON.stringify({ size, modified, from: 0 } satisfies Unit)];
      const length = Math.max(1, Math.ceil(size / units));
      const starts = Array.from({ length: Math.max(1, Math.ceil(size / length)) }, (_, at) => at * length);
      return starts.map((from) => JSON.stringify({ size, modified, from, until: from + length } satisfies Unit));
    },
    read: (text, cursor, signal) => readUnit(path, zipped, text, cursor, signal),
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

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (cause) {
    throw unusable(path, cause);
  }
}

async function* readUnit(
  path: string,
  zipped: boolean,
  text: string,
  cursor: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<SourcePage> {
  const unit: Unit = JSON.parse(text);
  const file = await openFile(path);
  try {
    const { size, mtimeMs } = await file.stat();
    if (size !== unit.size || mtimeMs !== unit.modified) {
      throw new MigrationError(
        "source-changed",
        `the file ${path} was changed while it was being read`,
        "put back the file the pass began with",
      );
    }
    const lines = zipped ? unzippedLines(file, Number(cursor ?? 0)) : rangeLines(file, unit, cursor);
    yield* pagesOf(lines, signal);
  } finally {
    await file.close();
  }
}

/** Lines that begin inside the range. The line the range cuts into belongs to the one before. */
async function* rangeLines(file: FileHandle, { from, until }: Unit, cursor: string | undefined): AsyncGenerator<Line> {
  // One byte earlier: where that byte ends a line, the range begins with a whole one.
  const start = cursor === undefined ? Math.max(0, from - 1) : Number(cursor);
  const skipsFirst = cursor === undefined && from > 0;
  let first = true;
  for await (const line of linesFrom(file.createReadStream({ start, autoClose: false }), start)) {
    if (until !== undefined && line.start >= until) return;
    if (!(first && skipsFirst)) yield line;
    first = false;
  }
}

/** Lines of a gzipped file after the first `done`: they are unzipped again, because gzip has no middle to begin in. */
async function* unzippedLines(file: FileHandle, done: number): AsyncGenerator<Line> {
  const zipped = file.createReadStream({ start: 0, autoClose: false });
  const unzipped = createGunzip();
  zipped.on("error", (error) => unzipped.destroy(error));
  let number = 0;
  try {
    for await (const line of linesFrom(zipped.pipe(unzipped), 0)) {
      number += 1;
      if (number > done) yield { ...line, next: number, position: `line ${number}` };
    }
  } catch (cause) {
    throw new MigrationError(
      "source-unusable",
      `the gzipped file ends early or is damaged after line ${number}`,
      "fetch it again",
      { cause },
    );
  } finally {
    zipped.destroy();
    unzipped.destroy();
  }
}

async function* pagesOf(lines: AsyncIterable<Line>, signal: AbortSignal): AsyncGenerator<SourcePage> {
  let [records, bytes, next]: [SourceRecord[], number, number] = [[], 0, 0];
  for await (const line of lines) {
    if (signal.aborted) return;
    // A page is handed on when it is known that something follows: only then has it a `next`.
    if (bytes + line.bytes.length > PAGE_BYTES || records.length >= PAGE_LINES) {
      if (bytes > 0) yield { records, next: String(next) };
      [records, bytes] = [[], 0];
    }
    const record = recordOf(line);
    if (record !== undefined) records.push(record);
    bytes += line.bytes.length;
    next = line.next;
  }
  if (!signal.aborted) yield { records };
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** One line → a record; a blank one is nothing. */
function recordOf({ bytes, position }: Line): SourceRecord | undefined {
  const wrong = (detail: string): SourceRecord => {
    return { unreadable: { position, text: Buffer.from(bytes).toString("utf8"), detail } };
  };
  let text: string;
  try {
    text = strict.decode(bytes).trim();
  } catch {
    return wrong("the line is not UTF-8");
  }
  if (text === "") return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return wrong("the line is not JSON, or was cut short");
  }
  if (typeof json !== "object" || json === null || !("Item" in json)) return wrong('the line has no "Item"');
  const parsed = parseItem(json.Item);
  return "item" in parsed ? parsed : wrong(parsed.problem);
}
