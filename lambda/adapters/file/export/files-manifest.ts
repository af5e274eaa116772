/** `manifest-files.json` → the data files of an export, or all that is wrong with it. No key of it leads out of the export. */
import { z } from "zod";
import type { ExportFolder } from "./place.ts";
import type { Summary } from "./summary.ts";

/** A data file as its manifest names it. */
export interface DataFile {
  /** In the bucket that AWS wrote to. */
  readonly object: string;
  readonly md5: string;
  readonly etag: string;
  readonly items: number;
}

const FILE = z.looseObject({
  itemCount: z.int().nonnegative(),
  md5Checksum: z.string().regex(/^[A-Za-z0-9+/]{22}==$/, "it is no md5 in base64"),
  etag: z.string().max(200),
  dataFileS3Key: z.string().max(2_048),
});

/** More lines than these would be the same said again. */
const MOST_TOLD = 5;

export function filesOf(
  text: string,
  summary: Summary,
): readonly DataFile[] | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const files: DataFile[] = [];
  const seen = new Set<string>();
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const read = fileOf(line, summary);
    const problem =
      typeof read === "string" ? read : seen.has(read.object) ? "it names a data file once more" : undefined;
    if (problem !== undefined) problems.push(`line ${at + 1}: ${problem}`);
    if (typeof read === "string") continue;
    seen.add(read.object);
    files.push(read);
  }
  if (problems.length > MOST_TOLD)
    problems.splice(MOST_TOLD, problems.length, `${problems.length - MOST_TOLD} more lines`);
  if (problems.length > 0) return { problems };
  if (files.length === 0) return { problems: ["it names no data file, and every export has one"] };
  const records = files.reduce((sum, { items }) => sum + items, 0);
  if (records === summary.records) return files;
  return {
    problems: [`its files have ${records} records together, and manifest-summary.json says ${summary.records}`],
  };
}

function fileOf(line: string, { id, root }: Summary): DataFile | string {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return "it is no JSON, or was cut short";
  }
  const read = FILE.safeParse(json);
  if (!read.success) return read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  const { dataFileS3Key: object, md5Checksum: md5, etag, itemCount: items } = read.data;
  // What the key says of its folder is not taken: only which of the two it is, and the name.
  if (partsOf(object, id)?.root !== root) return "dataFileS3Key: it leads out of the export";
  return { object, md5, etag, items };
}

interface KeyParts {
  readonly root: string;
  readonly isOwn: boolean;
  readonly name: string;
}

function partsOf(object: string, id: string): KeyParts | undefined {
  const [, root = "", own, name] = /^(.*\/)?AWSDynamoDB\/(?:([\w-]+)\/)?data\/([\w-]+\.json\.gz)$/s.exec(object) ?? [];
  if (name === undefined || (own !== undefined && own !== id)) return undefined;
  return { root, isOwn: own !== undefined, name };
}

/** Where a data file stands at hand. A full export has it in a folder of its own, a window in the one that all share. */
export function keyAtHand(object: string, id: string, { own, shared }: ExportFolder): string {
  const parts = partsOf(object, id);
  if (parts === undefined) throw new Error("a data file is one of its export");
  return `${parts.isOwn ? own : shared}data/${parts.name}`;
}
