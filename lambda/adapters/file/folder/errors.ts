/** What the file system says of a folder, or of a file in it, that cannot be read → a sentence for the operator. */
import { MigrationError } from "../../../domain/migration-error.ts";
import { shell } from "../../../domain/typed.ts";
import { problemOf } from "../plain/errors.ts";

export const noFolder = (root: string, cause?: unknown): MigrationError =>
  new MigrationError(
    "source-unusable",
    cause === undefined ? `it is no folder: ${root}` : `${problemOf(cause, "there is no folder")} ${root}`,
    `correct its path, until this shows what is in it: ${shell("ls", "-l", `${root}/`)}`,
    { cause },
  );

export const unreadable = (path: string, cause: unknown): MigrationError =>
  new MigrationError(
    "source-unusable",
    `${problemOf(cause, "a link leads to no file, or leads in a circle:")} ${path}`,
    `mend that, until this shows how long it is: ${shell("wc", "-c", path)}`,
    { cause },
  );

export const notAFile = (path: string): MigrationError =>
  new MigrationError(
    "source-unusable",
    `it is neither a file nor a folder: ${path}`,
    `put the file there that the bucket has: ${shell("aws", "s3", "cp", "s3://BUCKET/KEY", path)}`,
  );
