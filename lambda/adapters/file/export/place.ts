/**
 * Where exports are looked for → the folders of single ones. It may be a bucket's root or a copy of it, anything on the way
 * down, what AWS calls `AWSDynamoDB`, or one export.
 */
import type { ObjectStore } from "../../../ports/objects.ts";

export interface ExportPlace {
  readonly store: ObjectStore;
  /** What keys of the store begin with there: empty, or a folder's name with or without a slash at its end. */
  readonly prefix: string;
  /** In words that a source takes: what stands at a key of the store. */
  sourceOf(key: string): string;
  /** The path of a copy. Absent where the store is the bucket that AWS wrote to. */
  pathOf?(key: string): string;
}

/** What keys begin with, each with a slash at its end. */
export interface ExportFolder {
  /** Where the manifests stand, and `data/` of a full export. */
  readonly own: string;
  /** Where `data/` of all windows stands. */
  readonly shared: string;
}

export interface ExportFolders {
  readonly folders: readonly ExportFolder[];
  /** Whether the place is one export, not what holds any number. */
  readonly isOne: boolean;
}

/** What AWS calls an export. */
export const EXPORT_ID = /^\d{14}-[0-9a-f]{8}$/;

const MANIFESTS = ["manifest-summary.json", "manifest-files.json", "_started"];
/** A prefix of exports has few parts. What is deeper is to be named: a bucket, or a disk, is not searched. */
const DEEPEST = 4;
const MOST_FOLDERS = 200;

export const slashed = (prefix: string): string => (prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`);
export const nameOf = (key: string): string => key.replace(/\/$/, "").replace(/^.*\//s, "");
const folderOf = (own: string): ExportFolder => ({ own, shared: own.replace(/[^/]*\/$/, "") });

export async function exportFolders({ store, prefix }: ExportPlace): Promise<ExportFolders> {
  const start = slashed(prefix);
  let [level, left]: [readonly string[], number] = [[start], MOST_FOLDERS];
  for (let depth = 0; depth <= DEEPEST; depth += 1) {
    const found: ExportFolder[] = [];
    const below: string[] = [];
    for (const folder of level.slice(0, left)) {
      const keys = await store.list(folder);
      if (MANIFESTS.some((name) => keys.includes(`${start}${name}`)))
        return { folders: [folderOf(start)], isOne: true };
      const folders = keys.filter((key) => key.endsWith("/"));
      found.push(...folders.filter((key) => EXPORT_ID.test(nameOf(key))).map(folderOf));
      below.push(...folders.filter((key) => !nameOf(key).startsWith(".")));
    }
    left = Math.max(0, left - level.length);
    if (found.length > 0) return { folders: found, isOne: false };
    // Exports stand nowhere below what is called so, and with it nowhere beside it.
    const named = below.filter((key) => nameOf(key) === "AWSDynamoDB");
    level = named.length > 0 ? named : below;
  }
  return { folders: [], isOne: false };
}
