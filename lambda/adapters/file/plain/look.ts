/** Files → what each of them is and how much it holds; or all that are something else than lines of items, at once. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import type { SourceSize } from "../../../ports/source.ts";
import { beginningOf, foreignBytes, foreignText, isGzip, isText, unzippedBeginningOf } from "./beginning.ts";
import { codeOf, foreignFile, isAbsent, leftOut, notAFile, notGzip, unfitting, unusable } from "./errors.ts";
import type { ItemFile } from "./files.ts";
import { linesIn } from "./line-count.ts";

/** What a file was when it was looked at. */
export interface Version {
  readonly size: number;
  readonly modified: number;
}

export interface Looked extends ItemFile, Version {
  readonly isZipped: boolean;
}

/** Throws MigrationError `source-unusable` with every file that cannot be read, or is no list of items. */
export async function look(path: string, files: readonly ItemFile[]): Promise<Looked[]> {
  const looked: Looked[] = [];
  const faults: Finding[] = [];
  for (const file of files) {
    try {
      const version = await versionOf(file.path);
      looked.push({ ...file, ...version, isZipped: await isZipped(file.path, version) });
    } catch (error) {
      if (!(error instanceof MigrationError) || file.name === undefined) throw error;
      const { name } = file;
      const folder = resolve(file.path.slice(0, -name.length));
      faults.push(
        ...error.findings.map((finding) => ({ ...finding, where: name, remedy: leftOut(finding, file.path, folder) })),
      );
    }
  }
  if (faults.length > 0) throw unfitting(path, files.length, faults);
  return looked;
}

async function versionOf(path: string): Promise<Version> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unusable(path, cause);
  });
  if (!found.isFile()) throw notAFile(path);
  return { size: found.size, modified: found.mtimeMs };
}

/** Whether it is still that one; `gone` where it is not there. */
export async function isStill(path: string, { size, modified }: Version): Promise<boolean | "gone"> {
  try {
    const found = await stat(path);
    return found.isFile() && found.size === size && found.mtimeMs === modified;
  } catch (cause) {
    if (isAbsent(codeOf(cause))) return "gone";
    throw unusable(path, cause);
  }
}

/** By what it begins with, whatever it is called. Throws where that is neither lines nor gzipped lines. */
async function isZipped(path: string, { size }: Version): Promise<boolean> {
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

/** The beginnings of so many files tell of all of them. */
const COUNTED = 16;

export async function sizeOf(files: readonly Looked[]): Promise<SourceSize> {
  const step = Math.max(1, files.length / COUNTED);
  const some = files.filter((_, at) => Math.floor(at / step) > Math.floor((at - 1) / step));
  const counts = await Promise.all(some.map(({ path, size, isZipped }) => linesIn(path, size, isZipped)));
  const items = counts.reduce((sum, count) => sum + count.items, 0);
  const isExact = some.length === files.length && counts.every((count) => count.isExact);
  const [part, whole] = [some, files].map((list) => list.reduce((sum, { size }) => sum + size, 0));
  return {
    items: some.length === files.length ? items : Math.round((items * (whole ?? 0)) / Math.max(1, part ?? 0)),
    isExact,
  };
}
