/** What the file system says of a file that cannot be read → a sentence for the operator. */
import { MigrationError } from "../../domain/migration-error.ts";
import { Beyond } from "./gunzip.ts";

const PROBLEMS: Record<string, string> = {
  ENOENT: "there is no file",
  ENOTDIR: "there is no file",
  EACCES: "this user may not read",
  EPERM: "this user may not read",
};

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

export function unusable(path: string, cause: unknown): MigrationError {
  const problem = PROBLEMS[String(codeOf(cause))] ?? "cannot read";
  return new MigrationError("source-unusable", `${problem} ${path}`, "correct the path after file:", { cause });
}

export function notAFile(path: string): MigrationError {
  return new MigrationError("source-unusable", `it is not a file: ${path}`, "name a file of DynamoDB-JSON lines");
}

export function notGzip(path: string): MigrationError {
  return new MigrationError(
    "source-unusable",
    `${path} is called .gz and is no gzipped file: it begins otherwise`,
    "fetch it again; where it holds plain lines, give it a name without .gz",
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

/** What the decompressor says. Of a damaged member not even the lines it gave can be trusted: the checksum comes last. */
function damageAt(line: number, error: unknown): string | undefined {
  if (error instanceof Beyond) return `goes on after line ${line} with what is no gzip`;
  const code = String(codeOf(error));
  if (code === "Z_BUF_ERROR") return `ends early, after line ${line}`;
  return code.startsWith("Z_") ? `is damaged: it cannot be read further than line ${line}` : undefined;
}

/** Undefined of an error that does not come from the decompressor. */
export function damaged(path: string, line: number, cause: unknown): MigrationError | undefined {
  const damage = damageAt(line, cause);
  if (damage === undefined) return undefined;
  const remedy =
    "fetch it again: what is missing cannot be known; where lines of it have been migrated already, take them back with rollback first";
  return new MigrationError("source-unusable", `the gzipped file ${path} ${damage}`, remedy, { cause });
}
