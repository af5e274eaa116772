/**
 * Files of DynamoDB-JSON lines, plain or gzipped → pages of items: one that is named, those of a folder, or those a pattern fits.
 * All of their units are one plan, so that workers share them whatever file they are of.
 */
import type { ItemSource } from "../../../ports/source.ts";
import { itemsWithKeys } from "../lines/reread.ts";
import { linesWanted } from "../lines/wanted-lines.ts";
import { notRead, otherFiles } from "./errors.ts";
import { itemFilesAt, listedOf, pathOf, realPath } from "./files.ts";
import { look, sizeOf } from "./look.ts";
import { pagesFrom, type Reading, type Unit, unitsOf } from "./unit.ts";

export function fileSource({ path }: { readonly path: string }): ItemSource {
  const plan = async (units: number): Promise<string[]> => {
    const { files } = await itemFilesAt(path);
    const looked = await look(path, files);
    const length = Math.max(1, Math.ceil(looked.reduce((sum, { size }) => sum + size, 0) / units));
    const of = listedOf(files);
    const planned: Unit[] = [];
    for (const file of looked) planned.push(...(await unitsOf(file, length, of)));
    return planned.map((unit) => JSON.stringify(unit));
  };
  let seen: string | undefined;
  const mustBeAll =
    ({ of }: Unit): Reading["mustBeAll"] =>
    async (when) => {
      // At its end every unit sees what has come or gone; at its beginning it is enough to have seen it once.
      if (of === undefined || (when === "before" && seen === of.names)) return;
      const now = listedOf((await itemFilesAt(path)).files);
      if (now.names !== of.names) throw otherFiles(path, of.count, now.count);
      seen = now.names;
    };
  // Leaving attributes out would save nothing: a line is read whole or not at all.
  const reading =
    (isWanted: Reading["isWanted"]): ItemSource["read"] =>
    (text, cursor, signal) => {
      const unit: Unit = JSON.parse(text);
      return pagesFrom(pathOf(path, unit.file), unit, { cursor, signal, isWanted, mustBeAll: mustBeAll(unit) });
    };
  return {
    name: `file:${realPath(path)}`,
    keys: "may repeat",
    reread: { how: "by-position", get: (keys) => itemsWithKeys(keys, { plan, read: reading(linesWanted(keys)) }) },
    inspect: async () => {
      const { files, others } = await itemFilesAt(path);
      const size = await sizeOf(await look(path, files));
      return others.length === 0 ? { size } : { size, warnings: [notRead(path, others)] };
    },
    plan,
    read: reading(() => true),
  };
}
