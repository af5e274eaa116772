/** A data file of an export as a unit of a plan: named by what AWS calls it, so that it is found wherever the export stands. */

import type { Export } from "../../../domain/chain.ts";
import { MigrationError } from "../../../domain/migration-error.ts";
import type { ChangePage, ChangeRecord } from "../../../ports/changes.ts";
import type { SourcePage } from "../../../ports/source.ts";
import { itemIn } from "../lines/line-codec.ts";
import type { Line } from "../lines/lines.ts";
import { type ExportAtHand, shown } from "./at-hand.ts";
import { changeIn } from "./change-line.ts";
import { fetchOne } from "./commands.ts";
import { pagesOfFile } from "./data-file.ts";
import { type DataFile, keyAtHand } from "./files-manifest.ts";

interface Unit extends DataFile {
  readonly export: string;
  /** Where the export stood when it was planned. */
  readonly place: string;
  /** Of an incremental export. */
  readonly images?: NonNullable<Export["images"]>;
}

export const unitText = ({ export: of }: ExportAtHand, file: DataFile): string =>
  JSON.stringify({
    export: of.id,
    place: of.place,
    ...file,
    ...(of.images === undefined ? {} : { images: of.images }),
  } satisfies Unit);

type IsWanted = (text: string) => boolean;
interface From {
  readonly cursor: string | undefined;
  readonly signal: AbortSignal;
}

export interface UnitReading {
  items(unit: string, isWanted: IsWanted, from?: From): AsyncIterable<SourcePage>;
  changes(unit: string, isWanted: IsWanted, from?: From): AsyncIterable<ChangePage>;
}

const ALL: From = { cursor: undefined, signal: new AbortController().signal };

/** Where an export stands, by its id and the words that named it before. */
export type FindExport = (of: Pick<Export, "id" | "place">) => Promise<ExportAtHand>;

export function unitReading(find: FindExport): UnitReading {
  return {
    items: (text, isWanted, from = ALL) => {
      const unit: Unit = JSON.parse(text);
      if (unit.images !== undefined) throw new Error("a unit of changes is read as one of items");
      return pages(unit, find, from, (line) => itemIn(line, isWanted));
    },
    changes: (text, isWanted, from = ALL) => {
      const unit: Unit = JSON.parse(text);
      const { images } = unit;
      if (images === undefined) throw new Error("a unit of items is read as one of changes");
      return pages<ChangeRecord>(unit, find, from, (line) => changeIn(line, images, isWanted));
    },
  };
}

async function* pages<T>(unit: Unit, find: FindExport, from: From, recordOf: (line: Line) => T | undefined) {
  const { place, folder, summary } = await find({ id: unit.export, place: unit.place });
  const key = keyAtHand(unit.object, unit.export, folder);
  const remedy = fetchOne(place, key, unit.object, summary);
  const packed = await place.store.open(key);
  if (packed === undefined) {
    const problem = `a data file of the export is not there any more: ${shown(place, key)}`;
    throw new MigrationError("source-unusable", problem, remedy);
  }
  for await (const { problem, ...page } of pagesOfFile(packed, unit, from, recordOf))
    yield problem === undefined ? page : { ...page, fault: { where: unit.object, problem, remedy } };
}
