/** A place → the finished exports of one table that stand there, by their summaries; or all that is wrong with them at once. */

import type { Export } from "../../../domain/chain.ts";
import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import { shell } from "../../../domain/typed.ts";
import { exportAgain, fetchAll } from "./commands.ts";
import { type ExportFolder, type ExportPlace, exportFolders, slashed } from "./place.ts";
import { several } from "./several.ts";
import { smallObject } from "./small-object.ts";
import { type Summary, summaryOf } from "./summary.ts";

export interface ExportSettings {
  /** Takes a summary that is not what its checksum says: it was changed on purpose, say to leave out an account. */
  readonly trustSummary: boolean;
  /** The end of what was applied before: files of exports that end no later are looked at only where they are read. */
  readonly since?: Date | undefined;
}

export interface ExportAtHand {
  readonly place: ExportPlace;
  readonly folder: ExportFolder;
  readonly summary: Summary;
  readonly export: Export;
}

/** What was found in the folders of exports. */
export interface AtHand {
  readonly exports: readonly ExportAtHand[];
  /** Whether one was named, not what holds any number. */
  readonly isOne: boolean;
  readonly faults: readonly Finding[];
  readonly warnings: readonly Finding[];
}

export const SUMMARY_FILE = "manifest-summary.json";
/** A kilobyte is usual. */
const MOST_OF_A_SUMMARY = 1_000_000;
export const AT_ONCE = 8;
const MOST_NAMED = 5;

/** How a report names a key. */
export const shown = ({ pathOf, sourceOf }: ExportPlace, key: string): string => pathOf?.(key) ?? sourceOf(key);

/** Throws MigrationError `source-unusable` where nothing stands there that could be read. */
export async function exportsAt(place: ExportPlace, settings: ExportSettings): Promise<AtHand> {
  const { folders, isOne } = await exportFolders(place);
  const found = await several(folders, AT_ONCE, (folder) => exportIn(folder, place, settings));
  const unfinished = found.flatMap((each) => ("unfinished" in each ? [each.unfinished] : []));
  const faults = found.flatMap((each) => ("fault" in each ? [each.fault] : []));
  const atHand = found.flatMap((each) => ("atHand" in each ? [each] : []));
  if (folders.length === 0) throw nothingAt(place);
  if (atHand.length === 0 && faults.length === 0)
    throw unusable(unfinished.length === 1 ? "the export is not finished" : "no export is finished", unfinished);
  // A copy of a copy is the same export.
  const exports = [...new Map(atHand.map((each) => [each.atHand.summary.id, each.atHand])).values()];
  return {
    exports,
    isOne,
    faults: [...faults, ...(faults.length > 0 ? [] : severalTables(exports))],
    warnings: [...unfinished, ...atHand.flatMap(({ warnings }) => warnings)],
  };
}

export const unusable = (problem: string, findings: readonly Finding[]): MigrationError =>
  new MigrationError("source-unusable", problem, "see each finding", { findings });

function nothingAt(place: ExportPlace): MigrationError {
  const { prefix, sourceOf } = place;
  const problem = `there is no export of a table at ${shown(place, prefix)}`;
  const example = shell("--source", sourceOf(`${slashed(prefix)}AWSDynamoDB`));
  const remedy = `name what holds AWSDynamoDB, that itself, or one export in it: ${example}`;
  return new MigrationError("source-unusable", problem, remedy);
}

type Found =
  | { readonly atHand: ExportAtHand; readonly warnings: readonly Finding[] }
  | { readonly unfinished: Finding }
  | { readonly fault: Finding };

async function exportIn(folder: ExportFolder, place: ExportPlace, { trustSummary }: ExportSettings): Promise<Found> {
  const key = `${folder.own}${SUMMARY_FILE}`;
  const where = shown(place, key);
  const object = await smallObject(place.store, key, MOST_OF_A_SUMMARY);
  if (object === undefined) return { unfinished: unfinishedIn(folder, place) };
  const fault = (problem: string, remedy: string): Found => ({ fault: { where, problem, remedy } });
  if ("problem" in object) return fault(object.problem, fetchAll(place, folder));
  const { isAsWritten } = object;
  const summary = summaryOf(object.text);
  if ("problem" in summary) return fault(summary.problem, fetchAll(place, folder));
  if (isAsWritten === false && !trustSummary) {
    const purpose = "or, where it was changed on purpose, take it as it is: --trust-summary";
    return fault("it is not what its checksum says", `${fetchAll(place, folder, summary)}; ${purpose}`);
  }
  if (summary.format === "ION")
    return fault("the export is in Ion, and only lines of JSON are read", exportAgain(summary));
  const { id, table, window, to, records } = summary;
  return {
    atHand: {
      place,
      folder,
      summary,
      export: { id, place: place.sourceOf(folder.own), table, ...window, to, records },
    },
    warnings: warningsOf(summary, isAsWritten).map((problem) => ({ where, ...problem })),
  };
}

function unfinishedIn({ own }: ExportFolder, place: ExportPlace): Finding {
  const problem = `it is not finished, or not all of it is there: it has no ${SUMMARY_FILE}`;
  const remedy = `wait until it is COMPLETED (aws dynamodb list-exports)${place.pathOf === undefined ? "" : ", then copy it again"}`;
  return { where: shown(place, own), problem, remedy };
}

function warningsOf({ isFiltered }: Summary, isAsWritten: boolean | undefined): Omit<Finding, "where">[] {
  return [
    ...(isAsWritten === undefined
      ? [
          {
            problem: "no checksum stands beside it, so nobody knows whether it is what AWS wrote",
            remedy: "copy all of the export, manifest-summary.md5 with it",
          },
        ]
      : []),
    ...(isAsWritten === false
      ? [
          {
            problem: "it is not what its checksum says, and is taken as it is",
            remedy: "leave out --trust-summary once it is as AWS wrote it",
          },
        ]
      : []),
    ...(isFiltered
      ? [
          {
            problem: "the export was asked for with a filter: it may lack items, or attributes of them",
            remedy: "export the table without a filter, unless they are to be left out",
          },
        ]
      : []),
  ];
}

/** One at a time they can be read all the same. */
function severalTables(exports: readonly ExportAtHand[]): Finding[] {
  const tables = Map.groupBy(exports, ({ summary: { table } }) => `${table.arn} (${table.id})`);
  if (tables.size < 2) return [];
  return [...tables].map(([table, own]) => {
    const [first, ...more] = own.toSorted((a, b) => a.export.to.getTime() - b.export.to.getTime());
    const words = [first, ...more].slice(0, MOST_NAMED).map((each) => shell("--source", each?.export.place ?? ""));
    const rest = own.length > MOST_NAMED ? `, and ${own.length - MOST_NAMED} later ones` : "";
    return {
      where: table,
      problem: `${own.length === 1 ? "an export" : `${own.length} exports`} of this table, and others of other tables, stand there`,
      remedy: `keep those of each table apart, or name one after the other: ${words.join(", then ")}${rest}`,
    };
  });
}
