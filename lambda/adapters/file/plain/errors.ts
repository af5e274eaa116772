/** What the file system says of a file that cannot be read → a sentence for the operator. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { MigrationError } from "../../../domain/migration-error.ts";
import { shell } from "../../../domain/typed.ts";
import { damageAt } from "../lines/gunzip.ts";
import type { Foreign } from "./beginning.ts";

const ABSENT = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"]);
const DENIED = new Set(["EACCES", "EPERM"]);

export const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** What stands before a path, by an error of the operating system. */
export const problemOf = (cause: unknown, absent: string): string =>
  ABSENT.has(codeOf(cause)) ? absent : DENIED.has(codeOf(cause)) ? "this user may not read" : "cannot read";

export function unusable(path: string, cause: unknown): MigrationError {
  return new MigrationError(
    "source-unusable",
    `${problemOf(cause, "there is no file")} ${path}`,
    `correct the path after file:, until this shows the file: ${shell("ls", "-l", path)}`,
    { cause },
  );
}

export function notAFile(path: string): MigrationError {
  return new MigrationError("source-unusable", `it is not a file: ${path}`, "name a file of DynamoDB-JSON lines");
}

const source = (path: string): string => shell("--source", `file:${path}`);

/** An export is many files, and members of gzip may stand one after the other. */
export async function aFolder(path: string): Promise<MigrationError> {
  const names = await readdir(path).catch(() => []);
  const [first, ...more] = names.filter((name) => /\.(?:jsonl?|gz)$/.test(name)).sort();
  const zipped = more.length > 0 && [first, ...more].every((name) => name?.endsWith(".gz"));
  const remedy =
    first === undefined
      ? `name a file of DynamoDB-JSON lines: ${source(join(path, "ITEMS.jsonl"))}`
      : zipped
        ? `put them together (cat ${shell(path)}/*.gz > items.jsonl.gz), and name that: ${source("items.jsonl.gz")}`
        : `name a file in it: ${source(join(path, first))}`;
  return new MigrationError("source-unusable", `it is a folder: ${path}`, remedy);
}

export function foreignFile(path: string, { is, remedy }: Foreign): MigrationError {
  return new MigrationError("source-unusable", `${path} is ${is}`, remedy);
}

export function notGzip(path: string, size: number): MigrationError {
  const problem = `${path} is called .gz and is no gzipped file: ${size === 0 ? "it is empty" : "it begins otherwise"}`;
  return new MigrationError(
    "source-unusable",
    problem,
    `fetch it again, until this finds no fault: ${shell("gzip", "-t", path)}`,
  );
}

export function changed(path: string): MigrationError {
  return new MigrationError(
    "source-changed",
    `the file ${path} was changed while it was being read`,
    "put back the file the pass began with; or, where that was damaged, take the run back with rollback, then migrate this one",
  );
}

/** An error of the operating system, as opposed to one of this program. */
export const isSystemError = (error: unknown): boolean => error instanceof Error && "syscall" in error;

/** Undefined of an error that does not come from the decompressor. */
export function damaged(path: string, line: number, cause: unknown): MigrationError | undefined {
  const damage = damageAt(line, cause);
  if (damage === undefined) return undefined;
  const remedy =
    "fetch it again: what is missing cannot be known; where lines of it have been migrated already, take them back with rollback first";
  return new MigrationError("source-unusable", `the gzipped file ${path} ${damage}`, remedy, { cause });
}
