/** `manifest-summary.json` → what it says of an export, or what is wrong with it. Values of it are shown where they are names. */
import { z } from "zod";
import { EXPORT_ID } from "./place.ts";

/** An export in AWS's own words, checked. */
export interface Summary {
  readonly id: string;
  readonly table: { readonly arn: string; readonly id: string };
  /** Of an incremental export. */
  readonly window?: { readonly from: Date; readonly images: "new" | "new and old" };
  readonly to: Date;
  readonly records: number;
  readonly bucket: string;
  /** As it was asked for, and what the keys in the bucket begin with: empty, or ends in a slash. */
  readonly prefix: string | undefined;
  readonly root: string;
  readonly format: "DYNAMODB_JSON" | "ION";
  /** Items may have been left out, and attributes: the export is not of the whole table. */
  readonly isFiltered: boolean;
}

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const name = (most: number) => z.string().min(1).max(most);

const SUMMARY = z.looseObject({
  exportArn: name(1_100).regex(/^arn:\S+\/export\/[\w-]+$/, "it is no ARN of an export"),
  tableArn: name(1_024).regex(/^arn:[\w:-]+:table\/[\w.-]+$/, "it is no ARN of a table"),
  tableId: name(100).regex(/^[\w-]+$/, "it is no id of a table"),
  exportTime: time.optional(),
  exportFromTime: time.optional(),
  exportToTime: time.optional(),
  s3Bucket: name(255).regex(/^[\w.:/-]+$/, "it is no name of a bucket"),
  s3Prefix: z.string().max(1_024).nullish(),
  manifestFilesS3Key: name(2_048),
  itemCount: z.int().nonnegative(),
  outputFormat: z.enum(["DYNAMODB_JSON", "ION"]),
  outputView: z.enum(["NEW_IMAGE", "NEW_AND_OLD_IMAGES"]).optional(),
  exportType: z.enum(["FULL_EXPORT", "INCREMENTAL_EXPORT"]).optional(),
});

type Read = z.infer<typeof SUMMARY>;
export type SummaryProblem = { readonly problem: string };

export function summaryOf(text: string): Summary | SummaryProblem {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: "it is no JSON, or was cut short" };
  }
  const read = SUMMARY.safeParse(json);
  if (!read.success) return { problem: read.error.issues.map(issueText).join("; ") };
  const { data } = read;
  const id = data.exportArn.slice(data.exportArn.lastIndexOf("/") + 1);
  if (!EXPORT_ID.test(id)) return { problem: "exportArn: it does not end in the id of an export" };
  const tail = `AWSDynamoDB/${id}/manifest-files.json`;
  const root = data.manifestFilesS3Key.slice(0, -tail.length);
  if (!data.manifestFilesS3Key.endsWith(tail) || !/^$|\/$/.test(root))
    return { problem: `manifestFilesS3Key: it does not end in ${tail}` };
  const times = timesOf(data);
  if ("problem" in times) return times;
  return {
    id,
    table: { arn: data.tableArn, id: data.tableId },
    ...times,
    records: data.itemCount,
    bucket: data.s3Bucket,
    prefix: data.s3Prefix ?? undefined,
    root,
    format: data.outputFormat,
    isFiltered: Object.entries(data).some(([key, value]) => FILTER.test(key) && value !== null),
  };
}

/** What the request calls it. */
const FILTER = /filter|expression/i;

const issueText = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.join(".")}: ${message}`;

/** Without a type it is a full one, as those of 2020 and of today are. */
function timesOf(data: Read): Pick<Summary, "window" | "to"> | SummaryProblem {
  const { exportType, exportTime, exportFromTime: from, exportToTime: to, outputView } = data;
  if (exportType !== "INCREMENTAL_EXPORT")
    return exportTime === undefined ? { problem: "exportTime: it is not there" } : { to: exportTime };
  if (from === undefined || to === undefined) return { problem: "exportFromTime, exportToTime: one is not there" };
  if (from >= to) return { problem: "exportToTime: it is not after exportFromTime" };
  if (outputView === undefined) return { problem: "outputView: it is not there" };
  return { window: { from, images: outputView === "NEW_IMAGE" ? "new" : "new and old" }, to };
}
