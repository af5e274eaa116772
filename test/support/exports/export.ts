/**
 * Items or changes → one export in AWS's exact layout. Given as a list they stand in hash order, as AWS has them; a stream is
 * not held, so of it only the files do.
 */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { must } from "../../../lambda/domain/must.ts";
import { type ExportBucket, rootOf } from "./bucket.ts";
import { DataFile, type FileEntry } from "./data-file.ts";
import { changeLine, type Images, itemLine, type Placed, type Timestamps, type WindowChange } from "./lines.ts";

export interface WrittenExport {
  readonly id: string;
  /** Path of the export's own folder. */
  readonly folder: string;
  readonly summary: string;
  readonly manifest: string;
  /** Its data files, in the manifest's order, with their paths. */
  readonly files: readonly (FileEntry & { readonly path: string })[];
  readonly records: number;
}

interface FullExport {
  readonly at: Date;
  readonly items: Iterable<Item>;
  /** As many as the table has partitions: some of them may hold nothing. */
  readonly files?: number;
}

interface IncrementalExport {
  /** Whole seconds, both: inclusive, and exclusive. */
  readonly from: Date;
  readonly to: Date;
  readonly changes: readonly WindowChange[];
  readonly images?: Images;
  readonly timestamps?: Timestamps;
  readonly files?: number;
}

const FILES = 4;
/** How long AWS takes for the least of them. */
const TAKES = 5 * 60_000;

export function writeFullExport(
  bucket: ExportBucket,
  { at, items, files = FILES }: FullExport,
): Promise<WrittenExport> {
  const { keys } = bucket.table;
  const lines = Array.isArray(items) ? inHashOrder(items.map((item) => itemLine(item, keys))) : placed(items, keys);
  return write(bucket, { at, version: "2020-06-30", times: { exportTime: at }, lines, files });
}

export function writeIncrementalExport(
  bucket: ExportBucket,
  { from, to, changes, images = "NEW_AND_OLD_IMAGES", timestamps = "number", files = FILES }: IncrementalExport,
): Promise<WrittenExport> {
  const { keys } = bucket.table;
  const lines = inHashOrder(changes.map((change) => changeLine(change, images, timestamps, keys)));
  // Asked for a moment after the window has ended.
  const at = new Date(to.getTime() + 24_000);
  const times = { exportFromTime: from, exportToTime: to };
  return write(bucket, { at, version: "2023-08-01", times, images, lines, files });
}

function* placed(items: Iterable<Item>, keys: readonly string[]): Generator<Placed> {
  for (const item of items) yield itemLine(item, keys);
}

const inHashOrder = (lines: readonly Placed[]): readonly Placed[] => lines.toSorted((a, b) => a.hash - b.hash);

interface Unwritten {
  /** When it was asked for. */
  readonly at: Date;
  readonly version: string;
  readonly times: Readonly<Record<string, Date>>;
  /** Of an incremental one. */
  readonly images?: Images;
  readonly lines: Iterable<Placed>;
  readonly files: number;
}

async function write(bucket: ExportBucket, unwritten: Unwritten): Promise<WrittenExport> {
  const { at, version, times, images, lines, files } = unwritten;
  const { folder, prefix, table } = bucket;
  const root = rootOf(bucket);
  const unique = createHash("md5")
    .update(`${table.arn} ${images} ${JSON.stringify(times)}`)
    .digest("hex")
    .slice(0, 8);
  const id = `${String(at.getTime()).padStart(14, "0")}-${unique}`;
  // Data of incremental exports stand together, whichever export they are of.
  const data = images === undefined ? `${root}/${id}/data` : `${root}/data`;
  await mkdir(join(folder, root, id), { recursive: true });
  await mkdir(join(folder, data), { recursive: true });
  await writeFile(join(folder, root, id, "_started"), "");

  const keysOfFiles = Array.from({ length: files }, (_, part) => `${data}/${fileName(`${id} ${part}`)}.json.gz`);
  const open = keysOfFiles.map((key) => new DataFile(join(folder, key), key));
  for (const { line, hash } of lines) await must(open[Math.floor(hash * files)], "a hash is a fraction").add(line);
  const entries = await Promise.all(open.map((file) => file.end()));
  const itemCount = entries.reduce((sum, entry) => sum + entry.itemCount, 0);
  const manifestKey = `${root}/${id}/manifest-files.json`;
  const told = {
    version,
    exportArn: `${table.arn}/export/${id}`,
    startTime: at,
    endTime: new Date(at.getTime() + TAKES),
    tableArn: table.arn,
    tableId: table.id,
    ...times,
    s3Bucket: "exports-of-tables",
    s3Prefix: prefix,
    s3SseAlgorithm: "AES256",
    s3SseKmsKeyId: null,
    manifestFilesS3Key: manifestKey,
    billedSizeBytes: images === undefined ? 0 : 10_000_000,
    itemCount,
    outputFormat: "DYNAMODB_JSON",
    ...(images === undefined ? {} : { outputView: images, exportType: "INCREMENTAL_EXPORT" }),
  };
  const written: WrittenExport = {
    id,
    folder: join(folder, root, id),
    summary: join(folder, root, id, "manifest-summary.json"),
    manifest: join(folder, manifestKey),
    files: entries.map((entry) => ({ ...entry, path: join(folder, entry.dataFileS3Key) })),
    records: itemCount,
  };
  await writeSummed(written.manifest, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  // AWS writes it last: an export without it is not finished.
  await writeSummed(written.summary, JSON.stringify(told));
  return written;
}

/** A manifest, and its checksum beside it. */
export async function writeSummed(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await writeFile(path.replace(/\.json$/, ".md5"), createHash("md5").update(text).digest("base64"));
}

const DIGITS = "abcdefghijklmnopqrstuvwxyz234567";

/** 128 bits in base 32 are 26 characters. */
function fileName(of: string): string {
  const bits = createHash("md5")
    .update(of)
    .digest()
    .reduce((text, byte) => text + byte.toString(2).padStart(8, "0"), "");
  return Array.from(
    { length: 26 },
    (_, at) => DIGITS[Number.parseInt(bits.slice(at * 5, at * 5 + 5).padEnd(5, "0"), 2)],
  ).join("");
}
