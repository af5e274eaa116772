/** A folder of exports → the source that the command line opens for it, and all that it gives. */
import { folderPlace } from "../../../lambda/adapters/file/export/folder-place.ts";
import { openExports } from "../../../lambda/adapters/file/export/source.ts";
import type { Export } from "../../../lambda/domain/chain.ts";
import type { SourceRecord } from "../../../lambda/domain/decode/source-record.ts";
import type { ChangeRecord } from "../../../lambda/ports/changes.ts";
import type { ExportSource } from "../../../lambda/ports/exports.ts";
import type { UnitFault } from "../../../lambda/ports/source.ts";

const placeOf = (source: string) => folderPlace(source.slice("export:".length));

export const openFolder = (path: string, settings = { trustSummary: false }): Promise<ExportSource> =>
  openExports(`export:${path}`, settings, placeOf);

const never = new AbortController().signal;

interface Gave<T> {
  readonly records: readonly T[];
  readonly faults: readonly UnitFault[];
}

export async function readItems(source: ExportSource): Promise<Gave<SourceRecord>> {
  const units = await source.plan(1);
  const pages = (await Promise.all(units.map((unit) => Array.fromAsync(source.read(unit, undefined, never))))).flat();
  return gaveOf(pages);
}

export async function readChanges({ exports }: ExportSource, of: Export): Promise<Gave<ChangeRecord>> {
  const units = await exports.plan(of);
  const pages = (
    await Promise.all(units.map((unit) => Array.fromAsync(exports.changes(unit, undefined, never))))
  ).flat();
  return gaveOf(pages);
}

const gaveOf = <T>(pages: readonly { readonly records: readonly T[]; readonly fault?: UnitFault }[]): Gave<T> => ({
  records: pages.flatMap(({ records }) => records),
  faults: pages.flatMap(({ fault }) => fault ?? []),
});
