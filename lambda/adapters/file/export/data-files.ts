/** An export at hand → its data files, all of which are there; or all that is wrong with its manifest of them. */
import type { Finding } from "../../../domain/migration-error.ts";
import { type ExportAtHand, shown } from "./at-hand.ts";
import { exportAgain, fetchAll, fetchOne } from "./commands.ts";
import { type DataFile, filesOf, keyAtHand } from "./files-manifest.ts";
import { type ExportPlace, nameOf } from "./place.ts";
import { smallObject } from "./small-object.ts";

const FILES_MANIFEST = "manifest-files.json";
/** A quarter of a million files. */
const MOST_OF_A_MANIFEST = 50_000_000;
const MOST_NAMED = 5;

export interface DataFiles {
  readonly files: readonly DataFile[];
  readonly warnings: readonly Finding[];
}

export async function dataFiles({
  place,
  folder,
  summary,
}: ExportAtHand): Promise<DataFiles | { readonly faults: readonly Finding[] }> {
  const key = `${folder.own}${FILES_MANIFEST}`;
  const where = shown(place, key);
  const remedy = fetchOne(place, key, `${summary.root}AWSDynamoDB/${summary.id}/${FILES_MANIFEST}`, summary);
  const fault = (problem: string) => ({ faults: [{ where, problem, remedy }] });
  const object = await smallObject(place.store, key, MOST_OF_A_MANIFEST);
  if (object === undefined) return fault("it is not there");
  if ("problem" in object) return fault(object.problem);
  // Nothing can make up for it: it is what all data files are compared with.
  if (object.isAsWritten === false) return fault("it is not what its checksum says");
  const files = filesOf(object.text, summary);
  if ("problems" in files) return { faults: files.problems.map((problem) => ({ where, problem, remedy })) };
  return { files, warnings: object.isAsWritten === undefined ? [uncompared(where)] : [] };
}

const uncompared = (where: string): Finding => ({
  where,
  problem: "no checksum stands beside it, so nobody knows whether it is what AWS wrote",
  remedy: "copy all of the export, manifest-files.md5 with it",
});

/** What keys stand in a folder, each folder looked at once. */
export type KeysIn = (folder: string) => Promise<ReadonlySet<string>>;

export function keysOnce({ store }: ExportPlace): KeysIn {
  const folders = new Map<string, Promise<ReadonlySet<string>>>();
  return (folder) => {
    const keys = folders.get(folder) ?? store.list(folder).then((found) => new Set(found));
    folders.set(folder, keys);
    return keys;
  };
}

/** Data files of an export that are not there: one finding, whatever their number. */
export async function missingFiles(
  { place, folder, summary }: ExportAtHand,
  files: readonly DataFile[],
  keysIn: KeysIn,
): Promise<Finding[]> {
  const missing: string[] = [];
  for (const { object } of files) {
    const key = keyAtHand(object, summary.id, folder);
    if (!(await keysIn(key.slice(0, -nameOf(key).length))).has(key)) missing.push(object);
  }
  if (missing.length === 0) return [];
  const named = missing.slice(0, MOST_NAMED).join(", ");
  const more = missing.length > MOST_NAMED ? `, and ${missing.length - MOST_NAMED} more` : "";
  const problem = `${missing.length} of its ${files.length} data files are not there: ${named}${more}`;
  const remedy = place.pathOf === undefined ? exportAgain(summary) : fetchAll(place, folder, summary);
  return [{ where: shown(place, folder.own), problem, remedy }];
}
