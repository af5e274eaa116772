/** Exports that were asked for → what a person reads: what there is, and what to type next. */
import { type ExportFolder, folderSource } from "../../domain/bucket.ts";
import { counted } from "../../domain/proof/discrepancy.ts";
import { numeral } from "../../domain/proof/summary.ts";
import { shell } from "../../domain/typed.ts";
import type { RequestedExport } from "../../ports/export-requests.ts";
import { grid } from "./text.ts";
import { momentText } from "./time-text.ts";

export interface ToldExports {
  readonly leadsTo: Date;
  readonly ripeAt?: Date;
  readonly exports: readonly RequestedExport[];
}

const moment = (at: Date): string => momentText(at.toISOString());
const size = (bytes: number | undefined): string =>
  bytes === undefined ? "" : `${(bytes / 1e9).toLocaleString("en-US", { maximumFractionDigits: 2 })} GB to pay`;

const lines = (exports: readonly RequestedExport[]): string[] =>
  grid(
    ["export", "of", "", "records", ""],
    exports.map(({ id, from, to, state, records, bytes }) => [
      id,
      from === undefined ? `all, as of ${moment(to)}` : `changes, ${moment(from)} to ${moment(to)}`,
      state,
      records === undefined ? "" : numeral(records),
      size(bytes),
    ]),
  );

/** What is asked for, on one line that changes. */
export function waitingText({ exports, ripeAt }: ToldExports, now: Date): string {
  const underWay = exports.filter(({ state }) => state === "under way");
  if (underWay.length === 0 && ripeAt !== undefined)
    return `waiting: a window is of 15 minutes at least, and the last one ends at ${moment(ripeAt)} UTC`;
  const oldest = Math.min(...underWay.map(({ startedAt }) => startedAt.getTime()));
  const minutes = Math.max(0, Math.floor((now.getTime() - oldest) / 60_000));
  const there = exports.length - underWay.length;
  return `exporting: ${there} of ${exports.length} there, for ${counted(minutes, "minute", "minutes")}`;
}

/** All are there: the words that apply them, one after the other. */
export function exportedText({ leadsTo, exports }: ToldExports, folder: ExportFolder): string {
  const [first] = exports;
  if (first === undefined) return `NOTHING NEWER  what was applied leads up to ${moment(leadsTo)} UTC already.\n`;
  const [, region = ""] = first.place.split("?region=");
  const source = exports.length === 1 ? first.place : folderSource(folder, region);
  return [
    `EXPORTED  ${counted(exports.length, "export leads", "exports lead")} up to ${moment(leadsTo)} UTC.`,
    ...lines(exports),
    "",
    exports.length === 1 ? "To apply it:" : "To apply them, one after the other:",
    `  bin/ddb2pg ${shell("migrate", "--source", source)}`,
    "",
  ].join("\n");
}

/** Left before all were there. */
export const leftText = ({ exports }: ToldExports, again: string): string =>
  [
    `INCOMPLETE  AWS goes on with ${counted(exports.length, "export", "exports")}.`,
    ...lines(exports),
    `  → ${again}`,
  ].join("\n");
