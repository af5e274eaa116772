/** A file, a folder or a pattern → the files it names, in the order of their names. */
import { hash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { glob, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { noSuchFiles, unusable } from "./errors.ts";

export interface ItemFile {
  readonly path: string;
  /** The way to it from the folder, or from where the pattern begins; absent of a source that is one file. */
  readonly name?: string;
}

export interface ItemFiles {
  readonly files: readonly ItemFile[];
  /** Names in a folder that end otherwise. */
  readonly others: readonly string[];
}

const HOLDS_ITEMS = /\.(?:json|jsonl|ndjson)(?:\.gz)?$/i;
/** What a shell would not take for a name either. */
const IS_PATTERN = /[*?[{]/;

/** What is there of a path, and what of it is not: of a pattern, all from its first name that stands for others. */
function parted(path: string): { readonly root: string; readonly rest: string } {
  const names: string[] = [];
  let root = resolve(path);
  for (; !existsSync(root) && dirname(root) !== root; root = dirname(root)) names.unshift(basename(root));
  return { root, rest: names.join("/") };
}

/** The same files by another path are the same source. Whether they are there is for `inspect` to say. */
export function realPath(path: string): string {
  const { root, rest } = parted(path);
  return join(realpathSync(root), rest);
}

/** Where a file of that name is, below the folder or from where the pattern begins. */
export function pathOf(path: string, name: string | undefined): string {
  if (name === undefined) return path;
  const { root, rest } = parted(path);
  return join(rest === "" ? path : root, name);
}

/** Throws MigrationError `source-unusable` where there is none. */
export async function itemFilesAt(path: string): Promise<ItemFiles> {
  const { root, rest } = parted(path);
  const isPattern = IS_PATTERN.test(rest);
  const found = await stat(isPattern ? root : path).catch((cause: unknown) => {
    throw unusable(path, cause);
  });
  if (!isPattern && !found.isDirectory()) return { files: [{ path }], others: [] };
  const folder = isPattern ? root : path;
  const all = isPattern ? await matching(root, rest) : await below(folder, "", new Set());
  const { names = [], others = [] } = isPattern
    ? { names: all }
    : Object.groupBy(all, (name) => (HOLDS_ITEMS.test(name) ? "names" : "others"));
  if (names.length === 0) throw noSuchFiles(path, isPattern ? { pattern: rest, root } : { others });
  const before = join(folder, sep);
  return { files: names.map((name) => ({ name, path: before + name })), others };
}

/** Of a folder that fits, what a folder that is named holds. */
async function matching(root: string, pattern: string): Promise<string[]> {
  const names = new Set<string>();
  for await (const found of glob(pattern, { cwd: root })) {
    const isFolder = (await stat(join(root, found)).catch(() => undefined))?.isDirectory() === true;
    const inside = isFolder ? await below(join(root, found), found === "." ? "" : found, new Set()) : [found];
    for (const name of inside) if (!isFolder || HOLDS_ITEMS.test(name)) names.add(name.replaceAll(sep, "/"));
  }
  return [...names].sort();
}

/** All files at any depth, links followed; what is hidden is not seen, as by a shell. `above` are the folders that lead there: a link back ends there. */
async function below(folder: string, prefix: string, above: ReadonlySet<string>): Promise<string[]> {
  const told = (cause: unknown): never => {
    throw unusable(folder, cause);
  };
  const here = await realpath(folder).catch(told);
  if (above.has(here)) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(told);
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const name = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    // A link that leads nowhere is a name: looking at it tells what is wrong.
    const target = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => entry) : entry;
    if (!target.isDirectory()) names.push(name);
    else names.push(...(await below(join(folder, entry.name), name, new Set([...above, here]))));
  }
  return names.sort();
}

/** Which files a plan was made of, in few words: none may come or go while it is read. */
export interface Listed {
  readonly count: number;
  readonly names: string;
}

export const listedOf = (files: readonly ItemFile[]): Listed => ({
  count: files.length,
  names: hash("sha256", files.map(({ name }) => name).join("\0")).slice(0, 16),
});
