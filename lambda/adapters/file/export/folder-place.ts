/** A path → the place of exports that were copied there. Keys are paths: what stands beside an export is found as in a bucket. */
import { parse, relative, resolve, sep } from "node:path";
import { folderStore } from "../folder/store.ts";
import type { ExportPlace } from "./place.ts";

export function folderPlace(path: string): ExportPlace {
  const whole = resolve(path);
  const { root } = parse(whole);
  const pathOf = (key: string): string => `${root}${key.replace(/\/$/, "").replaceAll("/", sep)}`;
  return {
    store: folderStore(root),
    prefix: relative(root, whole).replaceAll(sep, "/"),
    sourceOf: (key) => `export:${pathOf(key)}`,
    pathOf,
  };
}
