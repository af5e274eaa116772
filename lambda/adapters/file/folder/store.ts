/** A folder that is a copy of a bucket, or of a part of one → its objects. A key is the path below the folder. */
import { createReadStream, type Dirent, type Stats } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectStore } from "../../../ports/objects.ts";
import { changed, codeOf } from "../plain/errors.ts";
import { noFolder, notAFile, unreadable } from "./errors.ts";

/** A name that leads anywhere else, or that no folder can have: there is no such object here. */
const NO_NAME = process.platform === "win32" ? /^\.{0,2}$|[\0\\:]/ : /^\.{0,2}$|\0/;
const NOT_THERE = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG"]);
const isNotThere = (error: unknown): boolean => NOT_THERE.has(codeOf(error));

/** Whatever a key says, it leads nowhere but below the folder; a link in the folder leads where its owner wants it to. */
export function folderStore(root: string): ObjectStore {
  const pathOf = (names: readonly string[]): string | undefined =>
    names.some((name) => NO_NAME.test(name)) ? undefined : join(root, ...names);
  return {
    list: async (prefix) => {
      const path = pathOf(prefix.split("/").slice(0, -1));
      if (path === undefined) return [];
      const entries = await readdir(path, { withFileTypes: true }).catch(async (cause: unknown) => {
        if (prefix === "" || !isNotThere(cause)) throw noFolder(path, cause);
        await mustBeThere(root);
        return [];
      });
      const keys = await Promise.all(
        entries.map(async (entry) => `${prefix}${entry.name}${(await isFolder(path, entry)) ? "/" : ""}`),
      );
      return keys.sort();
    },
    open: async (key) => {
      const path = pathOf(key.split("/"));
      const found = path === undefined ? undefined : await statOf(path);
      if (path === undefined || found === undefined) await mustBeThere(root);
      if (path === undefined || found === undefined || found.isDirectory()) return undefined;
      if (!found.isFile()) throw notAFile(path);
      return bytesOf(path, found);
    },
  };
}

/** Without the folder itself nothing is known of what it holds. */
async function mustBeThere(root: string): Promise<void> {
  const found = await stat(root).catch((cause: unknown) => {
    throw noFolder(root, cause);
  });
  if (!found.isDirectory()) throw noFolder(root);
}

async function isFolder(path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  // A link that leads nowhere is a name all the same: opening it tells what is wrong.
  const found = await stat(join(path, entry.name)).catch(() => undefined);
  return found?.isDirectory() === true;
}

/** Undefined where no such name is; a link that leads nowhere is one. */
async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(async (cause: unknown) => {
    if (!isNotThere(cause) || (await lstat(path).catch(() => undefined)) !== undefined) throw unreadable(path, cause);
    return undefined;
  });
}

/** Opened when it is read, so that what is never read is never open. */
async function* bytesOf(path: string, { size, mtimeMs }: Stats): AsyncGenerator<Uint8Array> {
  const mustBeUnchanged = async (): Promise<void> => {
    const now = await stat(path).catch(() => undefined);
    if (now?.size !== size || now.mtimeMs !== mtimeMs) throw changed(path);
  };
  try {
    yield* createReadStream(path);
  } catch (cause) {
    await mustBeUnchanged();
    throw unreadable(path, cause);
  }
  await mustBeUnchanged();
}
