/** What the file system says of a file that cannot be read → a sentence for the operator. */
import { dirname, join } from "node:path";
import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import { shell } from "../../../domain/typed.ts";
import { damageAt } from "../lines/gunzip.ts";
import type { Foreign } from "./beginning.ts";

const ABSENT = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"]);
const DENIED = new Set(["EACCES", "EPERM"]);

export const isAbsent = (code: string): boolean => ABSENT.has(code);

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
  const remedy = `name a file of DynamoDB-JSON lines: ${source("ITEMS.jsonl")}`;
  return new MigrationError("source-unusable", `it is neither a file nor a folder: ${path}`, remedy);
}

const source = (path: string): string => shell("--source", `file:${path}`);

/** What a pattern or a folder should name, and does not. */
export function noSuchFiles(
  path: string,
  where: { readonly root: string; readonly pattern: string } | { readonly others: readonly string[] },
): MigrationError {
  const list = (folder: string): string => shell("find", "-L", folder, "-type", "f");
  if ("pattern" in where) {
    const remedy = `correct it; these files are there: ${list(where.root)}`;
    return new MigrationError("source-unusable", `no file in ${where.root} fits ${where.pattern}`, remedy);
  }
  const problem = `no file in ${path} ends in .json, .jsonl or .ndjson, or in one of these and .gz`;
  const remedy =
    where.others.length === 0
      ? `put them there, until this lists them: ${list(path)}`
      : `where others hold the items, name them by a pattern: ${source(join(path, endingOf(where.others)))}`;
  return new MigrationError("source-unusable", problem, remedy);
}

/** A pattern that fits some of them. */
function endingOf(names: readonly string[]): string {
  const [first = ""] = names;
  const folder = first.includes("/") ? "**/" : "";
  return `${folder}*${/\.[^./]+$/.exec(first)?.[0] ?? ""}`;
}

const MOST_NAMED = 5;

/** Files in a folder whose names say that they hold no items: nobody should find out by counting. */
export function notRead(path: string, others: readonly string[]): Finding {
  const named = others.slice(0, MOST_NAMED).join(", ");
  const more = others.length > MOST_NAMED ? `, and ${others.length - MOST_NAMED} more` : "";
  return {
    where: `file:${path}`,
    problem: `${others.length === 1 ? "a file is" : `${others.length} files are`} not read, since they end otherwise than in .json, .jsonl or .ndjson, or in these and .gz: ${named}${more}`,
    remedy: `nothing is to be done where they hold no items; else name all by a pattern: ${source(join(path, "**/*"))}`,
  };
}

export const unfitting = (path: string, of: number, findings: readonly Finding[]): MigrationError =>
  new MigrationError(
    "source-unusable",
    `${findings.length} of the ${of} files of ${path} cannot be read`,
    "see each finding",
    { findings },
  );

/** What to do with a file of a folder. */
export const leftOut = ({ remedy }: Finding, path: string, folder: string): string =>
  `${remedy}; where it holds no items, take it out of there: ${shell("mv", path, dirname(folder))}`;

export const otherFiles = (path: string, planned: number, now: number): MigrationError =>
  new MigrationError(
    "source-changed",
    `files have come to ${path}, or gone from it, while it was being read: ${planned} before, ${now} now`,
    "put back those the pass began with; or take the run back with rollback, then migrate these",
  );

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

const BACK =
  "put back the file the pass began with; or, where that was damaged, take the run back with rollback, then migrate this one";

export const changed = (path: string): MigrationError =>
  new MigrationError("source-changed", `the file ${path} was changed while it was being read`, BACK);

export const gone = (path: string): MigrationError =>
  new MigrationError("source-changed", `the file ${path} has gone since the pass began`, BACK);

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
