/** What an operator types where an export is not whole: to fetch a copy again, or to have the table exported again. */
import { shell } from "../../../domain/typed.ts";
import type { ExportFolder, ExportPlace } from "./place.ts";
import type { Summary } from "./summary.ts";

const REQUEST = ["aws", "dynamodb", "export-table-to-point-in-time"];

/** All of an export that is not there as AWS wrote it. Of one whose summary cannot be read it is not known where it came from. */
export function fetchAll({ pathOf }: ExportPlace, { own, shared }: ExportFolder, from?: Summary): string {
  if (pathOf === undefined) return from === undefined ? `export it again: ${shell(...REQUEST)}` : exportAgain(from);
  const bucket =
    from === undefined ? "s3://BUCKET/PREFIX/AWSDynamoDB/" : `s3://${from.bucket}/${from.root}AWSDynamoDB/`;
  return `fetch it again: ${shell("aws", "s3", "sync", bucket, pathOf(shared === "" ? own : shared))}`;
}

/** One object of it. A sync passes over what has the same size. */
export function fetchOne({ pathOf }: ExportPlace, key: string, object: string, from: Summary): string {
  if (pathOf === undefined) return exportAgain(from);
  return `fetch it again: ${shell("aws", "s3", "cp", `s3://${from.bucket}/${object}`, pathOf(key))}`;
}

/** In lines of JSON, and as of now where it is a full one. */
export function exportAgain({ table, bucket, prefix, window, to }: Summary): string {
  const view = window?.images === "new" ? "NEW_IMAGE" : "NEW_AND_OLD_IMAGES";
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1_000);
  const command = [
    ...[...REQUEST, "--table-arn", table.arn, "--s3-bucket", bucket],
    ...(prefix === undefined || prefix === "" ? [] : ["--s3-prefix", prefix]),
    ...["--export-format", "DYNAMODB_JSON"],
    ...(window === undefined
      ? []
      : [
          ...["--export-type", "INCREMENTAL_EXPORT", "--incremental-export-specification"],
          `ExportFromTime=${seconds(window.from)},ExportToTime=${seconds(to)},ExportViewType=${view}`,
        ]),
  ];
  return `export it again: ${shell(...command)}`;
}
