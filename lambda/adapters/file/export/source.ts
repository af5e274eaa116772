/** Exports of a table to S3, in a bucket or copied from one → a source that is read export by export. */
import { type Export, sourceOfExports } from "../../../domain/chain.ts";
import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import { must } from "../../../domain/must.ts";
import { shell } from "../../../domain/typed.ts";
import type { ExportSource } from "../../../ports/exports.ts";
import { after } from "./after.ts";
import { AT_ONCE, type ExportAtHand, type ExportSettings, exportsAt, unusable } from "./at-hand.ts";
import { dataFiles, keysOnce, missingFiles } from "./data-files.ts";
import type { ExportPlace } from "./place.ts";
import { several } from "./several.ts";
import { type FindExport, unitReading, unitText } from "./unit.ts";

interface Checked {
  readonly faults: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** What words of a source name. */
export type PlaceOf = (source: string) => ExportPlace | Promise<ExportPlace>;

/**
 * Reads the summaries that stand there. Throws MigrationError `source-unusable` with all that is wrong with them, and then
 * also with what else is wrong with the exports that are still to be applied.
 */
export async function openExports(source: string, settings: ExportSettings, placeOf: PlaceOf): Promise<ExportSource> {
  const place = await placeOf(source);
  const { exports, isOne, faults, warnings } = await exportsAt(place, settings);
  const newest = exports
    .filter(({ export: { from } }) => from === undefined)
    .reduce<ExportAtHand | undefined>(
      (last, each) => (last === undefined || each.export.to > last.export.to ? each : last),
      undefined,
    );
  // The data of old ones may be gone, as a bucket's rules have it.
  const { since = newest?.export.to } = settings;
  const isFirst = (each: ExportAtHand): boolean => settings.since === undefined && each === newest;
  const needed = exports.filter((each) => since === undefined || each.export.to > since || isFirst(each));
  const check = async (): Promise<readonly Finding[]> => {
    const keysIn = keysOnce(place);
    const all = await several(needed, AT_ONCE, async (each): Promise<Checked> => {
      const files = await dataFiles(each);
      if ("faults" in files) return { ...files, warnings: [] };
      return { faults: await missingFiles(each, files.files, keysIn), warnings: files.warnings };
    });
    const found = [...faults, ...all.flatMap((each) => each.faults)];
    const problem = `the exports have ${found.length === 1 ? "a fault" : `${found.length} faults`}`;
    if (found.length > 0) throw unusable(problem, found);
    return [...warnings, ...all.flatMap((each) => each.warnings)];
  };
  let done: Promise<readonly Finding[]> | undefined;
  const checked = (): Promise<readonly Finding[]> => {
    done ??= check();
    return done;
  };
  if (faults.length > 0) await checked();

  const find = finding(exports, settings, placeOf);
  const reading = unitReading(find);
  const plan = async (of: Export): Promise<string[]> => {
    const each = await find(of);
    const files = await dataFiles(each);
    if ("faults" in files) throw unusable("the export has faults", files.faults);
    return files.files.map((file) => unitText(each, file));
  };
  const everything = () => true;
  const readAfter = (applied: readonly Export[]) => after(applied, { plan, reading });
  return {
    name: sourceOfExports(must(exports[0], "a place without any is refused").export),
    keys: "may repeat",
    reread: newest === undefined ? { how: "none" } : readAfter([newest.export]),
    inspect: async () => {
      const all = await checked();
      return {
        ...(newest === undefined ? {} : { size: { items: newest.summary.records, isExact: true } }),
        ...(all.length === 0 ? {} : { warnings: all }),
      };
    },
    // A file is a unit, however many are asked for: none can be read from its middle.
    plan: async () => {
      if (newest === undefined) throw noFullOne(exports);
      return plan(newest.export);
    },
    read: (unit, cursor, signal) => reading.items(unit, everything, { cursor, signal }),
    exports: {
      ...(isOne ? { named: must(exports[0], "one was named").summary.id } : {}),
      list: async () => {
        await checked();
        return exports.map((each) => each.export);
      },
      plan,
      changes: (unit, cursor, signal) => reading.changes(unit, everything, { cursor, signal }),
      after: readAfter,
    },
  };
}

/** By its id among those at hand, else where it stood before: a run may have read another place. */
function finding(exports: readonly ExportAtHand[], settings: ExportSettings, placeOf: PlaceOf): FindExport {
  const known = new Map(exports.map((each) => [each.summary.id, each]));
  return async ({ id, place }) => {
    const atHand = known.get(id);
    if (atHand !== undefined) return atHand;
    const missing = (cause?: unknown): MigrationError => {
      const problem = `the export ${id} is not at hand, and stands no more at ${place}`;
      return new MigrationError("source-unusable", problem, `name what holds it: ${shell("--source", place)}`, {
        cause,
      });
    };
    const there = await exportsAt(await placeOf(place), settings).catch((cause: unknown) => {
      throw cause instanceof MigrationError ? missing(cause) : cause;
    });
    const found = there.exports.find(({ summary }) => summary.id === id);
    if (found === undefined) throw missing();
    known.set(id, found);
    return found;
  };
}

function noFullOne([first]: readonly ExportAtHand[]): MigrationError {
  const table = first?.summary.table.arn ?? "TABLE_ARN";
  const problem = "there is no full export, and what has changed tells nothing of all other items";
  const remedy = `put a full one beside them: aws dynamodb export-table-to-point-in-time --table-arn ${table} --s3-bucket BUCKET`;
  return new MigrationError("source-unusable", problem, remedy);
}
