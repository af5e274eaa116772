/** What is said of a bucket, `s3://BUCKET/PREFIX` or without the scheme → where exports stand. */
import { MigrationError } from "./migration-error.ts";

export interface ExportFolder {
  readonly bucket: string;
  /** Without slashes around it; empty where there is none. */
  readonly prefix: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** What stands behind a question mark is for the reader of exports. Throws MigrationError `settings`. */
export function exportFolder(text: string): ExportFolder {
  const [place = ""] = text.replace(/^s3:\/\//, "").split("?", 1);
  const [bucket = "", ...prefix] = place.split("/");
  if (!BUCKET.test(bucket)) {
    const problem = bucket === "" ? "no bucket is named" : `${bucket} is the name of no bucket`;
    throw new MigrationError("settings", problem, "write --bucket s3://BUCKET or --bucket s3://BUCKET/PREFIX");
  }
  return { bucket, prefix: prefix.filter((part) => part !== "").join("/") };
}

/** As a source takes it: all exports there. */
export const folderSource = ({ bucket, prefix }: ExportFolder, region: string): string =>
  `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}?region=${region}`;
