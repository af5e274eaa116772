/** What the file system says of a file that cannot be read → a sentence for the operator. */
import { MigrationError } from "../../domain/migration-error.ts";

export function unusable(path: string, cause: unknown): MigrationError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const problem =
    code === "ENOENT"
      ? "there is no file"
      : code === "EACCES"
        ? "this user may not read"
        : cause === undefined
          ? "it is not a file:"
          : "cannot read";
  return new MigrationError("source-unusable", `${problem} ${path}`, "correct the path after file:", { cause });
}
