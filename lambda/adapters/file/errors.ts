/** What the file system says of a file that cannot be read → a sentence for the operator. */
import { MigrationError } from "../../domain/migration-error.ts";

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

export function changed(path: string): MigrationError {
  return new MigrationError(
    "source-changed",
    `the file ${path} was changed while it was being read`,
    "put back the file the pass began with",
  );
}

/** An error of the operating system, as opposed to one of this program. */
export const isSystemError = (error: unknown): boolean => error instanceof Error && "syscall" in error;

/** An error of the decompressor: the stream ends early, or its checksum does not fit. */
export const isDamage = (error: unknown): boolean => /^Z_/.test(String(codeOf(error)));

export function damaged(path: string, line: number, cause: unknown): MigrationError {
  return new MigrationError(
    "source-unusable",
    `the gzipped file ${path} ends early or is damaged after line ${line}`,
    "fetch it again: what is missing cannot be known",
    { cause },
  );
}
